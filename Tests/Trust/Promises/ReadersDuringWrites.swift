import Foundation
import ProgramSupport

/// P23: a run can be read while it goes on, and readers change nothing and stop nothing.
struct ReadersDuringWrites: Promise {
  let number = 23
  let statement = "results are readable while the run writes, and readers never block the writer"

  private let readers = [["status", "--json"], ["export", "--csv"], ["verify"], ["status"]]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let study = Launch.packageRoot.appendingPathComponent("launch/studies/everything.yaml").path
    let more = ["--set", "seeds=0..<\(bench.size(short: 60, long: 400))"]
    // The same run undisturbed, and what it takes of the processor: waits do not count, work does.
    let alone = bench.freshPath("alone")
    let (undisturbed, aloneSeconds) = try measured(bench, study, alone, more).finish()
    guard undisturbed.status == 0 else { throw Surprise("the undisturbed run", undisturbed) }
    let run = bench.freshPath()
    let writer = try measured(bench, study, run, more)
    var reads = 0
    // Before the coordinator has made the run there is nothing to read.
    _ = writer.program.wait(timeoutSeconds: 30) {
      ["results.sqlite", "status.json"].allSatisfy {
        FileManager.default.fileExists(atPath: "\(run)/\($0)")
      }
    }
    while writer.isRunning {
      let started = try readers.map { words in
        let output = words.last == "--csv" ? [bench.freshPath("csv")] : []
        return (words, try bench.start([words[0], run] + words.dropFirst() + output))
      }
      for (words, reader) in started {
        let result = reader.wait(timeoutSeconds: 60)
        let isFine = result.status == 0 || (words[0] == "verify" && result.status == 75)
        evidence.record(words[0], isFine ? nil : result.summary)
        reads += 1
      }
    }
    let (result, seconds) = try writer.finish()
    evidence.record("the writer", result.status == 0 ? nil : result.summary)
    evidence.record("the results", try bench.difference(run, from: alone))
    let slower = (seconds / aloneSeconds - 1) * 100
    evidence.worst =
      "the writer took \(slower < 0 ? "−" : "+")\(Int(abs(slower).rounded())) % processor time beside \(reads) reads"
    return evidence
  }

  /// A run that tells how much processor time it took.
  private struct Measured {
    let program: RunningProgram

    var isRunning: Bool { program.isRunning }

    func finish() throws -> (ProgramResult, seconds: Double) {
      let result = program.wait(timeoutSeconds: 300)
      let line = result.errorOutput.split(separator: "\n").last { $0.hasPrefix("processor ") }
      let seconds = line?.split(separator: " ").dropFirst().compactMap { Double($0) }.reduce(0, +)
      guard let seconds, seconds > 0 else { throw Surprise("no processor time was told", result) }
      return (result, seconds)
    }
  }

  private func measured(_ bench: Bench, _ study: String, _ run: String, _ more: [String]) throws -> Measured {
    let clock = "TIMEFORMAT='processor %U %S'; time \"$@\""
    return Measured(
      program: try bench.start(
        ranks: 3, ["run", study, "--out", run] + more, prefix: ["bash", "-c", clock, "-"],
        environment: ["LC_ALL": "C"]))
  }
}
