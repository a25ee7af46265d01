import Loops

/// What the coordinator does with results, and what it does besides dispatching.
package protocol FarmSink: AnyObject {
  /// Takes the results of a worker.
  func take(_ results: [UInt8], from rank: Int) throws
  /// Takes how far a worker has come in what it does now; nil once that is done.
  func take(progress: [UInt8]?, from rank: Int) throws
  /// Called between messages; keeps files and the progress line up to date.
  func periodic() throws
  /// Whether everybody should stop.
  var wantsStop: Bool { get }
}

/// The coordinator's side of the farm: hands out bundles, passes results on. Never waits for anyone.
package final class Coordinator {
  private let transport: any Transport
  private let sink: any FarmSink
  private var schedule: Schedule
  /// Worker w of the schedule is rank w + 1.
  private let workers: Int
  private var present: Set<Int>
  private var told: Set<Int> = []
  package private(set) var reports: [WorkerReport] = []
  package private(set) var stopped = false
  private let silence: SilenceLimit?
  private var clocks: [SilenceClock]
  /// What each worker last said of itself.
  private var places: [Whereabouts?]
  private var lastSign = 0.0
  private let now: () -> Double

  /// - Parameters:
  ///   - silence: when a worker counts as lost; nil where none can be, in the same process.
  ///   - now: seconds on a clock that never goes back.
  package init(
    transport: any Transport, schedule: Schedule, workers: Int, sink: any FarmSink,
    silence: SilenceLimit? = nil, now: @escaping () -> Double = monotonicSeconds
  ) {
    self.transport = transport
    self.schedule = schedule
    self.workers = workers
    self.sink = sink
    present = Set(0..<workers)
    self.silence = silence
    self.now = now
    let start = now()
    clocks = (0..<workers).map { _ in SilenceClock(now: start) }
    places = [Whereabouts?](repeating: nil, count: workers)
  }

  /// Whether all workers have left.
  package var isFinished: Bool { present.isEmpty }

  /// Deals with what has arrived and hands out work.
  ///
  /// - Returns: whether anything happened.
  /// - Throws: `SilentRank`, and what the transport and the sink throw.
  @discardableResult
  package func step() throws -> Bool {
    if sink.wantsStop, !stopped {
      stopped = true
      schedule.stop()
      for worker in present.sorted() { try send(.stop, to: worker) }
    }
    var active = false
    while let (source, bytes) = try transport.receive() {
      active = true
      clocks[source - 1].heard(now: now())
      switch try FarmMessage(bytes) {
      case .results(let results): try sink.take(results, from: source)
      case .progress(let progress): try sink.take(progress: progress, from: source)
      case .done(let bundle, let seconds):
        try sink.take(progress: nil, from: source)
        schedule.finished(worker: source - 1, bundle: bundle, seconds: seconds)
        try feed(source - 1)
      case .goodbye(let report):
        reports.append(report)
        present.remove(source - 1)
        schedule.released(worker: source - 1)
      case .here(let place): places[source - 1] = place
      case .bundle, .finish, .stop, .present, .release: throw FarmError.badMessage(kind: Int(bytes[0]))
      }
    }
    for worker in present.sorted() where !stopped { try feed(worker) }
    try sink.periodic()
    try watchWorkers()
    try giveSign()
    return active
  }

  /// Runs until all workers have left.
  package func run() throws {
    var wait = IdleWait()
    while !isFinished {
      if try step() { wait.reset() } else { wait.pause() }
    }
    try transport.finish()
  }

  /// Says now and then that the coordinator lives, also to the workers that have left: they wait for their
  /// release.
  package func giveSign() throws {
    guard let silence else { return }
    let time = now()
    guard time - lastSign >= silence.signSeconds else { return }
    lastSign = time
    for worker in 0..<workers { try send(.present, to: worker) }
  }

  /// Lets the workers go on to the end of the job, once the run is closed.
  package func release() throws {
    for worker in 0..<workers { try send(.release, to: worker) }
    try transport.finish()
  }

  /// Ends the job when a worker seems not to live.
  private func watchWorkers() throws {
    guard let silence else { return }
    let time = now()
    for worker in present.sorted() {
      let seconds = clocks[worker].look(now: time)
      if seconds > silence.seconds {
        throw SilentRank(worker: places[worker], number: worker + 1, seconds: seconds)
      }
    }
  }

  private func feed(_ worker: Int) throws {
    while let bundle = schedule.bundle(for: worker) { try send(.bundle(bundle), to: worker) }
    if schedule.isExhausted, schedule.outstandingBundles(of: worker) == 0,
      !told.contains(worker), !stopped
    {
      told.insert(worker)
      try send(.finish, to: worker)
    }
  }

  private func send(_ message: FarmMessage, to worker: Int) throws {
    try transport.send(message.encoded(), to: worker + 1)
  }
}
