internal import CMPI

/// A set of ranks that exchange messages apart from all others (MPI 4.0, chapter 7).
///
/// A value: copies name the same communicator. `@unchecked Sendable` because the handle is a
/// pointer into the library; the rule that makes it safe is that only the thread that started MPI
/// (the main thread) calls anything on it, as `MPI_THREAD_FUNNELED` asks.
///
/// Collective operations are made by all ranks at the same line, in the same order; those with a
/// root return an optional that is non-nil on the root.
public struct Communicator: @unchecked Sendable {
  let handle: MPI_Comm
  /// This process in this communicator.
  public let rank: Rank
  /// The number of ranks.
  public let size: Int
  /// The most elements handed to one call of the library, whose counts are 32-bit, besides 2³⁰
  /// bytes; longer buffers go in pieces or as a derived type. Lower it only to test that, on all
  /// ranks alike.
  public let countLimit: Int

  /// Every rank of the job. Only inside `withMPI`.
  static func world() throws(MPIError) -> Communicator {
    try Communicator(handle: cmpi_comm_world())
  }

  init(handle: MPI_Comm, countLimit: Int = Int(Int32.max)) throws(MPIError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    try check(cmpi_comm_rank(handle, &rank), "MPI_Comm_rank")
    try check(cmpi_comm_size(handle, &size), "MPI_Comm_size")
    self.init(handle: handle, rank: Rank(Int(rank)), size: Int(size), countLimit: countLimit)
  }

  private init(handle: MPI_Comm, rank: Rank, size: Int, countLimit: Int) {
    self.handle = handle
    self.rank = rank
    self.size = size
    self.countLimit = countLimit
  }

  /// The ranks in order.
  public var ranks: [Rank] { (0..<size).map(Rank.init) }

  /// Whether this process is rank 0.
  public var isRoot: Bool { rank == .root }

  /// The same communicator with another limit on the count of one library call.
  public func limitingCounts(to limit: Int) -> Communicator {
    precondition(limit >= 1 && limit <= Int(Int32.max), "count limit \(limit)")
    return Communicator(handle: handle, rank: rank, size: size, countLimit: limit)
  }

  /// Waits until every rank has come here (`MPI_Barrier`).
  public func barrier() throws(MPIError) {
    try check(cmpi_barrier(handle), "MPI_Barrier")
  }
}
