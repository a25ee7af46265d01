import Glibc
import Loops

/// What a worker does with a task.
package protocol TaskRunner: AnyObject {
  /// Runs one task. Calls `tick` at least once a generation.
  func run(task: Int, tick: () throws -> Void) throws
  /// Results gathered since the last call, to be sent to the coordinator; `nil` if there are none.
  func takeResults(isLast: Bool) throws -> [UInt8]?
  /// Makes sure that all results are on the disk. The last ones are under way by then: waiting for the disk
  /// takes as long as their statistics.
  func finish() throws
  /// How far the task in hand has come, where there is something new to tell.
  func takeProgress() throws -> [UInt8]?
  /// Where the runner is, as a sign of life.
  func whereabouts() -> Whereabouts
  /// What to report at the end, idle seconds aside.
  func report() -> WorkerReport
}

/// The worker's side of the farm: takes bundles, runs tasks, sends results.
package final class Worker {
  private let transport: any Transport
  private let runner: any TaskRunner
  /// Called now and then while a task runs; the coordinator of the same process lives here.
  private let meanwhile: () throws -> Void
  private var queue: [Schedule.Bundle] = []
  private var finishing = false
  private(set) var isStopping = false
  private var isReleased = false
  private var idleSince: Double?
  private var idleSeconds = 0.0
  private var lastTick = 0.0
  private let silence: SilenceLimit?
  private var clock: SilenceClock
  private var lastSign = -Double.infinity
  /// Seconds between looks at the mailbox while a task runs.
  private static let tickSeconds = 0.01

  /// - Parameter silence: when the coordinator counts as lost; nil where it cannot be, in the same process.
  package init(
    transport: any Transport, runner: any TaskRunner, silence: SilenceLimit? = nil,
    meanwhile: @escaping () throws -> Void = {}
  ) {
    self.transport = transport
    self.runner = runner
    self.meanwhile = meanwhile
    self.silence = silence
    clock = SilenceClock(now: monotonicSeconds())
  }

  /// Takes messages and runs at most one bundle.
  ///
  /// - Returns: whether the worker has left.
  package func step() throws -> (worked: Bool, left: Bool) {
    try takeMessages()
    try giveSign(monotonicSeconds())
    if isStopping || (queue.isEmpty && finishing) {
      try sendResults(isLast: true)
      try runner.finish()
      var report = runner.report()
      report.seconds["idle"] = idleSeconds
      try transport.send(FarmMessage.goodbye(report).encoded(), to: 0)
      try transport.finish()
      return (true, true)
    }
    guard !queue.isEmpty else {
      if idleSince == nil { idleSince = monotonicSeconds() }
      return (false, false)
    }
    if let since = idleSince { idleSeconds += monotonicSeconds() - since }
    idleSince = nil
    let bundle = queue.removeFirst()
    let start = monotonicSeconds()
    for task in bundle.tasks where !isStopping {
      try runner.run(task: task) { try tick() }
      try tick()
      try sendResults(isLast: false)
    }
    try transport.send(
      FarmMessage.done(bundle: bundle.id, seconds: monotonicSeconds() - start).encoded(), to: 0)
    return (true, false)
  }

  /// Waits, after the last word, until the coordinator has closed the run, which may take minutes.
  ///
  /// To wait in MPI_Finalize instead would be to hang where the link is cut: the rank's part of that call is
  /// then under way, and TCP repeats it for a quarter of an hour.
  ///
  /// - Throws: `SilentRank`.
  package func waitForRelease() throws {
    var wait = IdleWait()
    while true {
      try takeMessages()
      if isReleased { return }
      try checkCoordinator(monotonicSeconds())
      wait.pause()
    }
  }

  /// Works until told to finish. Waits without burning the core: a few quick looks, then sleeps.
  func run() throws {
    var wait = IdleWait()
    while true {
      let (worked, left) = try step()
      if left { return }
      if worked { wait.reset() } else { wait.pause() }
    }
  }

  private func tick() throws {
    let time = monotonicSeconds()
    guard time - lastTick >= Self.tickSeconds else { return }
    lastTick = time
    try takeMessages()
    try giveSign(time)
    try sendResults(isLast: false)
    if let progress = try runner.takeProgress() {
      try transport.send(FarmMessage.progress(progress).encoded(), to: 0)
    }
    try meanwhile()
  }

  private func takeMessages() throws {
    while let (_, bytes) = try transport.receive() {
      clock.heard(now: monotonicSeconds())
      switch try FarmMessage(bytes) {
      case .bundle(let bundle): queue.append(bundle)
      case .finish: finishing = true
      case .stop: isStopping = true
      case .present: break
      case .release: isReleased = true
      case .results, .progress, .done, .here, .goodbye: throw FarmError.badMessage(kind: Int(bytes[0]))
      }
    }
  }

  /// Says now and then that the worker lives, and fails when the coordinator seems not to.
  private func giveSign(_ time: Double) throws {
    guard let silence else { return }
    try checkCoordinator(time)
    guard time - lastSign >= silence.signSeconds else { return }
    lastSign = time
    try transport.send(FarmMessage.here(runner.whereabouts()).encoded(), to: 0)
  }

  private func checkCoordinator(_ time: Double) throws {
    guard let silence else { return }
    let seconds = clock.look(now: time)
    if seconds > silence.seconds { throw SilentRank(coordinatorSilentFor: seconds) }
  }

  private func sendResults(isLast: Bool) throws {
    guard let results = try runner.takeResults(isLast: isLast) else { return }
    try transport.send(FarmMessage.results(results).encoded(), to: 0)
  }

}

/// Waiting for messages: some quick looks that give the core away, then sleeps of 50 µs that grow to a
/// millisecond, so that who waits long takes nothing from those who work on the same core.
struct IdleWait {
  private var looks = 0
  private var microseconds: UInt32 = 50

  mutating func reset() { self = IdleWait() }

  mutating func pause() {
    looks += 1
    if looks <= 10 {
      sched_yield()
    } else {
      usleep(microseconds)
      microseconds = min(microseconds + microseconds / 8, 1000)
    }
  }
}
