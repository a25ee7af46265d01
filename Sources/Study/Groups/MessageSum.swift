import Engine
import MPI

/// A sum over the shards of all ranks of a group, by non-blocking messages.
///
/// The messages and their memory are laid out once; a round allocates nothing. A rank receives
/// (ranks − 1)/ranks of every bucket twice when the shards divide evenly into powers of two, as in a
/// ring; parts that cannot be added before they are sent make it more.
final class MessageSum: ShardSum {
  /// Nanoseconds between two looks at the messages: one costs some microseconds, and none comes later
  /// than it would matter.
  private static let interval: UInt64 = 50_000

  private let buckets: [MessageBucket]
  private let counts: [Int]
  /// For every message the bucket whose part it brings, -1 for other messages.
  private let bucketOfPart: [Int]
  private let ownShards: Range<Int>
  private let clock: CommunicationClock
  private var messages: RepeatedMessages
  private var lastLook: UInt64 = 0

  /// - Parameter counts: elements of each bucket, at least 1; 16,383 buckets at most.
  init(
    buckets counts: [Int], shards: Int, group: Communicator, clock: CommunicationClock
  ) throws(MPIError) {
    precondition(counts.allSatisfy { $0 > 0 }, "buckets of \(counts) elements")
    precondition(2 * counts.count <= 32_766, "\(counts.count) buckets have more tags than there are")
    var messages = RepeatedMessages(on: group)
    var buckets: [MessageBucket] = []
    for (number, count) in counts.enumerated() {
      buckets.append(
        try MessageBucket(
          count: count, shards: shards, group: group, tag: 2 * number, messages: &messages))
    }
    var bucketOfPart = [Int](repeating: -1, count: messages.count)
    for (number, bucket) in buckets.enumerated() {
      for message in bucket.partReceives { bucketOfPart[message] = number }
    }
    self.messages = messages
    self.buckets = buckets
    self.counts = counts
    self.bucketOfPart = bucketOfPart
    self.clock = clock
    ownShards = ShardReducer.shards(of: group.rank.number, ranks: group.size, shards: shards)
  }

  deinit {
    guard messages.underWay > 0 else { return }
    // An error has ended a round; the library may still read and write the buckets.
    messages.abandonAll()
    for bucket in buckets { _ = Unmanaged.passRetained(bucket) }
  }

  /// - Throws: `MPIError`.
  func begin() throws {
    precondition(messages.underWay == 0, "a round begins before the last has ended")
    let start = CommunicationClock.now
    for bucket in buckets { try bucket.begin(&messages) }
    clock.count(since: start)
  }

  /// - Throws: `MPIError`.
  func add(shard: Int, bucket: Int, _ values: UnsafeBufferPointer<Float>) throws {
    precondition(ownShards.contains(shard), "shard \(shard) is none of \(ownShards)")
    precondition(
      values.count == counts[bucket],
      "\(values.count) elements for bucket \(bucket) of \(counts[bucket])")
    try buckets[bucket].add(shard: shard, values.baseAddress!, &messages)
  }

  /// - Throws: `MPIError`.
  func progress() throws {
    guard messages.underWay > 0 else { return }
    let now = CommunicationClock.now
    guard now - lastLook >= Self.interval else { return }
    try take(try messages.test())
    lastLook = CommunicationClock.now
    clock.count(since: now)
  }

  /// - Throws: `MPIError`.
  func finish() throws {
    for bucket in buckets {
      precondition(bucket.isAdded, "the round ends before all own shards were added")
    }
    let start = CommunicationClock.now
    while messages.underWay > 0 { try take(try messages.wait()) }
    clock.count(since: start)
  }

  func sum(bucket: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(buckets[bucket].sum) }

  /// Goes on with what has arrived: `count` messages that the last look found.
  private func take(_ count: Int) throws(MPIError) {
    for index in 0..<count {
      let bucket = bucketOfPart[messages.completed(index)]
      if bucket >= 0 { try buckets[bucket].receivedPart(&messages) }
    }
  }
}
