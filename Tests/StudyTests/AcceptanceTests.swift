import Foundation
import ProgramSupport
import Study
import TestSupport
import Testing

/// The same tables from `results.sqlite` of real runs of the command, with seeds nobody chose:
/// `OUROBOROS_ACCEPTANCE=1 [OUROBOROS_NEW_SEED=<n>] swift test -c release --filter
/// AcceptanceTests`.
@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["OUROBOROS_ACCEPTANCE"] != nil,
    "starts every shipped statistical study; set OUROBOROS_ACCEPTANCE=1"))
struct AcceptanceTests {
  /// One new seed for the whole run, printed with the tables.
  static let seed =
    ProcessInfo.processInfo.environment["OUROBOROS_NEW_SEED"] ?? "\(Int.random(in: 1..<1 << 50))"

  @Test(arguments: studiesToJudge(quickOnly: false))
  func study(_ study: JudgedStudy) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("ouroboros-acceptance-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("study.yaml")
    try Data(PresetRegistry.text(named: study.preset).utf8).write(to: file)
    let run = folder.appendingPathComponent("run").path
    let overrides = study.overrides + ["seed=\(Self.seed)"]
    let result = try Launch.ouroboros(
      ["run", file.path, "--out", run] + overrides.flatMap { ["--set", $0] }, timeoutSeconds: 900)
    try #require(result.status == 0, "\(result.summary)")
    let plan = try StudyFile.load(path: file.path, overrides: overrides)
    let cells = try StudyValues.finished(plan, run: run)
    let summary = try StudyValues.summary(run: run)
    print("\n--set seed=\(Self.seed)")
    study.report(cells, seconds: result.seconds) { verdict, cell in
      guard let (metric, fits) = verdict.row.plain else { return }
      let key = StudyValues.summaryKey(cell: cell.id, metric: metric, generation: fits - 1)
      guard let row = summary[key] else {
        Issue.record("no row of summary for \(key)")
        return
      }
      expectClose([row.mean, row.se], [verdict.mean, verdict.standardError], relative: 1e-9)
    }
  }
}
