import Foundation
import ProgramSupport

/// P2: the process may die at any call by which it changes a file.
struct CrashPoints: Promise {
  let number = 2
  let statement = "a crash at any file-system call, SQLite's included, leaves a run that resumes to the same bits"
  let programs = ["strace"]

  private struct Point {
    let call: FileCall
    /// The run that the call was seen to continue; nil for a new one.
    let start: String?
  }

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference("pico")
    let stopped = try bench.stoppedInFit("pico")
    var points: [Point] = []
    for start in [nil, stopped] {
      let run = try start.map { try bench.copy($0) } ?? bench.freshPath("run")
      let (result, calls) = try bench.traced("pico", into: run, FileCall.changing)
      guard result.status == 0 else { throw Surprise("the counting run", result) }
      points += calls.filter { $0.text.contains(run) }.map { Point(call: $0, start: start) }
      bench.remove(run)
    }
    var struck: [String: Int] = [:]
    for point in bench.choice(of: points, short: 24, long: 300) {
      let run = try point.start.map { try bench.copy($0) } ?? bench.freshPath("run")
      let fault = "\(point.call.name):signal=KILL:when=\(point.call.ordinal)"
      let result = try bench.ouroboros(
        ["run", bench.study("pico"), "--out", run],
        prefix: bench.strace([point.call.name], faults: [fault]))
      // The status file is written by the clock, so a call may come one earlier or never.
      if result.status != 0 {
        struck[point.call.name, default: 0] += 1
        evidence.record(
          "killed at \(point.call.description)",
          result.status == 137 ? try outcome(run, reference.run, bench) : result.summary)
      }
      bench.remove(run)
    }
    let kinds = struck.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }
    evidence.worst = "of \(points.count) calls: " + kinds.joined(separator: ", ")
    return evidence
  }

  private func outcome(_ run: String, _ reference: String, _ bench: Bench) throws -> String? {
    if let failure = try bench.finish(run, study: "pico") ?? bench.difference(run, from: reference) {
      return failure
    }
    let left = try bench.files(run).keys.first { $0.contains(".ouroboros-") }
    return left.map { "an unfinished file is left: \($0)" }
  }
}
