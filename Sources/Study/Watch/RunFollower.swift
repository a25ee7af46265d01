import Foundation
import Glibc
import Loops
import Metrics
import Results

/// Follows a run through its files: each `next` reads what has changed since the last one.
public final class RunFollower {
  private let directory: RunDirectory
  private let plan: StudyPlan
  private let labels: [String]
  private let records: RecordFollower
  private let wanted: [String]
  private var failures: FailureFollower
  private var statusBytes: [UInt8] = []
  private var status: RunStatus?
  private var notes: [String] = []
  /// The records are not read before this moment, so that reading takes half a hundredth of the time
  /// at most; nil before they have been read once.
  private var nextReading: Double?

  /// Curves of so many metrics are read where none is named.
  private static let metricsShown = 2
  private static let restPerReading = 200.0

  /// - Parameter metrics: names of metrics or how they begin, e.g. `frechet`; empty for the study's
  ///   own that tell collapse.
  /// - Throws: `ResultsError`, `StudyError` where there is no run or its plan is damaged.
  public init(_ directory: RunDirectory, metrics: [String] = []) throws {
    self.directory = directory
    plan = try StudyPlan.read(path: directory.plan)
    labels = plan.labels
    wanted = metrics
    failures = FailureFollower(directory)
    let telling = plan.metrics.flatMap { MetricRegistry.collapseSigns(of: $0.name).map(\.quantity) }
    records = RecordFollower(directory) { known in
      Self.chosen(metrics, from: known, telling: telling)
    }
  }

  /// The metrics to show: those asked for; otherwise the first that tell collapse, or the first of the
  /// study's, a model's own figures (`fit.…`) last.
  static func chosen(_ wanted: [String], from known: [String], telling: [String]) -> [String] {
    guard wanted.isEmpty else {
      var chosen: [String] = []
      for name in wanted {
        let matching = known.filter { $0 == name }
        chosen += matching.isEmpty ? known.filter { $0.hasPrefix(name) } : matching
      }
      return chosen.enumerated().filter { chosen.firstIndex(of: $0.element) == $0.offset }
        .map(\.element)
    }
    let told = telling.filter(known.contains)
    let other = known.filter { !$0.hasPrefix("fit.") } + known.filter { $0.hasPrefix("fit.") }
    return Array((told.isEmpty ? other : told).prefix(metricsShown))
  }

  /// Metrics asked for that the run does not have; empty before the run has any.
  public var unknownMetrics: [String] {
    records.known.isEmpty
      ? [] : wanted.filter { name in !records.known.contains { $0.hasPrefix(name) } }
  }

  /// Every metric of the run, as far as it is known.
  public var knownMetrics: [String] { records.known }

  /// The run now.
  ///
  /// - Throws: `ResultsError` for a status or failures that cannot be read. Records that cannot be
  ///   read are a note: the status alone says how far the run is.
  public func next() throws -> RunSnapshot {
    let isNew = try readStatus()
    try failures.refresh()
    // The end is shown whole, whatever it takes.
    let isOver = status.map { $0.state != .running } ?? false
    if monotonicSeconds() >= nextReading ?? 0 || (isOver && isNew) {
      let start = threadSeconds()
      do {
        try records.refresh(isForced: isNew)
        notes = records.problem.map { ["the segments are read instead: \($0)"] } ?? []
      } catch {
        notes = ["no figures by cell: \(error)"]
      }
      // The first reading is the longest, and comes once.
      let rest = nextReading == nil ? 0 : Self.restPerReading * (threadSeconds() - start)
      nextReading = monotonicSeconds() + rest
    }
    return snapshot()
  }

  /// Reads `status.json`; whether it has changed.
  private func readStatus() throws -> Bool {
    guard let bytes = try directory.contentsIfPresent(of: "status.json") else {
      status = nil
      return false
    }
    guard bytes != statusBytes else { return false }
    status = try directory.readStatus()
    statusBytes = bytes
    return true
  }

  private func snapshot() -> RunSnapshot {
    let cells = zip(plan.cells, labels).map { cell, label in
      RunSnapshot.Cell(
        id: cell.id, label: label, progress: progress(cell.id),
        planned: plan.seeds.count * plan.generations, curves: records.curves[cell.id] ?? [:])
    }
    var chains: [ChainStatus: Int] = [:]
    for cell in cells { chains.merge(cell.progress.chains) { $0 + $1 } }
    var committed = cells.reduce(0) { $0 + $1.progress.generations }
    // Generations only grow: the file that tells of more is the newer one.
    if let status, status.generationsCommitted > committed {
      committed = status.generationsCommitted
      chains = Dictionary(
        uniqueKeysWithValues: status.chains.compactMap { name, count in
          ChainStatus(rawValue: name).map { ($0, count) }
        })
    }
    let updated = status.flatMap { try? Date($0.updated, strategy: .iso8601) }
    let unknown = unknownMetrics.map {
      "no metric '\($0)'; there are: \(records.known.joined(separator: ", "))"
    }
    return RunSnapshot(
      study: plan.study, status: status,
      silentSeconds: updated.map { max(0, Date().timeIntervalSince($0)) } ?? 0,
      chains: chains.filter { $0.value > 0 }, generationsCommitted: committed,
      generationsPlanned: plan.chainCount * plan.generations, cells: cells,
      generations: plan.generations, metrics: records.metrics, notes: unknown + notes,
      failures: failures.latest)
  }

  /// Chains without a record are pending.
  private func progress(_ cell: String) -> CellProgress {
    var progress = records.progress[cell] ?? CellProgress()
    let missing = plan.seeds.count - progress.total
    if missing > 0 { progress.chains[.pending, default: 0] += missing }
    return progress
  }
}

/// Processor seconds of this thread.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
