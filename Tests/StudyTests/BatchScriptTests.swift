import Foundation
import ProgramSupport
import Study
import Testing

/// The scripts for batch systems.
@Suite struct BatchScriptTests {
  private func script(
    _ scheduler: Scheduler, study: String = "nano", file: String = "/s/nano.yaml", run: String = "/r/run",
    overrides: [String] = [], script: String? = "/s/job.sh", hours: Double = 4, saveBefore: Int = 300,
    account: String? = nil, queue: String? = nil
  ) throws -> BatchScript {
    try BatchScript(
      scheduler, study: study, file: file, run: run, overrides: overrides, launch: "/o/launch",
      program: "/o/ouroboros", script: script, nodes: 2, ranksPerNode: 8, hours: hours,
      saveBeforeSeconds: saveBefore, account: account, queue: queue)
  }

  @Test func slurmSaysItAll() throws {
    let text = try script(.slurm, overrides: ["seeds=3"], account: "physics", queue: "long").text
    for line in [
      "#SBATCH --job-name=nano", "#SBATCH --nodes=2", "#SBATCH --ntasks-per-node=8", "#SBATCH --time=04:00:00",
      "#SBATCH --signal=B:USR1@300", "#SBATCH --requeue", "#SBATCH --account=physics", "#SBATCH --partition=long",
      "arguments=('/s/nano.yaml' --out '/r/run' --set 'seeds=3')", "launch='/o/launch'",
    ] {
      #expect(text.split(separator: "\n").contains { $0 == line }, "\(line) in\n\(text)")
    }
  }

  /// Directives stand before the first command: batch systems stop reading there.
  @Test(arguments: Scheduler.allCases)
  func directivesStandFirst(scheduler: Scheduler) throws {
    let lines = try script(scheduler, account: "a1", queue: "q").text.split(separator: "\n")
    let prefix = ["slurm": "#SBATCH ", "sge": "#$ ", "pbs": "#PBS ", "lsf": "#BSUB "][scheduler.rawValue] ?? ""
    let directives = lines.indices.filter { lines[$0].hasPrefix(prefix) }
    let firstCommand = try #require(lines.firstIndex { !$0.hasPrefix("#") })
    #expect(directives.count >= 8 && directives.allSatisfy { $0 < firstCommand })
  }

  @Test(arguments: Scheduler.allCases)
  func theShellReadsTheScript(scheduler: Scheduler) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("batch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("job.sh")
    // Paths with all that a shell finds special come out as they went in.
    let hostile = "/a b/$(touch canary)/`id`/\"x\"/it's/*/~/;&|<>\\/!#"
    try script(scheduler, file: hostile, run: hostile + "'", overrides: ["a='$HOME'"]).text
      .write(to: file, atomically: true, encoding: .utf8)
    let lines = "set -- \"$1\"; eval \"$(grep '^arguments=' \"$1\")\"; printf '%s\\n' \"${arguments[@]}\""
    let bash = try #require(Launch.program("bash"))
    let check = try Launch.run(bash, ["-n", file.path])
    #expect(check.status == 0 && check.errorOutput.isEmpty, "\(check.summary)")
    let result = try Launch.run(bash, ["-c", lines, "test", file.path], folder: folder)
    #expect(result.lines == [hostile, "--out", hostile + "'", "--set", "a='$HOME'"], "\(result.summary)")
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("canary").path))
  }

  @Test(arguments: ["a b", "-x", "a\n#SBATCH --wrap=id", "$(id)", "", "é", String(repeating: "a", count: 81)])
  func namesThatAreNoneAreRefused(name: String) {
    #expect(throws: BatchError.name(option: "--account", value: name)) { try script(.slurm, account: name) }
    #expect(throws: BatchError.name(option: "--queue", value: name)) { try script(.pbs, queue: name) }
  }

  @Test func whatCannotBeIsRefused() {
    #expect(throws: BatchError.control(what: "--out")) { try script(.slurm, run: "/r\n#SBATCH --uid=0") }
    #expect(throws: BatchError.needsFile(.pbs)) { try script(.pbs, script: nil) }
    #expect(throws: BatchError.self) { try script(.slurm, hours: 0) }
    #expect(throws: BatchError.self) { try script(.slurm, hours: .nan) }
    #expect(throws: BatchError.self) { try script(.slurm, hours: 0.1, saveBefore: 360) }
  }

  /// Ranks with other kernels are named with the first rank and host that show them.
  @Test func unlikeRanks() {
    func rank(_ host: String, _ core: String) -> [String] { [host, "blas_core", core, "isa", "avx2"] }
    #expect(RankNumerics.differences([rank("a", "Zen"), rank("b", "Zen")]).isEmpty)
    let found = RankNumerics.differences([rank("a", "Zen"), rank("b", "Haswell"), rank("b", "Haswell")])
    #expect(found == ["blas_core: Zen on rank 0 (a), Haswell on rank 1 (b)"])
  }
}
