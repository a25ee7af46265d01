import Engine
import Foundation
import Glibc
import Loops
import MPI
import Results
import Samples

/// Runs a study to its end, or to a stop: with one process as coordinator and worker in turn, with more
/// as a coordinator on rank 0 and a worker on every other rank.
public enum StudyRun {
  /// What ranks may take, beyond the silence that is allowed, until the last of them is there.
  private static let startSeconds = 10.0

  /// - Returns: the exit code. Mistakes of the user are reported on standard error before any rank works.
  /// - Throws: only broken invariants and I/O errors, which end the whole job.
  public static func run(_ options: RunOptions) -> Int32 {
    // Before MPI starts: a signal that comes while ranks find each other stops the run in good order.
    StopConditions.catchSignals()
    guard MPIEnvironment.isLaunched else {
      do { return try alone(options) } catch { return report(error) }
    }
    // A rank may be stopped or cut off before it has met the others.
    StuckAlarm.set(seconds: options.silenceSeconds + Self.startSeconds)
    return withMPI { world in
      StuckAlarm.cancel()
      if world.size == 1 {
        do { return try alone(options) } catch { return report(error) }
      }
      return try world.isRoot ? coordinate(options, world) : work(options, world)
    }
  }

  /// Coordinator and worker in one process: the same two objects, joined by a loopback.
  private static func alone(_ options: RunOptions) throws -> Int32 {
    let stop = StopConditions(maxHours: options.maxHours)
    let run = try OpenRun(options, ranks: 1)
    announce(run, ranks: 1)
    let tasks = ChainTask.tasks(of: run.plan, committed: run.committed, costs: run.costs)
    let sink = StudySink(run, options: options, stop: stop, ranks: 1)
    let (near, far) = LoopbackTransport.pair()
    let coordinator = Coordinator(
      transport: near, schedule: Schedule(tasks, workers: 1), workers: 1, sink: sink)
    let runner = try StudyRunner(
      plan: run.plan, tasks: tasks, directory: run.directory, rank: 0,
      exchange: LocalShards(shards: run.plan.resources.shards), leader: nil, name: options.study,
      chainHours: options.chainHours, shouldStop: stop.met)
    let worker = Worker(transport: far, runner: runner) {
      do { try coordinator.step() } catch { throw CoordinatorError(cause: error) }
    }
    let start = monotonicSeconds()
    repeat { try coordinator.step() } while try !worker.step().left
    try coordinator.run()
    return try finish(sink, coordinator, elapsed: monotonicSeconds() - start, directory: run.directory)
  }

  private static func coordinate(_ options: RunOptions, _ world: Communicator) throws -> Int32 {
    let stop = StopConditions(maxHours: options.maxHours)
    let silence = SilenceLimit(seconds: options.silenceSeconds)
    let unlike = try compareNumerics(options, world)
    let watch = StartWatch(world, silence: silence)
    let run: OpenRun
    do {
      guard unlike.isEmpty || options.allowNumericsChange else { throw UnlikeRanks(differences: unlike) }
      run = try watch.prepare { try OpenRun(options, ranks: world.size) }
    } catch {
      let code = report(error)
      try watch.call()
      _ = try world.broadcast(message: RunStart.refused(code).encoded())
      return code
    }
    let committed = run.committed
    let start = RunStart.go(
      plan: Array(run.plan.json.utf8), directory: run.directory.path, committed: committed)
    try watch.call()
    _ = try world.broadcast(message: start.encoded())
    let groups = try ChainGroups(world, ranksPerChain: run.plan.resources.ranksPerChain)
    StuckAlarm.cancel()
    guard let farm = groups.farm else { preconditionFailure("rank 0 is not part of the farm") }
    announce(run, ranks: world.size)
    if !unlike.isEmpty { say("warning: \(UnlikeRanks(differences: unlike))") }
    if groups.ranksPerChain < run.plan.resources.ranksPerChain {
      say("warning: resources.ranks_per_chain is \(run.plan.resources.ranksPerChain), but there are "
        + "\(groups.ranksPerChain) workers")
    }
    if groups.leftOver > 0 {
      say("warning: \(groups.leftOver) ranks have no work: they do not fill a group of "
        + "\(groups.ranksPerChain)")
    }
    let tasks = ChainTask.tasks(of: run.plan, committed: committed, costs: run.costs)
    let sink = StudySink(run, options: options, stop: stop, ranks: world.size)
    let coordinator = Coordinator(
      transport: MPITransport(farm), schedule: Schedule(tasks, workers: groups.count),
      workers: groups.count, sink: sink, silence: silence)
    let began = monotonicSeconds()
    try coordinator.run()
    let code = try finish(
      sink, coordinator, elapsed: monotonicSeconds() - began, directory: run.directory)
    StuckAlarm.set(seconds: options.silenceSeconds)
    try coordinator.release()
    return code
  }

  private static func work(_ options: RunOptions, _ world: Communicator) throws -> Int32 {
    let stop = StopConditions(maxHours: options.maxHours)
    _ = try compareNumerics(options, world)
    try StartWatch(world, silence: SilenceLimit(seconds: options.silenceSeconds)).wait()
    switch try RunStart(world.broadcast(message: nil)) {
    case .refused(let code): return code
    case .go(let json, let path, let committed):
      let plan = try StudyPlan.decode(json)
      let groups = try ChainGroups(world, ranksPerChain: plan.resources.ranksPerChain)
      StuckAlarm.cancel()
      // The coordinator's code is the job's; so it is for ranks without a group.
      guard let group = groups.group, let others = groups.tasks else { return RunExit.done }
      let runner = try StudyRunner(
        plan: plan, tasks: ChainTask.tasks(of: plan, committed: committed, costs: nil),
        directory: RunDirectory(existing: path), rank: world.rank.number,
        exchange: ShardReducer(shards: plan.resources.shards, group: group),
        leader: group.isRoot ? GroupLeader(others) : nil, name: options.study,
        chainHours: options.chainHours, shouldStop: stop.met)
      if let farm = groups.farm {
        let worker = Worker(
          transport: MPITransport(farm), runner: runner,
          silence: SilenceLimit(seconds: options.silenceSeconds))
        try worker.run()
        try worker.waitForRelease()
        try runner.leave()
      } else {
        try GroupFollower.run(others) { try runner.run(task: $0, tick: {}) }
      }
      StuckAlarm.set(seconds: options.silenceSeconds)
      return RunExit.done
    }
  }

  /// What differs between the ranks' kernels, known on rank 0; the first time that all wait for each other.
  private static func compareNumerics(_ options: RunOptions, _ world: Communicator) throws -> [String] {
    StuckAlarm.set(seconds: options.silenceSeconds)
    defer { StuckAlarm.cancel() }
    return try RankNumerics.differences(options.numerics, world)
  }

  private static func announce(_ run: OpenRun, ranks: Int) {
    let plan = run.plan
    var line =
      "\(plan.study): \(plan.cells.count) cells × \(plan.seeds.count) seeds × \(plan.generations) generations on \(ranks) rank\(ranks == 1 ? "" : "s")"
    if run.resumes {
      let done = run.committed.count { $0 < 0 }
      line += ", resuming (\(done) of \(plan.chainCount) chains finished)"
    }
    say(line)
    for warning in run.warnings { say("warning: " + warning) }
  }

  private static func finish(
    _ sink: StudySink, _ coordinator: Coordinator, elapsed: Double, directory: RunDirectory
  ) throws -> Int32 {
    let code = try sink.finish(meanwhile: coordinator.giveSign)
    for line in sink.closing { say(line) }
    let table = TimingTable(reports: coordinator.reports, elapsed: elapsed)
    if !table.text.isEmpty, elapsed > 0.05 { say(table.text) }
    for sentence in table.advice { say(sentence) }
    let chains = sink.chainCounts.map { "\($0.count) \($0.status.rawValue)" }.joined(separator: ", ")
    say(String(format: "%@ in %.2f s; results in %@", "chains: " + chains, elapsed, directory.path))
    if code == RunExit.stopped { say("stopped before the end: run the same command again to continue") }
    if code == RunExit.chainsFailed { say("some chains have no result: see \(directory.failures)") }
    return code
  }

  /// Prints an error and gives its exit code.
  static func report(_ error: any Error) -> Int32 {
    say(error is Interrupted ? "stopped before any chain began: run the same command again" : "ouroboros: \(error)")
    return exitCode(of: error)
  }

  private static func say(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
