import Engine
import MPI

/// Shards of training steps over the ranks of a group.
///
/// Shards are dealt in contiguous runs. The sums of the ranks' own shards are added in the order of
/// `ShardTree`, so that the bits do not depend on the number of ranks.
public final class ShardReducer: ShardExchange {
  public let shards: Int
  public let ownShards: Range<Int>
  private let group: Communicator
  private let clock = CommunicationClock()

  /// - Parameters:
  ///   - shards: the unit of data-parallel work, fixed by the study; ranks beyond their number have
  ///     none.
  ///   - group: its ranks take part in every call. No other messages may be under way on it meanwhile.
  public init(shards: Int, group: Communicator) {
    precondition(shards >= 1, "\(shards) shards")
    self.shards = shards
    self.group = group
    ownShards = Self.shards(of: group.rank.number, ranks: group.size, shards: shards)
  }

  public var rank: Int { group.rank.number }
  public var ranks: Int { group.size }

  /// Seconds that this rank has spent so far in looking after the messages of sums, in waiting for them
  /// and in adding what they brought.
  public var communicationSeconds: Double { Double(clock.nanoseconds) * 1e-9 }

  /// The shards of a rank: as even as can be, the first ranks take one more.
  package static func shards(of rank: Int, ranks: Int, shards: Int) -> Range<Int> {
    let (each, more) = shards.quotientAndRemainder(dividingBy: ranks)
    let start = rank * each + min(rank, more)
    return start..<start + each + (rank < more ? 1 : 0)
  }

  /// - Throws: `MPIError`.
  /// - Communication: none; the sum's rounds move every bucket about twice, without blocking before
  ///   their end.
  public func makeSum(buckets: [Int]) throws -> any ShardSum {
    if group.size == 1 { return LocalShards(shards: shards).makeSum(buckets: buckets) }
    return try ShardReduction(buckets: buckets, shards: shards, group: group, clock: clock)
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
