import Datasets
import Engine
import Foundation
import Glibc
import Loops
import Models
import Results
import Samples

/// Runs chains on a worker: commits every block to this rank's segment first and only then sends it on.
final class StudyRunner: TaskRunner {
  private let plan: StudyPlan
  private let tasks: [ChainTask]
  private let study: PreparedStudy
  private let directory: RunDirectory
  private let rank: Int
  private let exchange: any ShardExchange
  private let leader: GroupLeader?
  /// Nil on ranks that follow a leader: one rank of a group writes.
  private let segment: SegmentWriter?
  private let shouldStop: () -> Bool
  private let chainLimit: ChainTimeLimit?
  /// The study file, for messages.
  private let name: String
  /// What is in hand.
  private var place: ChainPlace?
  private var cache = FirstGenerationCache()
  private var outgoing: [ChainBlock] = []
  private var outgoingValues = 0
  private var sent = monotonicSeconds()
  private var seconds = [Double](repeating: 0, count: Phase.allCases.count)
  /// How far the fit in hand has come, until it is sent.
  private var fit: FitStatus?
  private var fitSent = 0.0
  private var chains = 0
  private var generations = 0

  /// Results are sent when this many numbers or this many seconds have gathered.
  private static let sendValues = 1 << 14
  private static let sendSeconds = 0.5
  /// Seconds between two reports of a fit.
  private static let progressSeconds = 1.0
  /// Seconds between two checkpoints of a fit.
  private static let checkpointSeconds = 60.0

  /// - Parameters:
  ///   - exchange: the group that trains the rank's chains.
  ///   - leader: tells the others of the group what comes next; nil on them, and for a rank alone.
  ///   - name: the study file, for messages.
  ///   - chainHours: how long a chain may take; nil for no limit.
  init(
    plan: StudyPlan, tasks: [ChainTask], directory: RunDirectory, rank: Int,
    exchange: any ShardExchange, leader: GroupLeader?, name: String, chainHours: Double? = nil,
    shouldStop: @escaping () -> Bool
  ) throws {
    self.plan = plan
    self.tasks = tasks
    self.directory = directory
    self.rank = rank
    self.exchange = exchange
    self.leader = leader
    self.shouldStop = shouldStop
    self.name = name
    chainLimit = chainHours.map { ChainTimeLimit(hours: $0) }
    study = try PreparedStudy(plan, directory: directory)
    segment =
      exchange.rank == 0 ? try SegmentWriter(path: directory.segment(rank: rank)) : nil
  }

  func run(task: Int, tick: () throws -> Void) throws {
    defer { Interruption.watch = nil }
    do {
      try runChains(of: task, tick: tick)
    } catch let error as CoordinatorError {
      throw error
    } catch {
      throw named(error)
    }
    place = nil
  }

  /// An error with the chain that was in hand.
  private func named(_ error: any Error) -> any Error {
    guard let place else { return error }
    return ChainError(chain: place, cause: error, study: name)
  }

  private func runChains(of task: Int, tick: () throws -> Void) throws {
    // A fit in closed form has nothing to share: the leader makes it alone.
    let exchange =
      tasks[task].isTrained ? self.exchange : LocalShards(shards: plan.resources.shards)
    if tasks[task].isTrained { try leader?.begin(task: task) }
    for chain in tasks[task].chains {
      if try exchange.agree(shouldStop()) { return }
      place = ChainPlace(
        cell: plan.cells[chain.cell].id, seed: chain.seed, generation: chain.committed)
      let cell = try study.cell(chain.cell)
      // The leader's clock is the group's.
      let end =
        exchange.rank == 0
        ? chainLimit.map { monotonicSeconds() + $0.seconds } ?? .infinity : .infinity
      let stops = { [shouldStop] in shouldStop() || monotonicSeconds() >= end }
      try withoutActuallyEscaping(tick) { tick in
        // Where ranks share a chain all leave it at the same place: between steps and generations.
        Interruption.watch = {
          try tick()
          return exchange.ranks == 1 && stops()
        }
        defer { Interruption.watch = nil }
        let control = ChainControl(
          emit: { [self] block in
            try commit(block)
            // The chain goes on to drop models without which these generations could not be measured
            // again.
            if cell.isTrained { try segment?.flush() }
          },
          shouldStop: stops,
          limitPassed: { [chainLimit, shouldStop] in
            shouldStop() || monotonicSeconds() < end ? nil : chainLimit?.reason
          },
          began: { [self] generation in place?.generation = generation },
          tick: tick,
          keep: { [self] generation, samples in
            guard exchange.rank == 0 else { return }
            try keep(
              samples.safetensors(),
              as: KeptFile(.samples, cell: cell.spec.id, seed: chain.seed, generation: generation))
          },
          keepModel: { [self] generation, state in
            try keep(
              state, as: KeptFile(.models, cell: cell.spec.id, seed: chain.seed, generation: generation))
          },
          progress: { [self] generation, progress in
            note(progress, cell: cell.spec.id, seed: chain.seed, generation: generation)
          },
          training: TrainingContext(
            exchange: exchange, options: ProgramOptions(precision: plan.resources.precision),
            poll: tick, shouldStop: stops),
          states: states(exchange))
        if tasks[task].isFirstGeneration {
          let start = monotonicSeconds()
          try cell.runFirst(seed: chain.seed, study: plan.seed, cache: &cache, control: control)
          seconds[Phase.fit.rawValue] += monotonicSeconds() - start
        } else {
          _ = try cell.run(
            seed: chain.seed, study: plan.seed, committed: chain.committed, cache: &cache,
            control: control)
          chains += 1
        }
      }
    }
  }

  /// States lie in the run's `state` folder.
  private func states(_ exchange: any ShardExchange) -> StateStore {
    StateStore(
      load: { [directory] name in try Self.state(name, in: directory) },
      save: { [directory] name, bytes in
        try directory.createDirectory("state/" + (name.split(separator: "/").dropLast().first ?? ""))
        try directory.publish(sealing: bytes, as: "state/\(name)")
      },
      exists: { [directory, exchange] name in try exchange.agree(directory.holds("state/\(name)")) },
      remove: { [directory] name in try directory.remove("state/\(name)") },
      checkpointSeconds: Self.checkpointSeconds)
  }

  /// - Throws: `ResultsError.malformed` for a state that is damaged or of another fit.
  private static func state(_ name: String, in directory: RunDirectory) throws -> [UInt8]? {
    do {
      return try directory.sealedContentsIfPresent(of: "state/\(name)")
    } catch let error as SafetensorsError {
      throw ResultsError.malformed(
        path: error.path, line: 0, reason: error.reason + "; remove the file, and the model is fitted again")
    }
  }

  /// Lets the others of the group leave.
  func leave() throws { try leader?.end() }

  private func commit(_ block: ChainBlock) throws {
    guard let segment else { return }
    try segment.append(block)
    outgoing.append(block)
    outgoingValues += block.values.count
    generations += block.generations
    for (index, value) in block.seconds.enumerated() { seconds[index] += value }
  }

  func takeResults(isLast: Bool) throws -> [UInt8]? {
    guard let segment else { return nil }
    guard !outgoing.isEmpty else { return nil }
    guard isLast || outgoingValues >= Self.sendValues || monotonicSeconds() - sent >= Self.sendSeconds
    else { return nil }
    let start = monotonicSeconds()
    try segment.flush()
    defer {
      outgoing.removeAll(keepingCapacity: true)
      outgoingValues = 0
      sent = monotonicSeconds()
      seconds[Phase.write.rawValue] += sent - start
    }
    return MessageCodec.encode(outgoing)
  }

  func finish() throws { try segment?.sync() }

  private func keep(_ bytes: [UInt8], as file: KeptFile) throws {
    try directory.createDirectory(file.folder)
    try directory.publish(sealing: bytes, as: file.name)
  }

  /// Remembers how far a fit has come, once in a while.
  private func note(_ progress: FitProgress, cell: String, seed: Int, generation: Int) {
    guard segment != nil else { return }
    let now = monotonicSeconds()
    guard now - fitSent >= Self.progressSeconds else { return }
    fitSent = now
    fit = FitStatus(
      rank: rank, cell: cell, seed: seed, generation: generation, step: progress.step,
      steps: progress.steps, loss: progress.loss.isFinite ? Double(progress.loss) : nil)
  }

  func whereabouts() -> Whereabouts {
    Whereabouts(
      rank: rank, host: ProcessInfo.processInfo.hostName, groupRanks: exchange.ranks,
      chain: place?.description)
  }

  func takeProgress() throws -> [UInt8]? {
    guard let fit else { return nil }
    self.fit = nil
    return try Array(JSONEncoder().encode(fit))
  }

  func report() -> WorkerReport {
    var byPhase: [String: Double] = [:]
    for phase in Phase.allCases { byPhase[phase.name] = seconds[phase.rawValue] }
    if let reducer = exchange as? ShardReducer, reducer.ranks > 1 {
      byPhase[WorkerReport.exchange] = reducer.communicationSeconds
      byPhase[Phase.fit.name]? -= reducer.communicationSeconds
    }
    return WorkerReport(
      rank: rank, host: ProcessInfo.processInfo.hostName, seconds: byPhase, chains: chains,
      generations: generations, firstFitted: cache.fitted, firstReused: cache.reused,
      firstSeconds: cache.fitSeconds,
      peakBytes: peakResidentBytes())
  }
}

/// The peak resident memory of this process.
func peakResidentBytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Int(usage.ru_maxrss) * 1024
}
