import Foundation
import ProgramSupport

/// P17: malformed input is refused with words, whatever it is.
///
/// Hand-made files through the command line; in the long form also a minute of fuzzing of each reader,
/// which `launch/test` runs by itself.
struct MalformedInput: Promise {
  let number = 17
  let statement = "no malformed input crashes, hangs or takes memory; each is refused with its place and reason"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let finished = bench.freshPath("finished")
    try FileManager.default.createDirectory(atPath: finished, withIntermediateDirectories: false)
    try MalformedCase.sound.write(toFile: "\(finished)/s.yaml", atomically: true, encoding: .utf8)
    let result = try bench.ouroboros(["run", "\(finished)/s.yaml", "--out", "\(finished)/run"])
    guard result.status == 0 else { throw Surprise("a sound study", result) }
    var slowest = 0.0
    for bad in MalformedCase.all {
      evidence.record(bad.name, try failure(of: bad, finished, on: bench, &slowest))
    }
    let files = evidence.tried
    evidence.worst = "\(evidence.survived) of \(files) files refused precisely, slowest \(String(format: "%.1f", slowest)) s"
    if bench.isLong { try fuzz(bench, &evidence) }
    return evidence
  }

  private func failure(
    of bad: MalformedCase, _ finished: String, on bench: Bench, _ slowest: inout Double
  ) throws -> String? {
    let folder = bench.freshPath("malformed")
    defer { bench.remove(folder) }
    let isOfRun = bad.changes.contains { if case .run = $0 { true } else { false } }
    if isOfRun {
      try FileManager.default.copyItem(atPath: finished, toPath: folder)
    } else {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }
    try bad.study.write(toFile: "\(folder)/s.yaml", atomically: true, encoding: .utf8)
    for change in bad.changes {
      switch change {
      case .file(let name, let bytes):
        let url = URL(fileURLWithPath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: url)
      case .run(let name, let edit):
        let url = URL(fileURLWithPath: "\(folder)/run/\(name)")
        let before = try Data(contentsOf: url)
        let after = edit(before)
        guard after != before else { return "the test changed nothing" }
        try after.write(to: url)
        // The manifest would say that the plan was changed before the plan is read.
        if name == "plan.json" { bench.remove("\(folder)/run/manifest.json") }
      }
    }
    let before = try bench.files(folder)
    let result = try bench.ouroboros(["run", "\(folder)/s.yaml", "--out", "\(folder)/run"] + bad.more)
    slowest = max(slowest, result.seconds)
    guard !result.timedOut, bad.statuses.contains(result.status) else {
      return "expected \(bad.statuses.sorted()): \(result.summary.prefix(600))"
    }
    if let missing = bad.said.first(where: { !result.errorOutput.contains($0) }) {
      return "the message lacks '\(missing)': \(result.errorOutput.prefix(400))"
    }
    guard result.errorOutput.utf8.count < 8192 else { return "a message of \(result.errorOutput.utf8.count) bytes" }
    return try bench.files(folder) == before ? nil : "files changed"
  }

  /// Each reader for a minute; needs the package's release build beside the command.
  private func fuzz(_ bench: Bench, _ evidence: inout Evidence) throws {
    let driver = Launch.packageRoot.appendingPathComponent("Tests/Fuzz/run")
    let result = try Launch.run(driver, ["all", "60"], timeoutSeconds: 1500)
    // Target, executions, corpus, crashes, slowest, memory.
    let rows = result.lines.map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 6 && Int($0[1]) != nil }
    guard !rows.isEmpty else {
      evidence.record("fuzzing", result.summary)
      return
    }
    var executions = 0
    for row in rows {
      let ran = Int(row[1]) ?? 0
      executions += ran
      evidence.record("fuzzing \(row[0])", row[3] == "0" && ran > 0 ? nil : "\(row[3]) crashes in \(ran) executions")
    }
    evidence.record("fuzzing as a whole", result.status == 0 ? nil : result.summary)
    let milliseconds = rows.compactMap { Int($0[4]) }.max() ?? 0
    let memory = rows.compactMap { Int($0[5]) }.max() ?? 0
    evidence.worst += "; \(executions) executions of \(rows.count) readers, slowest \(milliseconds) ms, \(memory) MiB"
  }
}
