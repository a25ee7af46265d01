import CKernels

/// The one order in which vectors of shards are added, whoever adds them: shards 0 and 1, 2 and 3, …,
/// then these sums in pairs, and so on. A node without a right neighbour goes up as it is.
///
/// Sums are pushed in ascending order of their shards; a pair is added as soon as both are there, so
/// that few vectors wait at a time: log₂ shards + 1 where they begin with shard 0. The sums that wait
/// after part of the shards can be pushed into another tree: the result has the same bits. Pushing
/// allocates nothing.
package final class ShardTree {
  /// A node of the tree: a vector that is the sum of the shards below it.
  package struct Node: Equatable, Sendable {
    /// 0 for a single shard.
    package var level: Int
    /// Counted from the left among the nodes of its level.
    package var index: Int

    package init(level: Int, index: Int) {
      self.level = level
      self.index = index
    }
  }

  /// The number of shards.
  package let shards: Int
  /// Elements of a vector.
  package let count: Int
  /// The nodes whose sums wait, in ascending order of shards. After all shards it is the root.
  package private(set) var waiting: [Node] = []
  private let slots: [UnsafeMutablePointer<Float>]
  private let memory: UnsafeMutableBufferPointer<Float>

  /// - Parameters:
  ///   - shards: at least 1.
  ///   - pushed: the shards that will be pushed, one by one or as sums.
  ///   - root: [count] where the first of the sums that wait stands, so in the end the sum over all
  ///     shards; it has to outlive the tree.
  ///   - further: [count] each, where the next of them stand; the tree has memory of its own for those
  ///     behind.
  package init(
    shards: Int, pushed: Range<Int>, root: UnsafeMutableBufferPointer<Float>,
    further: [UnsafeMutablePointer<Float>] = []
  ) {
    self.shards = shards
    count = root.count
    // Slots start at whole cache lines.
    let stride = (root.count + 15) / 16 * 16
    let places = Self.places(pushed, shards: shards)
    let own = max(places - 1 - further.count, 0)
    memory = AlignedMemory.allocateUncleared(Float.self, count: stride * own)
    let base = memory.baseAddress!
    slots = [root.baseAddress!] + further + (0..<own).map { base + $0 * stride }
    waiting.reserveCapacity(places)
  }

  deinit { AlignedMemory.free(memory) }

  /// Whether all shards have been pushed: the sum in the first place is that over all of them.
  package var isComplete: Bool { waiting == [Node(level: Self.top(shards), index: 0)] }

  /// Begins anew.
  package func clear() { waiting.removeAll(keepingCapacity: true) }

  /// Adds the vector [count] of a shard.
  package func push(shard: Int, _ values: UnsafePointer<Float>) {
    push(Node(level: 0, index: shard), values)
  }

  /// Adds the sum [count] below a node.
  package func push(_ node: Node, _ values: UnsafePointer<Float>) {
    Self.withoutDenormals {
      let path = climb(from: node)
      for start in stride(from: 0, to: count, by: Self.piece) {
        add(values, path, start..<min(start + Self.piece, count))
      }
    }
  }

  /// Clears the tree and adds the sums [count] below nodes, in ascending order of their shards.
  package func pushAll(_ sums: [(node: Node, values: UnsafePointer<Float>)]) {
    Self.withoutDenormals {
      for start in stride(from: 0, to: count, by: Self.piece) {
        clear()
        for sum in sums {
          add(sum.values, climb(from: sum.node), start..<min(start + Self.piece, count))
        }
      }
    }
  }

  /// Elements that go all the way up before the next do, in the first-level cache.
  private static let piece = 2048

  /// As in programs, whoever calls: the bits must not depend on where a sum is made.
  private static func withoutDenormals(_ body: () -> Void) {
    let previous = ckernels_flush_denormals(1)
    defer { _ = ckernels_flush_denormals(previous) }
    body()
  }

  /// Where a pushed sum goes.
  private struct Path {
    /// Its own slot, where it is added to a left neighbour or, without one, begins.
    let slot: Int
    let isAdded: Bool
    /// The slot of the last node on the way up; all between are added to their left neighbours.
    let last: Int
  }

  private func climb(from node: Node) -> Path {
    let before = waiting.count
    Self.push(node, on: &waiting, shards: shards)
    let last = waiting.count - 1
    return last == before
      ? Path(slot: before, isAdded: false, last: before)
      : Path(slot: before - 1, isAdded: true, last: last)
  }

  /// Adds some elements of a sum on its path.
  private func add(_ values: UnsafePointer<Float>, _ path: Path, _ elements: Range<Int>) {
    let start = elements.lowerBound
    if path.isAdded {
      ouroboros_add(values + start, slots[path.slot] + start, elements.count)
    } else {
      (slots[path.slot] + start).update(from: values + start, count: elements.count)
    }
    for slot in stride(from: path.slot, to: path.last, by: -1) {
      ouroboros_add(slots[slot] + start, slots[slot - 1] + start, elements.count)
    }
  }

  /// The sum [count] of the node of this number among those that wait; always the same memory for one
  /// number.
  package func sum(_ number: Int) -> UnsafePointer<Float> { UnsafePointer(slots[number]) }

  // MARK: Nodes

  /// The nodes that wait after `range` was pushed shard by shard.
  package static func nodes(of range: Range<Int>, shards: Int) -> [Node] {
    var waiting: [Node] = []
    for shard in range { push(Node(level: 0, index: shard), on: &waiting, shards: shards) }
    return waiting
  }

  /// The most nodes that wait at a time while `range` is pushed.
  private static func places(_ range: Range<Int>, shards: Int) -> Int {
    var waiting: [Node] = []
    var most = 1
    for shard in range {
      push(Node(level: 0, index: shard), on: &waiting, shards: shards)
      most = max(most, waiting.count)
    }
    return most
  }

  private static func push(_ node: Node, on waiting: inout [Node], shards: Int) {
    var node = raised(node, shards: shards)
    while let left = waiting.last, isPair(left, node) {
      waiting.removeLast()
      node = raised(parent(of: node), shards: shards)
    }
    waiting.append(node)
  }

  private static func isPair(_ left: Node, _ right: Node) -> Bool {
    left.level == right.level && right.index == left.index + 1 && !right.index.isMultiple(of: 2)
  }

  private static func parent(of node: Node) -> Node {
    Node(level: node.level + 1, index: node.index / 2)
  }

  /// The level of the root.
  private static func top(_ shards: Int) -> Int {
    shards <= 1 ? 0 : Int.bitWidth - (shards - 1).leadingZeroBitCount
  }

  /// The highest node with the same shards: one with nothing to the right of it stands for its parent
  /// as well.
  private static func raised(_ node: Node, shards: Int) -> Node {
    var node = node
    while node.level < top(shards), node.index.isMultiple(of: 2), (node.index + 1) << node.level >= shards {
      node = parent(of: node)
    }
    return node
  }
}
