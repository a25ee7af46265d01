import Engine
import Synchronization

/// One bucket of a `SharedSum`, as one of its ranks sees it.
final class SharedBucket {
  /// How a bucket divides its memory: flags, every rank's sums, and the sum over all shards.
  struct Layout {
    /// Elements of the bucket.
    let count: Int
    let shards: Int
    /// The shards of each rank, and the nodes of the tree that it can add up by itself.
    let shardsOfRank: [Range<Int>]
    let nodes: [[ShardTree.Node]]

    init(count: Int, shards: Int, ranks: Int) {
      self.count = count
      self.shards = shards
      let dealt = (0..<ranks).map { ShardReducer.shards(of: $0, ranks: ranks, shards: shards) }
      shardsOfRank = dealt
      nodes = dealt.map { ShardTree.nodes(of: $0, shards: shards) }
    }

    var ranks: Int { nodes.count }
    /// Whole pages: a page is near the rank that writes it first.
    private static let page = 4096
    /// Processors fetch lines of 64 bytes in pairs.
    static let flagStride = 128
    var flagBytes: Int { Self.roundedUp(2 * ranks * Self.flagStride) }
    var vectorBytes: Int { Self.roundedUp(4 * count) }
    var byteCount: Int { flagBytes + (nodes.reduce(0) { $0 + $1.count } + 1) * vectorBytes }

    private static func roundedUp(_ bytes: Int) -> Int { (bytes + page - 1) / page * page }
  }

  /// A number of a round, in memory that all ranks see.
  private typealias Flag = UnsafeMutablePointer<Atomic<Int>>

  /// The sum over all shards, after a round.
  let sum: UnsafeMutableBufferPointer<Float>
  /// Every rank's nodes, in the order of the tree, with this rank's segment of their sums.
  private let parts: [(node: ShardTree.Node, values: UnsafePointer<Float>)]
  /// Nil on a rank without shards.
  private let own: ShardTree?
  private let final: ShardTree
  /// The last round for which each rank's shards are added, and its segment.
  private let partFlags: [Flag]
  private let segmentFlags: [Flag]
  private let rank: Int

  /// - Parameter place: the start of `layout.byteCount` bytes, zero where nobody has written yet.
  init(_ layout: Layout, at place: UnsafeMutableRawPointer, rank: Int) {
    let flags = (0..<2 * layout.ranks).map {
      (place + $0 * Layout.flagStride).bindMemory(to: Atomic<Int>.self, capacity: 1)
    }
    partFlags = Array(flags[..<layout.ranks])
    segmentFlags = Array(flags[layout.ranks...])
    var next = place + layout.flagBytes
    func vector() -> UnsafeMutablePointer<Float> {
      defer { next += layout.vectorBytes }
      return next.bindMemory(to: Float.self, capacity: layout.count)
    }
    let vectors = layout.nodes.map { $0.map { _ in vector() } }
    sum = UnsafeMutableBufferPointer(start: vector(), count: layout.count)
    let segment = ShardReducer.shards(of: rank, ranks: layout.ranks, shards: layout.count)
    parts = zip(layout.nodes, vectors).flatMap { nodes, sums in
      zip(nodes, sums).map { ($0, UnsafePointer($1 + segment.lowerBound)) }
    }
    own = vectors[rank].first.map {
      ShardTree(
        shards: layout.shards, pushed: layout.shardsOfRank[rank],
        root: UnsafeMutableBufferPointer(start: $0, count: layout.count),
        further: Array(vectors[rank].dropFirst()))
    }
    final = ShardTree(
      shards: layout.shards, pushed: 0..<layout.shards, root: .init(rebasing: sum[segment]))
    self.rank = rank
  }

  // MARK: A round

  func clear() { own?.clear() }

  /// Adds the vector of an own shard.
  func add(shard: Int, _ values: UnsafeBufferPointer<Float>) {
    precondition(
      values.count == sum.count, "\(values.count) elements for a bucket of \(sum.count)")
    own?.push(shard: shard, values.baseAddress!)
  }

  /// Adds this rank's segment of all ranks' sums, which have to be there.
  func addSegment() { final.pushAll(parts) }

  // What a rank has written before it sets a flag is there for those that have seen the flag.

  /// Tells the others that all own shards are added.
  func announceOwn(_ round: Int) { partFlags[rank].pointee.store(round, ordering: .releasing) }

  /// Tells the others that the own segment is added, and that no part is read any more.
  func announceSegment(_ round: Int) {
    segmentFlags[rank].pointee.store(round, ordering: .releasing)
  }

  func hasAllParts(_ round: Int) -> Bool { Self.all(partFlags, have: round) }

  func hasAllSegments(_ round: Int) -> Bool { Self.all(segmentFlags, have: round) }

  private static func all(_ flags: [Flag], have round: Int) -> Bool {
    // A rank may be a round ahead already.
    flags.allSatisfy { $0.pointee.load(ordering: .acquiring) >= round }
  }
}
