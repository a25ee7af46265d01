import Foundation
import ProgramSupport

/// P14: a run goes on with its own study only.
///
/// Each change of a study file is tried on a copy of a finished run, in the long form also on one that
/// was stopped: a refusal names what changed and touches no file; what is accepted has the results of
/// a fresh run of the changed file, and of what was there nothing is computed again.
struct ChangedStudies: Promise {
  let number = 14
  let statement = "a run whose study file changed is refused unless cells or seeds were only added"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let study = "\(bench.folder)/study.yaml"
    try StudyChange("", [:], .same).text.write(toFile: study, atomically: true, encoding: .utf8)
    var begun = [bench.freshPath("finished")]
    let result = try bench.ouroboros(["run", study, "--out", begun[0]])
    guard result.status == 0 else { throw Surprise("the run before the change", result) }
    if bench.isLong { begun.append(try stopped(study, on: bench)) }
    var outcomes: [String: Int] = [:]
    for old in begun {
      for change in StudyChange.all {
        try change.text.write(toFile: study, atomically: true, encoding: .utf8)
        let run = bench.freshPath()
        try FileManager.default.copyItem(atPath: old, toPath: run)
        let failure = try failure(of: change, study, run, finished: old == begun[0], on: bench)
        evidence.record(change.name, failure)
        bench.remove(run)
        switch change.outcome {
        case .same: outcomes["unchanged", default: 0] += 1
        case .extended: outcomes["extended", default: 0] += 1
        case .refused: outcomes["refused", default: 0] += 1
        }
      }
    }
    evidence.worst =
      "\(evidence.tried - evidence.survived) classified wrongly of "
      + outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return evidence
  }

  /// A copy of the study's run after part of its chains: as if the power had gone.
  private func stopped(_ study: String, on bench: Bench) throws -> String {
    let run = bench.freshPath("stopped")
    let result = try bench.ouroboros(["run", study, "--out", run])
    guard result.status == 0 else { throw Surprise("the run to be stopped", result) }
    let segment = "\(run)/segments/rank-0000.jsonl"
    let lines = try String(contentsOfFile: segment, encoding: .utf8).split(separator: "\n")
    try (lines.prefix(lines.count / 2).joined(separator: "\n") + "\n")
      .write(toFile: segment, atomically: false, encoding: .utf8)
    for name in ["results.sqlite", "status.json", "report.html"] { bench.remove("\(run)/\(name)") }
    return run
  }

  private func failure(
    of change: StudyChange, _ study: String, _ run: String, finished: Bool, on bench: Bench
  ) throws -> String? {
    let before = try bench.files(run)
    let result = try bench.ouroboros(["run", study, "--out", run])
    if result.timedOut { return "did not end: \(result.summary)" }
    if case .refused(let words) = change.outcome {
      guard result.status == 78 else { return "not refused: \(result.summary)" }
      if let missing = words.first(where: { !result.errorOutput.contains($0) }) {
        return "the message lacks \(missing): \(result.errorOutput)"
      }
      return try bench.files(run) == before ? nil : "a refused start changed files"
    }
    guard result.status == 0 else { return "not accepted: \(result.summary)" }
    let fresh = bench.freshPath("fresh")
    defer { bench.remove(fresh) }
    let direct = try bench.ouroboros(["run", study, "--out", fresh])
    guard direct.status == 0 else { return "a fresh run: \(direct.summary)" }
    if let difference = try bench.difference(run, from: fresh) { return difference }
    let segment = "segments/rank-0000.jsonl"
    let (old, new) = (before[segment] ?? Data(), try bench.files(run)[segment] ?? Data())
    guard new.starts(with: old) else { return "records that were there have changed" }
    if case .same = change.outcome, finished, new != old { return "generations were computed again" }
    if case .extended = change.outcome, new == old { return "nothing was added" }
    return nil
  }
}
