/// The processes that share the shards of training steps, and how they exchange numbers.
///
/// A shard is the unit of data-parallel work. The shards are dealt to ranks in contiguous runs; what is
/// computed from all of them depends on their number, not on that of the ranks.
///
/// Every call that communicates is made by all ranks, in the same order.
public protocol ShardExchange: AnyObject {
  /// All shards of a step, at least 1.
  var shards: Int { get }
  /// Those of this rank; empty on ranks beyond their number.
  var ownShards: Range<Int> { get }
  /// The number of this process, from 0.
  var rank: Int { get }
  /// The number of processes.
  var ranks: Int { get }

  /// Prepares sums over all shards of vectors that come in buckets, to be made again and again.
  ///
  /// - Parameter buckets: elements of each, at least 1 and the same on all ranks.
  func makeSum(buckets: [Int]) throws -> any ShardSum

  /// The parts of all ranks one behind the other, in rank order, for every rank.
  ///
  /// - Parameters:
  ///   - own: this rank's part, `counts[rank]` elements.
  ///   - counts: elements of each rank's part, the same on all ranks.
  func gather(_ own: [Float], counts: [Int]) throws -> [Float]

  /// Whether the flag of rank 0 was set, told to all: what one rank alone can see, such as a clock or a
  /// signal, must not divide the ranks.
  func agree(_ flag: Bool) throws -> Bool
}

/// A sum over all shards, in the order of `ShardTree`: the same bits on every rank and for every
/// number of ranks.
///
/// One round is `begin`, `add` for every own shard and bucket, `finish`; then the sums can be read until
/// the next round begins. Rounds of several sums do not overlap, and every rank makes them in the same
/// order. A round that an error ends cannot be taken up again.
public protocol ShardSum: AnyObject {
  /// Begins a round.
  func begin() throws

  /// Takes the vector of one of the rank's own shards in a bucket, which may change afterwards. Shards
  /// ascend within a bucket; buckets come in any order. With the last own shard of a bucket its
  /// exchange begins.
  ///
  /// - Parameter values: as many as the bucket has.
  func add(shard: Int, bucket: Int, _ values: UnsafeBufferPointer<Float>) throws

  /// Lets the exchange move on; never waits, and costs next to nothing when called too often.
  func progress() throws

  /// Ends the round: returns when every sum is there.
  func finish() throws

  /// The sum of a bucket, after `finish`. The memory is the same in every round and belongs to this
  /// object.
  func sum(bucket: Int) -> UnsafeBufferPointer<Float>
}
