/// The one order in which vectors of shards are added, whoever adds them: shards 0 and 1, 2 and 3, …,
/// then these sums in pairs, and so on. A node without a right neighbour goes up as it is.
///
/// Sums are pushed in ascending order of their shards; a pair is added as soon as both are there, so
/// that no more than log₂ shards + 1 vectors wait at a time. Sums of part of the shards, taken with
/// `take`, can be pushed into another tree: the result has the same bits.
package struct ShardTree {
  /// A vector that holds the sum of the shards below one node of the tree.
  package struct Partial {
    /// 0 for a single shard.
    package var level: Int
    /// Counted from the left among the nodes of its level.
    package var index: Int
    package var sum: [Float]
  }

  /// The number of shards.
  package let shards: Int
  private var waiting: [Partial] = []

  package init(shards: Int) { self.shards = shards }

  /// Adds the vector of a shard.
  package mutating func push(shard: Int, _ values: UnsafeBufferPointer<Float>) {
    push(Partial(level: 0, index: shard, sum: Array(values)))
  }

  /// Adds the sum below a node.
  package mutating func push(_ partial: Partial) {
    waiting.append(partial)
    while let top = waiting.last {
      if top.index.isMultiple(of: 2) {
        // Nothing to the right of it: it stands for its parent as well.
        guard top.level < topLevel, (top.index + 1) << top.level >= shards else { return }
        waiting[waiting.count - 1].level += 1
        waiting[waiting.count - 1].index /= 2
      } else {
        guard waiting.count >= 2, waiting[waiting.count - 2].level == top.level,
          waiting[waiting.count - 2].index == top.index - 1
        else { return }
        waiting.removeLast()
        let left = waiting.count - 1
        for element in top.sum.indices { waiting[left].sum[element] += top.sum[element] }
        waiting[left].level += 1
        waiting[left].index /= 2
      }
    }
  }

  /// What waits, in ascending order of shards; the tree is empty afterwards. After all shards it is
  /// one sum.
  package mutating func take() -> [Partial] {
    defer { waiting = [] }
    return waiting
  }

  /// The level of the root.
  private var topLevel: Int { shards <= 1 ? 0 : Int.bitWidth - (shards - 1).leadingZeroBitCount }

  /// The nodes, as (level, index), whose sums a rank holds after it has pushed `range`.
  package static func nodes(of range: Range<Int>, shards: Int) -> [(level: Int, index: Int)] {
    var tree = ShardTree(shards: shards)
    for shard in range { tree.push(Partial(level: 0, index: shard, sum: [])) }
    return tree.take().map { ($0.level, $0.index) }
  }
}
