import Randomness
import Study
import Testing

/// Coordinator and workers in one process, each taking its turn when a random number says so: any
/// interleaving of messages that keeps the order between two ranks can come up.
@Suite struct FarmTests {
  @Test(arguments: 0..<30)
  func everyResultArrivesOnce(seed: Int) throws {
    var stream = RandomStream(key: RandomKey(seed: UInt64(seed)))
    let farm = Farm(tasks: stream.integer(below: 120), workers: 1 + stream.integer(below: 6))
    try farm.run(stream: &stream)
    #expect(farm.sink.results.sorted() == Array(0..<farm.tasks))
    #expect(farm.runners.flatMap(\.ran).sorted() == Array(0..<farm.tasks))
    #expect(farm.coordinator.reports.map(\.rank).sorted() == Array(1...farm.runners.count))
    #expect(!farm.coordinator.stopped && farm.exchange.isEmpty)
    for report in farm.coordinator.reports {
      #expect(report.chains == farm.runners[report.rank - 1].ran.count)
      #expect((report.seconds["idle"] ?? -1) >= 0)
    }
  }

  /// A stop at any moment: everybody leaves, what was done is reported, nothing is done twice.
  @Test(arguments: 0..<30)
  func stops(seed: Int) throws {
    var stream = RandomStream(key: RandomKey(seed: UInt64(500 + seed)))
    let farm = Farm(tasks: 200, workers: 1 + stream.integer(below: 6))
    farm.sink.stopAfter = stream.integer(below: 60)
    try farm.run(stream: &stream)
    let ran = farm.runners.flatMap(\.ran)
    #expect(farm.coordinator.stopped && ran.count < 200)
    #expect(Set(ran).count == ran.count && farm.sink.results.sorted() == ran.sorted())
    #expect(farm.coordinator.reports.count == farm.runners.count && farm.exchange.isEmpty)
  }

  /// Workers that get through their tasks without doing them (they were told to stop, the coordinator
  /// was not yet) keep nobody waiting.
  @Test func workersThatStopByThemselves() throws {
    var stream = RandomStream(key: RandomKey(seed: 9))
    let farm = Farm(tasks: 60, workers: 3)
    farm.runners[0].isLazy = true
    try farm.run(stream: &stream)
    #expect(farm.runners[0].ran.isEmpty)
    #expect(farm.sink.results.count < 60 && farm.coordinator.reports.count == 3)
  }

  @Test func moreWorkersThanTasks() throws {
    var stream = RandomStream(key: RandomKey(seed: 1))
    let farm = Farm(tasks: 2, workers: 7)
    try farm.run(stream: &stream)
    #expect(farm.sink.results.sorted() == [0, 1] && farm.coordinator.reports.count == 7)
  }

  /// What workers say of the work in hand arrives in order and ends with the bundle.
  @Test(arguments: 0..<10)
  func progressArrives(seed: Int) throws {
    var stream = RandomStream(key: RandomKey(seed: UInt64(900 + seed)))
    let farm = Farm(tasks: 40, workers: 1 + stream.integer(below: 4))
    for runner in farm.runners { runner.tellsProgress = true }
    try farm.run(stream: &stream)
    for runner in farm.runners {
      let told = farm.sink.progress.filter { $0.rank == runner.rank }.map(\.task)
      #expect(told.compactMap { $0 } == runner.told)
      #expect(told.isEmpty || told.last == .some(nil), "the bundle's end follows")
    }
    // A worker looks at its mailbox once in a while only.
    let all = farm.runners.flatMap(\.told)
    #expect(!all.isEmpty && all.count <= 40)
  }

  /// A worker that has left does not wait for ever for a coordinator that is gone.
  @Test func noRelease() {
    let worker = Worker(
      transport: Mailbox(Exchange(), rank: 1), runner: Runner(rank: 1), silence: SilenceLimit(seconds: 0.05))
    #expect(throws: SilentRank.self) { try worker.waitForRelease() }
  }

  /// Errors of a runner and of the record keeper come out; nothing is swallowed.
  @Test func errorsComeOut() throws {
    var stream = RandomStream(key: RandomKey(seed: 1))
    let farm = Farm(tasks: 20, workers: 2)
    farm.runners[1].failsAt = 3
    #expect(throws: Broken.self) { try farm.run(stream: &stream) }
    let other = Farm(tasks: 20, workers: 2)
    other.sink.isFull = true
    #expect(throws: Broken.self) { try other.run(stream: &stream) }
  }
}

private struct Broken: Error {}

/// Mailboxes by rank.
private final class Exchange {
  private var boxes: [Int: [(source: Int, message: [UInt8])]] = [:]
  var isEmpty: Bool { boxes.values.allSatisfy(\.isEmpty) }

  func put(_ message: [UInt8], from source: Int, to rank: Int) {
    boxes[rank, default: []].append((source, message))
  }

  func take(_ rank: Int) -> (source: Int, message: [UInt8])? {
    boxes[rank]?.isEmpty == false ? boxes[rank]?.removeFirst() : nil
  }
}

private final class Mailbox: Transport {
  private let exchange: Exchange
  private let rank: Int

  init(_ exchange: Exchange, rank: Int) {
    self.exchange = exchange
    self.rank = rank
  }

  func send(_ message: [UInt8], to other: Int) { exchange.put(message, from: rank, to: other) }
  func receive() -> (source: Int, message: [UInt8])? { exchange.take(rank) }
  func finish() {}
}

/// A runner whose results are the numbers of its tasks.
private final class Runner: TaskRunner {
  let rank: Int
  private(set) var ran: [Int] = []
  /// The tasks of which something was told while they ran.
  private(set) var told: [Int] = []
  var tellsProgress = false
  private var unsent: [Int] = []
  var isLazy = false
  var failsAt = Int.max

  init(rank: Int) { self.rank = rank }

  func run(task: Int, tick: () throws -> Void) throws {
    if isLazy { return }
    ran.append(task)
    if ran.count > failsAt { throw Broken() }
    unsent.append(task)
    try tick()
  }

  func takeResults(isLast: Bool) -> [UInt8]? {
    guard isLast ? !unsent.isEmpty : unsent.count >= 3 else { return nil }
    defer { unsent = [] }
    return unsent.map(UInt8.init)
  }

  func finish() {}

  func takeProgress() -> [UInt8]? {
    guard tellsProgress, let task = ran.last else { return nil }
    told.append(task)
    return [UInt8(task)]
  }

  func whereabouts() -> Whereabouts {
    Whereabouts(rank: rank, host: "", groupRanks: 1, chain: nil)
  }

  func report() -> WorkerReport {
    WorkerReport(
      rank: rank, host: "", seconds: [:], chains: ran.count, generations: 0, firstFitted: 0,
      firstReused: 0, peakBytes: 0)
  }
}

private final class Sink: FarmSink {
  private(set) var results: [Int] = []
  private(set) var periods = 0
  /// What was told, and nil where a bundle was done.
  private(set) var progress: [(rank: Int, task: Int?)] = []
  var stopAfter = Int.max
  var isFull = false
  var wantsStop: Bool { results.count >= stopAfter }

  func take(_ results: [UInt8], from rank: Int) throws {
    if isFull { throw Broken() }
    self.results += results.map(Int.init)
  }

  func take(progress bytes: [UInt8]?, from rank: Int) {
    progress.append((rank, bytes.map { Int($0[0]) }))
  }

  func periodic() { periods += 1 }
}

/// A farm whose ranks run when they are told to.
private final class Farm {
  let tasks: Int
  let exchange = Exchange()
  let sink = Sink()
  let runners: [Runner]
  let coordinator: Coordinator
  private let workers: [Worker]

  init(tasks: Int, workers count: Int) {
    self.tasks = tasks
    let costs = (0..<tasks).map { Double(1 + $0 % 7) }
    runners = (1...count).map { Runner(rank: $0) }
    coordinator = Coordinator(
      transport: Mailbox(exchange, rank: 0), schedule: Schedule(costs: costs, workers: count),
      workers: count, sink: sink)
    workers = zip(1...count, runners).map { [exchange] rank, runner in
      Worker(transport: Mailbox(exchange, rank: rank), runner: runner)
    }
  }

  /// Steps of randomly chosen ranks until all have left.
  func run(stream: inout RandomStream) throws {
    var present = Array(workers.indices)
    var steps = 0
    while !coordinator.isFinished {
      steps += 1
      try #require(steps < 100_000, "the farm hangs")
      let turn = stream.integer(below: present.count + 1)
      if turn == present.count {
        try coordinator.step()
      } else if try workers[present[turn]].step().left {
        present.remove(at: turn)
      }
    }
    #expect(present.isEmpty && sink.periods > 0)
    // All wait for the coordinator to close the run.
    try coordinator.release()
    for worker in workers { try worker.waitForRelease() }
  }
}
