/// Messages between the coordinator and its workers. Ranks are numbered as in MPI; 0 coordinates.
package protocol Transport: AnyObject {
  /// Sends without waiting for the receiver.
  func send(_ message: [UInt8], to rank: Int) throws
  /// The next message, or `nil` when none has arrived.
  func receive() throws -> (source: Int, message: [UInt8])?
  /// Waits until everything sent has left.
  func finish() throws
}

/// Both ends of the farm in one process: what one end sends, the other receives.
final class LoopbackTransport: Transport {
  private let rank: Int
  private var inbox: [(source: Int, message: [UInt8])] = []
  private weak var peer: LoopbackTransport?

  private init(rank: Int) { self.rank = rank }

  /// The coordinator's end (rank 0) and the worker's (rank 1).
  static func pair() -> (coordinator: LoopbackTransport, worker: LoopbackTransport) {
    let (a, b) = (LoopbackTransport(rank: 0), LoopbackTransport(rank: 1))
    a.peer = b
    b.peer = a
    return (a, b)
  }

  func send(_ message: [UInt8], to rank: Int) throws { peer?.inbox.append((self.rank, message)) }

  func receive() throws -> (source: Int, message: [UInt8])? {
    inbox.isEmpty ? nil : inbox.removeFirst()
  }

  func finish() throws {}
}
