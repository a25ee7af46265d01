internal import CMPI

/// Messages that are sent and received again and again, each between one rank and memory that stays
/// where it is: persistent requests (MPI 4.0, section 3.9). Starting and testing them allocates nothing.
///
/// Has to be idle in the end: losing messages under way traps. Tested by the check `repeated`.
public struct RepeatedMessages: ~Copyable {
  private let communicator: Communicator
  private var requests: [MPI_Request?] = []
  private var done: [Int32] = []
  /// Messages that were started and are not known to be complete.
  public private(set) var underWay = 0

  public init(on communicator: Communicator) { self.communicator = communicator }

  deinit {
    if underWay > 0 { fatalError("a RepeatedMessages was dropped with \(underWay) under way") }
    var isFinalized: Int32 = 0
    guard cmpi_finalized(&isFinalized) == MPI_SUCCESS, isFinalized == 0 else { return }
    for var request in requests where request != nil { _ = cmpi_request_free(&request) }
  }

  /// The number of messages.
  public var count: Int { requests.count }

  /// Adds a message that is sent from `buffer`, which has to stay as it is while the message is under
  /// way, and in place until this list is gone (`MPI_Send_init`).
  ///
  /// - Returns: its number.
  public mutating func addSend<T: MPIScalar>(
    of buffer: UnsafeBufferPointer<T>, to target: Rank, tag: Tag
  ) throws(MPIError) -> Int {
    try communicator.withElements(T.self, buffer.count) { (count, type) throws(MPIError) in
      var request: MPI_Request? = cmpi_request_null()
      try check(
        cmpi_send_init(
          buffer.baseAddress, count, type, target.raw, tag.number, communicator.handle, &request),
        "MPI_Send_init")
      requests.append(request)
      done.append(0)
    }
    return requests.count - 1
  }

  /// Adds a message of at most `buffer.count` elements that is received into `buffer` (`MPI_Recv_init`).
  ///
  /// - Returns: its number.
  public mutating func addReceive<T: MPIScalar>(
    into buffer: UnsafeMutableBufferPointer<T>, from source: Rank, tag: Tag
  ) throws(MPIError) -> Int {
    try communicator.withElements(T.self, buffer.count) { (count, type) throws(MPIError) in
      var request: MPI_Request? = cmpi_request_null()
      try check(
        cmpi_recv_init(
          buffer.baseAddress, count, type, source.raw, tag.number, communicator.handle, &request),
        "MPI_Recv_init")
      requests.append(request)
      done.append(0)
    }
    return requests.count - 1
  }

  /// Starts a message that is not under way; never waits. Messages of one kind between two ranks meet in
  /// the order in which they were started.
  public mutating func start(_ number: Int) throws(MPIError) {
    try check(cmpi_start(&requests[number]), "MPI_Start")
    underWay += 1
  }

  /// Looks which messages have become complete; never waits (`MPI_Testsome`).
  ///
  /// - Returns: how many; `completed(_:)` names them until the next call.
  /// - Complexity: O(messages).
  public mutating func test() throws(MPIError) -> Int {
    guard underWay > 0 else { return 0 }
    var count: Int32 = 0
    try check(cmpi_testsome(Int32(requests.count), &requests, &count, &done), "MPI_Testsome")
    return took(count)
  }

  /// The same, but waits until at least one has become complete, unless none is under way
  /// (`MPI_Waitsome`).
  public mutating func wait() throws(MPIError) -> Int {
    guard underWay > 0 else { return 0 }
    var count: Int32 = 0
    try check(cmpi_waitsome(Int32(requests.count), &requests, &count, &done), "MPI_Waitsome")
    return took(count)
  }

  /// The number of a message that the last `test` or `wait` found complete, from 0.
  public func completed(_ index: Int) -> Int { Int(done[index]) }

  private mutating func took(_ count: Int32) -> Int {
    // The library says "undefined", a negative number, where none is under way.
    let count = max(Int(count), 0)
    underWay -= count
    return count
  }

  /// Gives up what is under way, for use when an error ends the job: the messages may or may not arrive,
  /// and their memory has to stay.
  public mutating func abandonAll() {
    requests = []
    underWay = 0
  }
}
