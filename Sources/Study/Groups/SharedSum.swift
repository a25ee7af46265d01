import Engine
import MPI

/// A sum over the shards of ranks that share memory: nothing is sent.
///
/// Each rank adds its own shards where all can read them; rank j adds segment j of every bucket, from
/// all ranks' memory into the one sum that all read. Memory of a node: the vectors once for the sum and
/// once for every node of the tree that a rank adds by itself, one a rank where the shards divide evenly
/// into powers of two.
final class SharedSum: ShardSum {
  private let memory: SharedMemory
  private let buckets: [SharedBucket]
  private let ownShards: Range<Int>
  private let clock: CommunicationClock
  /// From 1; the flags hold it.
  private var round = 0
  private var isUnderWay = false
  /// Buckets whose own shards are added, of this round.
  private var added = 0
  /// Those of them whose segment is not.
  private var open: [SharedBucket] = []

  /// Nil on every rank where they cannot share memory. Collective.
  ///
  /// - Parameter counts: elements of each bucket, at least 1.
  init?(
    buckets counts: [Int], shards: Int, group: Communicator, clock: CommunicationClock
  ) throws(MPIError) {
    precondition(counts.allSatisfy { $0 > 0 }, "buckets of \(counts) elements")
    let layouts = counts.map { SharedBucket.Layout(count: $0, shards: shards, ranks: group.size) }
    let bytes = layouts.reduce(0) { $0 + $1.byteCount }
    guard let memory = try group.shareMemory(byteCount: bytes) else { return nil }
    var place = memory.bytes.baseAddress!
    buckets = layouts.map { layout in
      defer { place += layout.byteCount }
      return SharedBucket(layout, at: place, rank: group.rank.number)
    }
    self.memory = memory
    self.clock = clock
    ownShards = ShardReducer.shards(of: group.rank.number, ranks: group.size, shards: shards)
    open.reserveCapacity(counts.count)
  }

  func begin() {
    precondition(!isUnderWay, "a round begins before the last has ended")
    isUnderWay = true
    round += 1
    added = 0
    for bucket in buckets {
      bucket.clear()
      if ownShards.isEmpty { isAdded(bucket) }
    }
  }

  func add(shard: Int, bucket: Int, _ values: UnsafeBufferPointer<Float>) {
    precondition(ownShards.contains(shard), "shard \(shard) is none of \(ownShards)")
    let bucket = buckets[bucket]
    bucket.add(shard: shard, values)
    if shard + 1 == ownShards.upperBound { isAdded(bucket) }
  }

  private func isAdded(_ bucket: SharedBucket) {
    bucket.announceOwn(round)
    open.append(bucket)
    added += 1
  }

  func progress() {
    guard open.contains(where: { $0.hasAllParts(round) }) else { return }
    let start = CommunicationClock.now
    addSegments()
    clock.count(since: start)
  }

  func finish() {
    precondition(added == buckets.count, "the round ends before all own shards were added")
    let start = CommunicationClock.now
    var wait = SpinWait()
    while true {
      addSegments()
      if open.isEmpty { break }
      wait.pause()
    }
    // Then nobody reads this rank's memory any more either: the next round may write it.
    for bucket in buckets {
      while !bucket.hasAllSegments(round) { wait.pause() }
    }
    isUnderWay = false
    clock.count(since: start)
  }

  func sum(bucket: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(buckets[bucket].sum) }

  /// Adds this rank's segment of the buckets for which all ranks have added their shards.
  private func addSegments() {
    open.removeAll { bucket in
      guard bucket.hasAllParts(round) else { return false }
      bucket.addSegment()
      bucket.announceSegment(round)
      return true
    }
  }
}
