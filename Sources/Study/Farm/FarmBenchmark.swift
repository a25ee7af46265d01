import Foundation
import Glibc
import Loops
import MPI
import Randomness

/// Measures of the farm itself, through the real schedule, coordinator, workers and transport.
public enum FarmBenchmark {
  /// Dispatches chains that do nothing and report 64 bytes each.
  ///
  /// - Returns: on the coordinator, named figures; empty on workers.
  public static func dispatch(chains: Int, world: Communicator?) throws -> [(name: String, value: Double)] {
    let runner = IdleRunner(resultBytes: 64)
    let run = try farm(costs: [Double](repeating: 1, count: chains), runner: runner, world: world)
    guard let run else { return [] }
    return [
      ("workers", Double(run.reports.count)), ("chains", Double(chains)), ("seconds", run.seconds),
      ("chains_per_second", Double(chains) / run.seconds),
    ]
  }

  /// Runs tasks with log-normal costs (σ = 1) that keep a core busy for their cost.
  ///
  /// - Parameter seconds: the sum of all costs.
  /// - Returns: on the coordinator: how far the workers were from ideal; empty on workers.
  public static func balance(
    chains: Int, seconds: Double, world: Communicator?
  ) throws -> [(name: String, value: Double)] {
    var stream = RandomStream(key: RandomKey(seed: 1))
    var costs = (0..<chains).map { _ in exp(stream.normal()) }
    let sum = costs.reduce(0, +)
    for index in costs.indices { costs[index] *= seconds / sum }
    guard let run = try farm(costs: costs, runner: BusyRunner(costs: costs), world: world) else { return [] }
    let workers = Double(run.reports.count)
    let idle = run.reports.reduce(0) { $0 + ($1.seconds["idle"] ?? 0) }
    // The tail after a worker's last task is idle too, though the worker has left.
    let busy = run.reports.reduce(0) { $0 + ($1.seconds["busy"] ?? 0) }
    return [
      ("workers", workers), ("chains", Double(chains)), ("work_seconds", seconds),
      ("seconds", run.seconds), ("speedup", seconds / run.seconds),
      ("waiting_share", idle / (workers * run.seconds)),
      ("idle_share", 1 - busy / (workers * run.seconds)),
    ]
  }

  private static func farm(
    costs: [Double], runner: any TaskRunner, world: Communicator?
  ) throws -> (seconds: Double, reports: [WorkerReport])? {
    if let world, world.size > 1 {
      try world.barrier()
      guard world.isRoot else {
        try Worker(transport: MPITransport(world), runner: runner).run()
        return nil
      }
      let start = monotonicSeconds()
      let coordinator = Coordinator(
        transport: MPITransport(world), schedule: Schedule(costs: costs, workers: world.size - 1),
        workers: world.size - 1, sink: CountingSink())
      try coordinator.run()
      return (monotonicSeconds() - start, coordinator.reports)
    }
    let (near, far) = LoopbackTransport.pair()
    let start = monotonicSeconds()
    let coordinator = Coordinator(
      transport: near, schedule: Schedule(costs: costs, workers: 1), workers: 1, sink: CountingSink())
    let worker = Worker(transport: far, runner: runner)
    repeat { try coordinator.step() } while try !worker.step().left
    try coordinator.run()
    return (monotonicSeconds() - start, coordinator.reports)
  }
}

/// Counts the bytes that arrive.
private final class CountingSink: FarmSink {
  private(set) var bytes = 0
  func take(_ results: [UInt8], from rank: Int) { bytes += results.count }
  func take(progress: [UInt8]?, from rank: Int) {}
  func periodic() {}
  var wantsStop: Bool { false }
}

/// Does nothing and reports something.
private final class IdleRunner: TaskRunner {
  private let resultBytes: Int
  private var outgoing: [UInt8] = []

  init(resultBytes: Int) { self.resultBytes = resultBytes }

  func run(task: Int, tick: () throws -> Void) {
    outgoing.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: task), count: resultBytes))
  }

  func takeResults(isLast: Bool) -> [UInt8]? {
    guard outgoing.count >= 1 << 16 || (isLast && !outgoing.isEmpty) else { return nil }
    defer { outgoing.removeAll(keepingCapacity: true) }
    return outgoing
  }

  func takeProgress() -> [UInt8]? { nil }
  func finish() {}

  func whereabouts() -> Whereabouts { Whereabouts(rank: 0, host: "", groupRanks: 1, chain: nil) }

  func report() -> WorkerReport { emptyReport() }
}

/// Keeps its core busy for each task's cost, counted in processor time of this thread.
private final class BusyRunner: TaskRunner {
  private let costs: [Double]
  private var busy = 0.0

  init(costs: [Double]) { self.costs = costs }

  func run(task: Int, tick: () throws -> Void) throws {
    let start = monotonicSeconds()
    let end = threadSeconds() + costs[task]
    while threadSeconds() < end {}
    busy += monotonicSeconds() - start
    try tick()
  }

  func takeResults(isLast: Bool) -> [UInt8]? { nil }
  func takeProgress() -> [UInt8]? { nil }
  func finish() {}

  func whereabouts() -> Whereabouts { Whereabouts(rank: 0, host: "", groupRanks: 1, chain: nil) }

  func report() -> WorkerReport {
    var report = emptyReport()
    report.seconds["busy"] = busy
    return report
  }

  private func threadSeconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }
}

private func emptyReport() -> WorkerReport {
  WorkerReport(
    rank: 0, host: "", seconds: [:], chains: 0, generations: 0, firstFitted: 0, firstReused: 0,
    peakBytes: peakResidentBytes())
}
