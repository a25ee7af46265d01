import Loops
import MPI
import Samples

/// While the coordinator prepares a run, which may take minutes, the others wait without a collective call,
/// so that they notice when it is stopped or stuck.
struct StartWatch {
  private let transport: MPITransport
  private let world: Communicator
  private let silence: SilenceLimit

  init(_ world: Communicator, silence: SilenceLimit) {
    self.world = world
    self.silence = silence
    transport = MPITransport(world)
  }

  /// On rank 0: prepares, and says now and then that it lives; after it, the others are called.
  ///
  /// All ranks are to go on with a collective call; from here on an alarm guards it.
  func prepare<Result>(_ body: () throws -> Result) throws -> Result {
    defer { Interruption.watch = nil }
    var lastSign = monotonicSeconds()
    Interruption.watch = {
      let now = monotonicSeconds()
      if now - lastSign >= silence.signSeconds {
        lastSign = now
        try tell(.present)
      }
      return Interruption.isRequested
    }
    return try body()
  }

  /// On rank 0: the others may go on to the collective call.
  func call() throws {
    StuckAlarm.set(seconds: silence.seconds)
    try tell(.finish)
    try transport.finish()
  }

  /// On the others: waits for the call.
  ///
  /// - Throws: `SilentRank`.
  func wait() throws {
    var clock = SilenceClock(now: monotonicSeconds())
    var pause = IdleWait()
    while true {
      let seconds = clock.look(now: monotonicSeconds())
      if seconds > silence.seconds { throw SilentRank(coordinatorSilentFor: seconds) }
      guard let (_, bytes) = try transport.receive() else {
        pause.pause()
        continue
      }
      clock.heard(now: monotonicSeconds())
      if case .finish = try FarmMessage(bytes) { break }
    }
    StuckAlarm.set(seconds: silence.seconds)
  }

  private func tell(_ message: FarmMessage) throws {
    let bytes = try message.encoded()
    for rank in 1..<world.size { try transport.send(bytes, to: rank) }
  }
}
