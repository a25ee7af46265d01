import Foundation
import Loops
import Metrics
import Results

/// The coordinator's record keeping: database, status file, failures and the progress line.
final class StudySink: FarmSink {
  private let plan: StudyPlan
  private let directory: RunDirectory
  private let database: ResultsDatabase
  private var manifest: RunManifest
  private let stop: StopConditions
  private let ranks: Int
  private let study: String
  private var progress: Progress
  private(set) var index: RunIndex
  /// What the run found; known after `finish`.
  private(set) var closing: [String] = []
  private var counts: [ChainStatus: Int] = [:]
  private var generations: Int
  private let generationsBefore: Int
  private let started = monotonicSeconds()
  private var lastCommit = monotonicSeconds()
  private var lastStatus = -Double.infinity
  private var pendingRows = false
  /// What workers are fitting, by rank.
  private var fits: [Int: FitStatus] = [:]
  /// Chains that ended for want of time and are tried again.
  private var triedAgain: Set<ChainKey> = []
  /// Chains of each cell that are not over yet.
  private var unfinished: [String: Int] = [:]
  /// Ascending.
  private let seeds: [Int]
  /// Cells whose chains are all over but whose summary is not written, and the rows of the others.
  private var unsummarised: [String] = []
  private var summaries: [String: [SummaryRow]] = [:]
  private var verdicts: [String: [Verdict]] = [:]
  private var resampling: BootstrapWeights?
  /// The quantities that tell collapse, in the order of the study's metrics.
  private let telling: [CollapseSign]
  private let criteria: CollapseCriteria
  private let theory: [String: [ClosedFormCurve]]

  private let report: RunReport?
  private var nextReport: Double

  private static let commitSeconds = 1.0
  private static let statusSeconds = 1.0

  init(_ run: OpenRun, options: RunOptions, stop: StopConditions, ranks: Int) {
    plan = run.plan
    directory = run.directory
    database = run.database
    manifest = run.manifest
    index = run.index
    self.stop = stop
    self.ranks = ranks
    study = options.study
    report = options.report
    nextReport = report.map { monotonicSeconds() + $0.everySeconds } ?? .infinity
    telling = run.plan.metrics.flatMap { MetricRegistry.collapseSigns(of: $0.name) }
    theory = Dictionary(
      zip(run.plan.cells.map(\.id), run.theory), uniquingKeysWith: { first, _ in first })
    criteria = run.plan.collapse.criteria(metrics: run.plan.metrics.map(\.name))
    seeds = run.plan.seeds.sorted()
    for cell in run.plan.cells {
      for seed in run.plan.seeds {
        let status = run.index.progress(cell: cell.id, seed: seed).status
        counts[status, default: 0] += 1
        if run.triesAgain(cell: cell.id, seed: seed) { triedAgain.insert(ChainKey(cell: cell.id, seed: seed)) }
        let isOver = status.isFinal && !triedAgain.contains(ChainKey(cell: cell.id, seed: seed))
        unfinished[cell.id, default: 0] += isOver ? 0 : 1
      }
    }
    generations = run.index.chains.reduce(0) { $0 + $1.value.generations }
    generationsBefore = generations
    progress = Progress(chains: run.plan.chainCount, generations: run.plan.chainCount * run.plan.generations)
  }

  var wantsStop: Bool { stop.met() }

  func take(_ results: [UInt8], from rank: Int) throws {
    var failures: [FailureRecord] = []
    for block in try MessageCodec.decode(results) {
      if let fit = fits[rank], fit.cell == block.cell, fit.seed == block.seed,
        block.generations > 0 || block.status.isFinal
      {
        fits[rank] = nil
      }
      let before = index.progress(cell: block.cell, seed: block.seed)
      index.add(block)
      try database.insert(block)
      let after = index.progress(cell: block.cell, seed: block.seed)
      counts[before.status, default: 0] -= 1
      counts[after.status, default: 0] += 1
      generations += after.generations - before.generations
      let isAgain = block.status.isFinal && triedAgain.remove(ChainKey(cell: block.cell, seed: block.seed)) != nil
      if after.status.isFinal, !before.status.isFinal || isAgain {
        unfinished[block.cell, default: 0] -= 1
        if unfinished[block.cell] == 0 { unsummarised.append(block.cell) }
      }
      if after.status == .failed || after.status == .diverged {
        failures.append(failure(block, generation: after.generations, status: after.status, rank: rank))
      }
    }
    pendingRows = true
    try directory.append(failures)
    if let conflict = index.conflicts.first { throw conflict }
  }

  func take(progress: [UInt8]?, from rank: Int) throws {
    fits[rank] = try progress.map { try JSONDecoder().decode(FitStatus.self, from: Data($0)) }
  }

  private func failure(
    _ block: ChainBlock, generation: Int, status: ChainStatus, rank: Int
  ) -> FailureRecord {
    FailureRecord(
      cell: block.cell, seed: block.seed, generation: generation, status: status,
      message: block.message, host: ProcessInfo.processInfo.hostName, rank: rank,
      command: ChainPlace(cell: block.cell, seed: block.seed, generation: generation)
        .command(study: study))
  }

  func periodic() throws {
    let now = monotonicSeconds()
    if pendingRows, now - lastCommit >= Self.commitSeconds {
      lastCommit = now
      if try database.commit() { pendingRows = false }
    }
    if now - lastStatus >= Self.statusSeconds {
      lastStatus = now
      try writeStatus(.running)
    }
    if let cell = unsummarised.popLast() { try summarise(cell) }
    if now >= nextReport { writeReport() }
    progress.show(
      chains: finishedChains, generations: generations, new: generations - generationsBefore,
      elapsed: now - started, fits: runningFits)
  }

  private var runningFits: [FitStatus] { fits.sorted { $0.key < $1.key }.map(\.value) }

  /// Writes the summary over the seeds of a cell; while other cells still run, one at a time.
  private func summarise(_ cell: String) throws {
    guard summaries[cell] == nil, let table = index.table(cell: cell, seeds: seeds)
    else { return }
    let rows = Results.summarise(table, resampling: &resampling)
    try database.writeSummary(rows)
    summaries[cell] = rows
    let found = telling.compactMap {
      Verdict(
        table, metric: $0.quantity, risesInCollapse: $0.way == .rises, resampling: &resampling)
    }
    try database.writeVerdicts(found)
    verdicts[cell] = found
    let judged = criteria.findings(table, resampling: &resampling)
    let diverged = Set(
      seeds.filter { index.progress(cell: cell, seed: $0).status == .diverged })
    try database.writeCollapse(judged, criteria.times(table, diverged: diverged), criteria.thresholds)
    for curve in theory[cell] ?? [] where table.metrics.contains(curve.metric) {
      try database.writeTheory(
        cell: cell, metric: curve.metric, values: curve.values, source: curve.source)
    }
    pendingRows = true
  }

  /// Compares cells that differ in the number of samples alone.
  private func judgeScalingLaws() throws {
    for group in plan.scalingGroups {
      let tables = group.compactMap { member in
        index.table(cell: member.cell, seeds: seeds).map { (table: $0, samples: member.samples) }
      }
      guard tables.count == group.count else { continue }
      let found = criteria.scalingLaw(tables, resampling: &resampling)
      try database.writeCollapse(found, [], criteria.thresholds)
    }
  }

  /// The published numbers of each cell.
  private func writePublished() throws {
    guard !plan.published.isEmpty else { return }
    for cell in plan.cells {
      try database.writePublished(
        plan.published.filter { $0.generation < plan.generations && $0.applies(to: cell) }.map { $0.value(source: plan.paper) },
        cell: cell.id)
    }
  }

  private var finishedChains: Int {
    counts[.done, default: 0] + counts[.diverged, default: 0] + counts[.failed, default: 0]
      - triedAgain.count { index.progress(cell: $0.cell, seed: $0.seed).status.isFinal }
  }

  private func writeStatus(_ state: RunStatus.State) throws {
    let elapsed = monotonicSeconds() - started
    let planned = plan.chainCount * plan.generations
    let made = generations - generationsBefore
    try directory.write(
      RunStatus(
        state: state,
        chains: Dictionary(uniqueKeysWithValues: counts.filter { $0.value > 0 }.map { ($0.key.rawValue, $0.value) }),
        generationsCommitted: generations, generationsPlanned: planned, elapsedSeconds: elapsed,
        remainingSeconds: made > 0 ? elapsed * Double(planned - generations) / Double(made) : nil,
        ranks: ranks, updated: Date().formatted(.iso8601),
        fits: state == .running && !fits.isEmpty ? runningFits : nil))
  }

  /// Writes the page; a run does not end because there is none.
  private func writeReport() {
    guard let report else { return }
    let start = monotonicSeconds()
    do {
      try report.write(directory)
      let end = monotonicSeconds()
      nextReport = end + max(report.everySeconds, 100 * (end - start))
    } catch {
      nextReport = .infinity
      progress.say("no report.html: \(error)")
    }
  }

  /// Writes what is missing of the summary, closes the database and says how the run ended.
  ///
  /// - Parameter meanwhile: called between the steps, of which none takes long.
  func finish(meanwhile: () throws -> Void) throws -> Int32 {
    progress.end()
    for cell in plan.cells {
      try summarise(cell.id)
      try meanwhile()
    }
    try judgeScalingLaws()
    try writePublished()
    closing = ClosingTable(plan: plan, rows: summaries, verdicts: verdicts).lines
    let closed = try database.close()
    try meanwhile()
    if closed {
      manifest.database = try directory.databaseChecksum()
      manifest.segments = try directory.segmentSizes()
      try directory.write(manifest)
      try meanwhile()
    }
    let incomplete = finishedChains < plan.chainCount
    try writeStatus(incomplete ? .stopped : .finished)
    if closed, let report, monotonicSeconds() - started >= report.everySeconds,
      nextReport < .infinity
    {
      writeReport()
    }
    if !closed {
      throw ResultsError.database(
        path: directory.database, code: 5, message: "a reader has kept the file locked; run again to rebuild it")
    }
    if incomplete { return RunExit.stopped }
    let failed = counts[.diverged, default: 0] + counts[.failed, default: 0]
    return failed > 0 ? RunExit.chainsFailed : RunExit.done
  }

  /// Chains by state, for the closing lines.
  var chainCounts: [(status: ChainStatus, count: Int)] {
    ChainStatus.allCases.compactMap { status in
      counts[status].flatMap { $0 > 0 ? (status, $0) : nil }
    }
  }
}
