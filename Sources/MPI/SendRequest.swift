internal import CMPI

/// A send under way, with the values it sends (MPI 4.0, section 3.7).
///
/// It ends in `wait()` or `abandon()`; losing one traps, because its memory may still be read.
public struct SendRequest: ~Copyable {
  private var raw: MPI_Request?
  private let memory: UnsafeMutableRawPointer

  fileprivate init(raw: MPI_Request?, memory: UnsafeMutableRawPointer) {
    self.raw = raw
    self.memory = memory
  }

  deinit { requestWasDropped("SendRequest", remedy: "wait() or abandon()") }

  /// Whether the send is complete; never waits. Once true, `wait()` returns at once.
  public mutating func test() throws(MPIError) -> Bool {
    var flag: Int32 = 0
    try check(cmpi_test(&raw, &flag, nil), "MPI_Test")
    return flag != 0
  }

  /// Returns when the message is on its way or received.
  public consuming func wait() throws(MPIError) {
    var request = raw
    let code = cmpi_wait(&request, nil)
    let memory = self.memory
    discard self
    // After an error the library may still hold the buffer: it is given up, not freed.
    try check(code, "MPI_Wait")
    memory.deallocate()
  }

  /// Gives the send up without waiting, for use when an error ends the job: the memory stays
  /// allocated and the message may or may not arrive.
  public consuming func abandon() { discard self }
}

extension Communicator {
  /// Starts to send a copy of the values (`MPI_Isend`).
  ///
  /// - Communication: one message of `values.count` elements; does not wait.
  public func startSend<T: MPIScalar>(
    _ values: [T], to target: Rank, tag: Tag
  ) throws(MPIError) -> SendRequest {
    let (raw, memory) = try startRawSend(values, to: target, tag: tag)
    return SendRequest(raw: raw, memory: memory)
  }

  func startRawSend<T: MPIScalar>(
    _ values: [T], to target: Rank, tag: Tag
  ) throws(MPIError) -> (MPI_Request?, UnsafeMutableRawPointer) {
    let byteCount = values.count * MemoryLayout<T>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    values.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { memory.copyMemory(from: base, byteCount: byteCount) }
    }
    var raw: MPI_Request? = cmpi_request_null()
    do throws(MPIError) {
      try withElements(T.self, values.count) { (count, type) throws(MPIError) in
        try check(
          cmpi_isend(memory, count, type, target.raw, tag.number, handle, &raw), "MPI_Isend")
      }
    } catch {
      memory.deallocate()
      throw error
    }
    return (raw, memory)
  }
}

/// Sends under way, as many as wanted: what a coordinator keeps for its outgoing messages.
///
/// Has to be empty in the end: losing sends under way traps.
public struct SendGroup: ~Copyable {
  private var pending: [(raw: MPI_Request?, memory: UnsafeMutableRawPointer)] = []

  public init() {}

  deinit {
    if !pending.isEmpty {
      fatalError("a SendGroup was dropped with \(pending.count) sends under way")
    }
  }

  /// The number of sends not known to be complete.
  public var count: Int { pending.count }

  /// Starts to send a copy of the values and keeps the request.
  public mutating func send<T: MPIScalar>(
    _ values: [T], to target: Rank, tag: Tag, on communicator: Communicator
  ) throws(MPIError) {
    let (raw, memory) = try communicator.startRawSend(values, to: target, tag: tag)
    pending.append((raw, memory))
  }

  /// Lets go of the sends that are complete; never waits.
  ///
  /// - Complexity: O(sends under way).
  public mutating func reap() throws(MPIError) {
    var index = 0
    while index < pending.count {
      var flag: Int32 = 0
      try check(cmpi_test(&pending[index].raw, &flag, nil), "MPI_Test")
      if flag != 0 {
        pending[index].memory.deallocate()
        pending.swapAt(index, pending.count - 1)
        pending.removeLast()
      } else {
        index += 1
      }
    }
  }

  /// Returns when every send is complete.
  public mutating func waitAll() throws(MPIError) {
    while var last = pending.popLast() {
      try check(cmpi_wait(&last.raw, nil), "MPI_Wait")
      last.memory.deallocate()
    }
  }

  /// Gives all sends up, as `SendRequest.abandon` does.
  public mutating func abandonAll() { pending = [] }
}
