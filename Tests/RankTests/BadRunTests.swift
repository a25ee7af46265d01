import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

/// Malformed input of a run: one message that names the place and what was expected, the exit code of
/// its kind, nothing written, and no rank left waiting.
@Suite(.serialized) struct BadRunTests {
  static let all = badStudies + badCombinations + badData + badOutputs + badArguments

  @Test(arguments: all)
  func isRefused(_ bad: BadRun) throws {
    let folder = try TemporaryFolder()
    try expectRefusal(of: bad, in: folder, ranks: 0)
  }

  @Test(
    .enabled(if: Launch.mpirun != nil, "mpirun is not on the search path: install openmpi-bin"),
    arguments: all.filter { isLong || $0.underMPI })
  func isRefusedOnThreeRanks(_ bad: BadRun) throws {
    let folder = try TemporaryFolder()
    try expectRefusal(of: bad, in: folder, ranks: 3)
  }

  @Test func theTableIsLargeAndItsStudyIsSound() throws {
    #expect(Self.all.count >= 50 && Set(Self.all.map(\.name)).count == Self.all.count)
    let folder = try TemporaryFolder()
    try folder.write(sound(), as: "s.yaml")
    try runStudy(folder.file("s.yaml"), to: folder.file("run"), ranks: 0)
  }

  private func expectRefusal(of bad: BadRun, in folder: TemporaryFolder, ranks: Int) throws {
    func placed(_ text: String) -> String { text.replacing("@", with: folder.path) }
    let study = try folder.write(bad.study, as: "s.yaml")
    try bad.prepare(folder)
    let before = try listing(of: folder.path)
    var arguments = ["run", study] + bad.arguments.map(placed)
    if !arguments.contains("--out") { arguments += ["--out", folder.file("run")] }
    let result =
      ranks == 0
      ? try Launch.ouroboros(arguments, timeoutSeconds: 20)
      : try Launch.ouroboros(ranks: ranks, arguments, timeoutSeconds: 20)
    #expect(result.status == bad.status && !result.timedOut, "\(result.summary)")
    for part in bad.said { #expect(result.errorOutput.contains(placed(part)), "\(result.summary)") }
    #expect(result.output.isEmpty, "\(result.summary)")
    let after = try listing(of: folder.path)
    #expect(after == before, "files changed: \(after.keys.sorted())")
    guard bad.status != 64, ranks == 0 || Launch.mpirun != nil else { return }
    // One message: the other ranks say nothing (mpirun itself adds a few lines of its own).
    let own = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("ouroboros: ") }
    #expect(own.count == 1, "\(result.summary)")
  }
}

/// Run directories that changed between two starts.
@Suite(.serialized) struct BadResumeTests {
  /// A finished run of the sound study.
  private func finished() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(sound(), as: "s.yaml")
    try runStudy(folder.file("s.yaml"), to: folder.file("run"), ranks: 0)
    return folder
  }

  private func expectRefusal(
    _ folder: TemporaryFolder, _ more: [String] = [], says said: [String], _ status: Int32
  ) throws {
    let before = try listing(of: folder.path)
    let result = try Launch.ouroboros(
      ["run", folder.file("s.yaml"), "--out", folder.file("run")] + more, timeoutSeconds: 20)
    #expect(result.status == status && !result.timedOut, "\(result.summary)")
    for part in said { #expect(result.errorOutput.contains(part), "\(result.summary)") }
    #expect(try listing(of: folder.path) == before, "files changed")
  }

  private func edit(
    _ folder: TemporaryFolder, _ name: String, _ change: (String) -> String
  ) throws {
    let path = folder.file("run/\(name)")
    let old = try String(contentsOfFile: path, encoding: .utf8)
    let new = change(old)
    try #require(new != old)
    try new.write(toFile: path, atomically: false, encoding: .utf8)
  }

  @Test(arguments: [
    ("generations=4", "'generations' was 3, is 4"), ("seed=1", "'seed' was 0, is 1"),
    ("seeds=[0]", "seed 1 is no longer there"), ("metrics=[tail]", "'metrics' was moments, is tail"),
    ("metrics=[{name: moments, per_axis: true}]", "'per_axis' of metric moments was false, is true"),
    ("loop.bias=0.5", "'loop.bias' of cell"), ("study=other", "'study' was demo, is other"),
  ])
  func changedStudiesAreRefused(change: String, said: String) throws {
    try expectRefusal(try finished(), ["--set", change], says: [said, "--out"], 78)
  }

  @Test func addedCellsAndSeedsAreAccepted() throws {
    let folder = try finished()
    let more = ["--set", "matrix.loop.bias=[1, 0.5]", "--set", "seeds=0..<3"]
    try runStudy(folder.file("s.yaml"), to: folder.file("run"), ranks: 0, more)
    try runStudy(folder.file("s.yaml"), to: folder.file("whole"), ranks: 0, more)
    try expectSameResults(folder.file("run"), folder.file("whole"), values: 6 * 3)
  }

  /// The manifest tells whether the study is still the one of the run.
  @Test func editedPlansAreWrittenAgainOrRefused() throws {
    let folder = try finished()
    let plan = try String(contentsOfFile: folder.file("run/plan.json"), encoding: .utf8)
    try edit(folder, "plan.json") { $0.replacing("\"samples\": 20", with: "\"samples\": 21") .replacing("\"samples\":20", with: "\"samples\":21") }
    try expectRefusal(folder, ["--set", "loop.bias=0.5"], says: ["plan.json: damaged"], 65)
    try runStudy(folder.file("s.yaml"), to: folder.file("run"), ranks: 0)
    #expect(try String(contentsOfFile: folder.file("run/plan.json"), encoding: .utf8) == plan)
  }

  @Test func cutPlansAreRefused() throws {
    let folder = try finished()
    try edit(folder, "plan.json") { String($0.prefix($0.count / 2)) }
    try expectRefusal(folder, says: ["run: refused: plan.json is not a plan"], 65)
  }

  @Test func damagedSegmentsAreRefused() throws {
    let folder = try finished()
    try edit(folder, "segments/rank-0000.jsonl") { $0.replacing("0.", with: "1.", maxReplacements: 1) }
    try expectRefusal(folder, says: ["segments/rank-0000.jsonl:1", "checksum"], 65)
  }

  @Test func damagedManifestsAreRefused() throws {
    let folder = try finished()
    try edit(folder, "manifest.json") { String($0.dropLast(20)) }
    try expectRefusal(folder, says: ["manifest.json"], 65)
  }

  /// The database is derived: lost or damaged, it is made again.
  @Test(arguments: ["", "not a database at all, but long enough to look like one"])
  func lostDatabasesAreMadeAgain(text: String) throws {
    let folder = try finished()
    try FileManager.default.copyItem(atPath: folder.file("run"), toPath: folder.file("sound"))
    try FileManager.default.removeItem(atPath: folder.file("run/results.sqlite"))
    if !text.isEmpty { try folder.write(text, as: "run/results.sqlite") }
    try runStudy(folder.file("s.yaml"), to: folder.file("run"), ranks: 0)
    try expectSameResults(folder.file("run"), folder.file("sound"), values: 6)
  }
}
