import Engine
import MPI

/// One bucket of a sum over the ranks of a group: its memory, its trees and its messages.
///
/// Rank j adds segment j of the bucket for everybody. It gets from every rank the segment of the sums
/// that the rank could make by itself (reduce-scatter), adds them in a second tree, and sends the
/// result to every rank (all-gather).
final class MessageBucket {
  /// The sum over all shards, after a round.
  let sum: UnsafeMutableBufferPointer<Float>
  /// Messages that this rank sends when its own shards are added, and when its segment is.
  private(set) var partSends: [Int] = []
  private(set) var resultSends: [Int] = []
  /// Messages that bring the parts of its segment, and the segments of the others.
  private(set) var partReceives: [Int] = []
  private(set) var resultReceives: [Int] = []

  private let ownShards: Range<Int>
  private let segment: Range<Int>
  private let ownRoot: UnsafeMutableBufferPointer<Float>
  private let own: ShardTree
  private let final: ShardTree
  /// Where the nodes that the other ranks send come to.
  private let parts: [UnsafeMutableBufferPointer<Float>]
  /// Every rank's nodes, in the order of the tree, with this rank's segment of their sums.
  private let sums: [(node: ShardTree.Node, values: UnsafePointer<Float>)]

  /// Whether all own shards are added.
  private(set) var isAdded = false
  /// Parts of the segment that are still to come.
  private var missing = 0

  /// - Parameters:
  ///   - count: elements of the bucket.
  ///   - tag: of the messages; that behind it is used too.
  ///   - messages: gets those of this bucket.
  init(
    count: Int, shards: Int, group: Communicator, tag: Int, messages: inout RepeatedMessages
  ) throws(MPIError) {
    let size = group.size
    let me = group.rank.number
    let segments = (0..<size).map { ShardReducer.shards(of: $0, ranks: size, shards: count) }
    let ranks = (0..<size).map { ShardReducer.shards(of: $0, ranks: size, shards: shards) }
    let nodes = ranks.map { ShardTree.nodes(of: $0, shards: shards) }
    let width = segments[me].count
    sum = Self.allocate(count)
    ownRoot = Self.allocate(count)
    let own = ShardTree(shards: shards, pushed: ranks[me], root: ownRoot)
    self.own = own
    final = ShardTree(shards: shards, pushed: 0..<shards, root: .init(rebasing: sum[segments[me]]))
    let segment = segments[me]
    let parts = nodes.indices.map { Self.allocate($0 == me ? 0 : nodes[$0].count * width) }
    sums = nodes.indices.flatMap { rank in
      nodes[rank].enumerated().map { number, node in
        rank == me
          ? (node, own.sum(number) + segment.lowerBound)
          : (node, UnsafePointer(parts[rank].baseAddress! + number * width))
      }
    }
    self.parts = parts
    self.segment = segment
    ownShards = ranks[me]

    // Every rank begins with its right neighbour, so that not all send to rank 0 at once.
    for step in 1..<size {
      let other = (me + step) % size
      for node in nodes[me].indices where !segments[other].isEmpty {
        partSends.append(
          try messages.addSend(
            of: UnsafeBufferPointer(
              start: own.sum(node) + segments[other].lowerBound, count: segments[other].count),
            to: Rank(other), tag: Tag(tag)))
      }
      for node in nodes[other].indices where width > 0 {
        partReceives.append(
          try messages.addReceive(
            into: .init(rebasing: parts[other][node * width..<(node + 1) * width]),
            from: Rank(other), tag: Tag(tag)))
      }
      if width > 0 {
        resultSends.append(
          try messages.addSend(
            of: UnsafeBufferPointer(rebasing: sum[segment]), to: Rank(other), tag: Tag(tag + 1)))
      }
      if !segments[other].isEmpty {
        resultReceives.append(
          try messages.addReceive(
            into: .init(rebasing: sum[segments[other]]), from: Rank(other), tag: Tag(tag + 1)))
      }
    }
  }

  deinit {
    sum.deallocate()
    ownRoot.deallocate()
    for part in parts { part.deallocate() }
  }

  private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(4 * count, 1), alignment: 64)
    return UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: count), count: count)
  }

  // MARK: A round

  /// Begins a round.
  func begin(_ messages: inout RepeatedMessages) throws(MPIError) {
    own.clear()
    isAdded = ownShards.isEmpty
    missing = partReceives.count
    for message in partReceives { try messages.start(message) }
    for message in resultReceives { try messages.start(message) }
  }

  /// Adds an own shard; with the last one the parts go to their ranks.
  func add(
    shard: Int, _ values: UnsafePointer<Float>, _ messages: inout RepeatedMessages
  ) throws(MPIError) {
    own.push(shard: shard, values)
    guard shard + 1 == ownShards.upperBound else { return }
    isAdded = true
    for message in partSends { try messages.start(message) }
    try addSegment(&messages)
  }

  /// Notes that a part of the segment has come.
  func receivedPart(_ messages: inout RepeatedMessages) throws(MPIError) {
    missing -= 1
    try addSegment(&messages)
  }

  /// Adds the parts of the segment when all are there, and sends the result.
  private func addSegment(_ messages: inout RepeatedMessages) throws(MPIError) {
    guard isAdded, missing == 0, !segment.isEmpty else { return }
    final.pushAll(sums)
    for message in resultSends { try messages.start(message) }
  }
}
