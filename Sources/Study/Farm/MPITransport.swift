import MPI

/// Messages over MPI point-to-point calls. Sends never block: a worker that reports while the
/// coordinator sends it work cannot deadlock, whatever the eager limit.
final class MPITransport: Transport {
  private let communicator: Communicator
  private var sends = SendGroup()
  private static let tag: Tag = 7

  init(_ communicator: Communicator) { self.communicator = communicator }

  /// An error that ends the job leaves messages under way: it is told, not their loss.
  deinit { sends.abandonAll() }

  func send(_ message: [UInt8], to rank: Int) throws {
    try sends.reap()
    try sends.send(message, to: Rank(rank), tag: Self.tag, on: communicator)
  }

  func receive() throws -> (source: Int, message: [UInt8])? {
    guard let envelope = try communicator.immediateProbe(from: nil, tag: Self.tag) else { return nil }
    let (message, _) = try communicator.receive(UInt8.self, from: envelope.source, tag: Self.tag)
    return (envelope.source.number, message)
  }

  func finish() throws { try sends.waitAll() }
}
