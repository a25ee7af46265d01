internal import CMPI

/// A receive under way, with the memory that the message goes to (MPI 4.0, section 3.7).
///
/// It ends in `wait()`, `cancel()` or `abandon()`; losing one traps, because its memory may still
/// be written.
public struct ReceiveRequest<T: MPIScalar>: ~Copyable {
  private var raw: MPI_Request?
  private let memory: UnsafeMutableBufferPointer<T>
  private var status = MPI_Status()
  private var isComplete = false

  fileprivate init(raw: MPI_Request?, memory: UnsafeMutableBufferPointer<T>) {
    self.raw = raw
    self.memory = memory
  }

  deinit { requestWasDropped("ReceiveRequest", remedy: "wait(), cancel() or abandon()") }

  /// Whether the message is here; never waits. Once true, `wait()` returns at once.
  public mutating func test() throws(MPIError) -> Bool {
    // The library forgets a completed request, and a second test would overwrite its status.
    if isComplete { return true }
    var flag: Int32 = 0
    try check(cmpi_test(&raw, &flag, &status), "MPI_Test")
    isComplete = flag != 0
    return isComplete
  }

  /// Returns the message when it is here.
  ///
  /// - Throws: `MPIError`, with `isTruncation` for a message longer than the count asked for.
  public consuming func wait() throws(MPIError) -> (values: [T], envelope: Envelope) {
    var request = raw
    var status = self.status
    let memory = self.memory
    let code = isComplete ? MPI_SUCCESS : cmpi_wait(&request, &status)
    discard self
    // After an error the library may still hold the buffer: it is given up, not freed.
    try check(code, "MPI_Wait")
    defer { memory.deallocate() }
    let envelope = try Envelope(status)
    return (Array(memory[..<envelope.count(of: T.self)]), envelope)
  }

  /// Takes the receive back (`MPI_Cancel`).
  ///
  /// - Returns: the message, if it was faster.
  public consuming func cancel() throws(MPIError) -> (values: [T], envelope: Envelope)? {
    guard !isComplete else { return try wait() }
    var request = raw
    var status = MPI_Status()
    let memory = self.memory
    discard self
    try check(cmpi_cancel(&request), "MPI_Cancel")
    try check(cmpi_wait(&request, &status), "MPI_Wait")
    defer { memory.deallocate() }
    var isCancelled: Int32 = 0
    try check(cmpi_test_cancelled(&status, &isCancelled), "MPI_Test_cancelled")
    guard isCancelled == 0 else { return nil }
    let envelope = try Envelope(status)
    return (Array(memory[..<envelope.count(of: T.self)]), envelope)
  }

  /// Gives the receive up without waiting, for use when an error ends the job: the memory stays
  /// allocated.
  public consuming func abandon() { discard self }
}

extension Communicator {
  /// Starts to receive a message of at most `count` elements (`MPI_Irecv`).
  ///
  /// - Parameters:
  ///   - source: nil takes a message from any rank.
  ///   - tag: nil takes a message of any kind.
  public func startReceive<T: MPIScalar>(
    _ type: T.Type, count: Int, from source: Rank? = nil, tag: Tag? = nil
  ) throws(MPIError) -> ReceiveRequest<T> {
    let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: max(count, 1))
    var raw: MPI_Request? = cmpi_request_null()
    do throws(MPIError) {
      try withElements(T.self, count) { (count, type) throws(MPIError) in
        try check(
          cmpi_irecv(
            memory.baseAddress, count, type, source?.raw ?? MPI_ANY_SOURCE,
            tag?.number ?? MPI_ANY_TAG, handle, &raw), "MPI_Irecv")
      }
    } catch {
      memory.deallocate()
      throw error
    }
    return ReceiveRequest(raw: raw, memory: memory)
  }
}

/// Ends the program with a message; not `Never`, because the compiler would then call the release
/// of the request's fields dead code.
func requestWasDropped(_ name: StaticString, remedy: StaticString) {
  fatalError("a \(name) was dropped: end it with \(remedy)")
}
