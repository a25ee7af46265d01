import Foundation
import ProgramSupport

/// P24: what an older version wrote can be read, judged and continued.
///
/// `Tests/Golden/runs/format-N` holds a finished and a stopped run of every format that was ever
/// released; `Tests/Golden/runs/make` has made them.
struct OldRuns: Promise {
  let number = 24
  let statement = "run directories of every released format are verified, read, reported and resumed"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let kept = Launch.packageRoot.appendingPathComponent("Tests/Golden/runs").path
    let formats = try FileManager.default.contentsOfDirectory(atPath: kept)
      .filter { $0.hasPrefix("format-") }.sorted()
    guard !formats.isEmpty else { throw Unavailable("no run directory is kept under \(kept)") }
    var bitsCompared = 0
    for format in formats {
      let old = try OldRun(format, "\(kept)/\(format)", on: bench)
      for (name, check) in old.checks { evidence.record("\(format) \(name)", try check()) }
      if try old.hasSameNumerics() {
        evidence.record("\(format) resumed", try old.resumeDifference())
        bitsCompared += 1
      } else {
        evidence.record("\(format) resumed on another CPU", try old.resumeElsewhere())
      }
    }
    evidence.worst =
      "\(formats.count) format\(formats.count == 1 ? "" : "s"), \(evidence.tried - evidence.survived) readings failed"
      + (bitsCompared == formats.count ? "" : "; bits of resumed runs not compared: another CPU wrote them")
    return evidence
  }
}

/// Copies of the kept runs of one format, unpacked.
private struct OldRun {
  let bench: Bench
  let kept: String
  let finished: String
  let stopped: String
  let study: String

  init(_ format: String, _ kept: String, on bench: Bench) throws {
    self.bench = bench
    self.kept = kept
    let folder = bench.freshPath(format)
    try FileManager.default.copyItem(atPath: kept, toPath: folder)
    (finished, stopped, study) = ("\(folder)/finished", "\(folder)/stopped", "\(folder)/study.yaml")
    for run in [finished, stopped] {
      let result = try Launch.run(
        URL(fileURLWithPath: "/usr/bin/env"), ["gzip", "-d", "\(run)/results.sqlite.gz"])
      guard result.status == 0 else { throw Surprise("unpacking", result) }
    }
  }

  var checks: [(String, () throws -> String?)] {
    // Without the drawing library, which is no part of a format, there are no reports.
    let reports = (try? bench.drawingLibrary()) == nil ? [] : [("report", reportFailure)]
    return reports + [
      ("verified", { try ends(0, ["verify", finished]) }),
      ("verified, unfinished", { try ends(75, ["verify", stopped], saying: "unfinished") }),
      ("status", { try ends(0, ["status", finished, "--json"], saying: "\"finished\"") }),
      ("status, stopped", { try ends(0, ["status", stopped, "--json"], saying: "\"stopped\"") }),
      ("compared with itself", { try ends(0, ["diff", finished, finished]) }),
      ("compared with a part", { try ends(1, ["diff", finished, stopped]) }),
      ("exported", exportDifference),
      ("kept samples", sampleDifference),
      ("started again", { try restartFailure(removing: nil) }),
      ("database made again", { try restartFailure(removing: "results.sqlite") }),
    ]
  }

  /// Why a command did not end as it should.
  private func ends(
    _ status: Int32, _ arguments: [String], saying words: String = "", environment: [String: String] = [:]
  ) throws -> String? {
    let result = try bench.ouroboros(arguments, environment: environment)
    let fits = result.status == status && (words.isEmpty || (result.output + result.errorOutput).contains(words))
    return fits ? nil : "\(arguments[0]): expected \(status) \(words), \(result.summary)"
  }

  /// The kept columns of the kept tables, which later versions may add to.
  private func exportDifference() throws -> String? {
    let tables = bench.freshPath("tables")
    if let failure = try ends(0, ["export", finished, "--csv", tables]) { return failure }
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(kept)/tables").sorted() {
      let old = try lines("\(kept)/tables/\(name)")
      let new = try lines("\(tables)/\(name)")
      guard new.first?.hasPrefix(old[0]) == true else { return "\(name): columns \(new.first ?? "missing")" }
      guard new.count == old.count else { return "\(name): \(new.count) lines, \(old.count) expected" }
      if let row = old.indices.first(where: { !new[$0].hasPrefix(old[$0]) }) {
        return "\(name):\(row + 1): \(new[row]), expected \(old[row])"
      }
    }
    return nil
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).map(String.init)
  }

  /// Every kept sample file, through `sample`.
  private func sampleDifference() throws -> String? {
    let files = try bench.files("\(finished)/samples").keys.sorted()
    guard !files.isEmpty else { return "no samples are kept" }
    for file in files {
      // CELL/seed-S/gen-G.safetensors
      let parts = file.split(whereSeparator: { "/-.".contains($0) })
      let output = bench.freshPath("samples") + ".safetensors"
      let arguments = [
        "sample", finished, "--cell", "\(parts[0])", "--seed", "\(parts[2])", "--generation", "\(parts[4])",
        "-o", output,
      ]
      if let failure = try ends(0, arguments) { return failure }
      let (old, new) = (try data(of: "\(finished)/samples/\(file)"), try data(of: output))
      guard old == new, !old.isEmpty else { return "\(file): other samples" }
    }
    return nil
  }

  /// What follows the header of a safetensors file.
  private func data(of path: String) throws -> Data {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return bytes.dropFirst(8 + header)
  }

  private func reportFailure() throws -> String? {
    let page = bench.freshPath("page") + ".html"
    if let failure = try ends(
      0, ["report", finished, "-o", page], environment: ["OUROBOROS_VEGA": bench.drawingLibrary()])
    { return failure }
    let html = try String(contentsOfFile: page, encoding: .utf8)
    return html.contains("kept") && html.contains("gaussian") ? nil : "the page names neither study nor model"
  }

  /// A finished run, started again: nothing is computed, nothing that was measured changes.
  private func restartFailure(removing name: String?) throws -> String? {
    let copy = bench.freshPath("again")
    try FileManager.default.copyItem(atPath: finished, toPath: copy)
    if let name { bench.remove("\(copy)/\(name)") }
    let result = try bench.ouroboros(["run", study, "--out", copy, "--allow-numerics-change"])
    guard result.status == 0 else { return result.summary }
    let segment = "segments/rank-0000.jsonl"
    guard try bench.files(copy)[segment] == bench.files(finished)[segment] else { return "computed again" }
    return try bench.difference(copy, from: finished)
  }

  /// Whether this machine computes with the same kernels as the one that wrote the runs.
  func hasSameNumerics() throws -> Bool {
    let copy = bench.freshPath("probe")
    try FileManager.default.copyItem(atPath: stopped, toPath: copy)
    defer { bench.remove(copy) }
    let result = try bench.ouroboros(["run", study, "--out", copy])
    return !result.errorOutput.contains("--allow-numerics-change")
  }

  /// The stopped run to its end: the bits of the finished one.
  func resumeDifference() throws -> String? {
    if let failure = try ends(0, ["run", study, "--out", stopped]) { return failure }
    return try bench.difference(stopped, from: finished)
  }

  /// The same on another kind of CPU: refused, and possible where that is allowed.
  func resumeElsewhere() throws -> String? {
    if let failure = try ends(0, ["run", study, "--out", stopped, "--allow-numerics-change"]) { return failure }
    return try ends(0, ["verify", stopped])
  }
}
