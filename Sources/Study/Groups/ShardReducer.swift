import Engine
import MPI

/// Shards of training steps over the ranks of a group.
///
/// Shards are dealt in contiguous runs. The sums of the ranks' own shards are added in the order of
/// `ShardTree`, so that the bits do not depend on the number of ranks.
public final class ShardReducer: ShardExchange {
  public let shards: Int
  public let ownShards: Range<Int>
  /// Whether the last sum that was made goes through memory that the ranks share, not by messages.
  public private(set) var usesSharedMemory = false
  private let group: Communicator
  private let mayShareMemory: Bool
  private let clock = CommunicationClock()

  /// - Parameters:
  ///   - shards: the unit of data-parallel work, fixed by the study; ranks beyond their number have
  ///     none.
  ///   - group: its ranks take part in every call. No other messages may be under way on it meanwhile.
  ///   - sharesMemory: false sends messages also between ranks that could share memory. The sums have
  ///     the same bits.
  public init(shards: Int, group: Communicator, sharesMemory: Bool = true) {
    precondition(shards >= 1, "\(shards) shards")
    self.shards = shards
    self.group = group
    mayShareMemory = sharesMemory
    ownShards = Self.shards(of: group.rank.number, ranks: group.size, shards: shards)
  }

  public var rank: Int { group.rank.number }
  public var ranks: Int { group.size }

  /// Seconds that this rank has spent so far in looking after the messages of sums, in waiting for other
  /// ranks and in adding what they have.
  public var communicationSeconds: Double { Double(clock.nanoseconds) * 1e-9 }

  /// The shards of a rank: as even as can be, the first ranks take one more.
  package static func shards(of rank: Int, ranks: Int, shards: Int) -> Range<Int> {
    let (each, more) = shards.quotientAndRemainder(dividingBy: ranks)
    let start = rank * each + min(rank, more)
    return start..<start + each + (rank < more ? 1 : 0)
  }

  /// A sum in shared memory where all ranks of the group can have it, else by messages.
  ///
  /// - Throws: `MPIError`.
  /// - Communication: collective; some milliseconds. The sum's rounds move every bucket once or twice,
  ///   without blocking before their end.
  public func makeSum(buckets: [Int]) throws -> any ShardSum {
    usesSharedMemory = false
    if group.size == 1 { return LocalShards(shards: shards).makeSum(buckets: buckets) }
    if mayShareMemory,
      let sum = try SharedSum(buckets: buckets, shards: shards, group: group, clock: clock)
    {
      usesSharedMemory = true
      return sum
    }
    return try MessageSum(buckets: buckets, shards: shards, group: group, clock: clock)
  }

  /// - Throws: `MPIError`.
  /// - Communication: collective; all parts to every rank; blocks.
  public func gather(_ own: [Float], counts: [Int]) throws -> [Float] {
    precondition(
      counts.count == ranks && counts[rank] == own.count,
      "\(own.count) elements of rank \(rank) of \(ranks), expected \(counts)")
    var all = [Float](repeating: 0, count: counts.reduce(0, +))
    let start = counts[..<rank].reduce(0, +)
    all.replaceSubrange(start..<start + own.count, with: own)
    var span = all.mutableSpan
    try group.allGather(inPlace: &span, counts: counts)
    return all
  }

  /// - Throws: `MPIError`.
  /// - Communication: collective; a broadcast of one byte; blocks.
  public func agree(_ flag: Bool) throws -> Bool {
    try group.broadcast(value: UInt8(flag ? 1 : 0)) != 0
  }
}
