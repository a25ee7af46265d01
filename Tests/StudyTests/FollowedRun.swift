import Foundation
import Loops
import Results
import Study

/// A run directory as a coordinator would have left it in the middle of a study.
struct FollowedRun {
  static let study = """
    study: followed
    dataset: gaussian
    model: gaussian
    loop: {policy: replace, samples: 20}
    generations: 4
    seeds: 0..<3
    metrics: [moments, nll]
    matrix: {loop.policy: [replace, accumulate], dataset.dimension: [1, 2, 3]}
    """
  static let metrics = ["fit.rank", "moments.variance_trace_ratio", "nll.mean"]

  let plan: StudyPlan
  let directory: RunDirectory
  let database: ResultsDatabase

  /// A run without records in a new folder.
  init(_ folder: String, study: String = Self.study) throws {
    plan = try StudyFile.parse(Array(study.utf8), name: "followed.yaml", directory: "/")
    (directory, _) = try RunDirectory.prepare("\(folder)/run")
    try directory.publish(Array(plan.json.utf8), as: "plan.json")
    let plan = plan
    database = try ResultsDatabase.rebuild(
      at: directory.database,
      cells: plan.cells.map { CellRecord(cell: $0.id, parameters: "{}", resolved: "{}") },
      chains: plan.cells.flatMap { cell in plan.seeds.map { ChainKey(cell: cell.id, seed: $0) } },
      from: RunIndex())
  }

  /// Records the first generations of a chain; value (generation + 1) · (seed + 1) in each metric.
  func record(
    cell: Int, seed: Int, generations: Int, status: ChainStatus = .running, message: String = ""
  ) throws {
    try database.insert(
      ChainBlock(
        cell: plan.cells[cell].id, seed: seed, firstGeneration: 0, generations: generations,
        metrics: Self.metrics,
        values: (0..<generations).flatMap { generation in
          Self.metrics.map { _ in Double((generation + 1) * (seed + 1)) }
        },
        provenance: TextColumn(repeating: "g0:20", count: generations), status: status,
        message: message, seconds: [Double](repeating: 0, count: Phase.allCases.count)))
  }

  /// Makes what was recorded visible.
  func publish(
    _ state: RunStatus.State = .running, committed: Int, chains: [String: Int] = [:],
    remaining: Double? = nil, updated: String = Date().formatted(.iso8601)
  ) throws {
    _ = try database.commit()
    try directory.write(
      RunStatus(
        state: state, chains: chains, generationsCommitted: committed,
        generationsPlanned: plan.chainCount * plan.generations, elapsedSeconds: 12,
        remainingSeconds: remaining, ranks: 3, updated: updated, warnings: ["mind the \u{1B}[31mgap"]))
  }

  func fail(cell: Int, seed: Int, _ message: String) throws {
    try directory.append([
      FailureRecord(
        cell: plan.cells[cell].id, seed: seed, generation: 1, status: .failed, message: message,
        host: "h", rank: 1, command: "c")
    ])
  }
}

/// A new empty folder, removed after the test.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("ouroboros-study-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.resolvingSymlinksInPath().path)
}
