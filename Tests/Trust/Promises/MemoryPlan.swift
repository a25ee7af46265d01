import Foundation
import ProgramSupport

/// P16: a run takes no more memory than `plan` said.
struct MemoryPlan: Promise {
  let number = 16
  let statement = "the memory of a process stays within the plan and 10 %; too little of it is said clearly"

  private static let studies = ["nano", "memory-sets", "memory-measures", "memory-networks"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var largest = (ratio: 0.0, study: "")
    var studies = Self.studies.map { ($0, bench.study($0), [String]()) }
    let root = Launch.packageRoot.path
    if bench.isLong {
      for name in ["everything-discrete", "everything-regression", "everything-loops", "everything"] {
        studies.append((name, "\(root)/launch/studies/\(name).yaml", ["--set", "seeds=[0]"]))
      }
      for samples in [500, 8000] {
        studies.append(
          ("memory-sets of \(samples)", bench.study("memory-sets"),
            ["--set", "dataset.samples=\(samples)", "--set", "loop.samples=\(samples)"]))
      }
    }
    for (name, study, more) in studies {
      for ranks in bench.isLong ? [0, 3] : [0] {
        let planned = try planned(bench, study, more, ranks: max(ranks, 1))
        let (peak, result) = try peak(bench, study, more, ranks: ranks)
        let ratio = peak / planned
        if ratio > largest.ratio { largest = (ratio, name) }
        var failure: String?
        if ![0, 80].contains(result.status) { failure = result.summary }
        if ratio > 1.1 {
          failure = String(format: "peak %.0f MB, planned %.0f MB", peak / 1e6, planned / 1e6)
        }
        evidence.record("\(name) on \(ranks) ranks", failure)
      }
    }
    // Too little address space for the data: refused before any chain begins.
    let refused = try bench.ouroboros(
      ["run", bench.study("memory-sets"), "--out", bench.freshPath(), "--set", "dataset.samples=100000000"],
      prefix: ["prlimit", "--as=4000000000"], timeoutSeconds: 60)
    evidence.record(
      "a training set of 40 GB where 4 GB can be had",
      refused.status == 78 && refused.errorOutput.contains("GiB") ? nil : refused.summary)
    evidence.worst = String(format: "peak/plan %.2f (%@)", largest.ratio, largest.study)
    return evidence
  }

  /// Bytes of a process by the plan.
  private func planned(
    _ bench: Bench, _ study: String, _ more: [String], ranks: Int
  ) throws -> Double {
    let result = try bench.ouroboros(["plan", study, "-n", "\(ranks)", "--json"] + more)
    guard result.status == 0,
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
      let bytes = object["memory_bytes_per_rank"] as? Double
    else { throw Unexpected("plan: \(result.summary)") }
    return bytes
  }

  /// The largest resident memory of any process of a run.
  private func peak(
    _ bench: Bench, _ study: String, _ more: [String], ranks: Int
  ) throws -> (Double, ProgramResult) {
    let run = bench.freshPath()
    let running = try bench.start(ranks: ranks, ["run", study, "--out", run, "--report-every", "0"] + more)
    var peak = 0.0
    _ = running.wait(timeoutSeconds: 300) {
      let processes = ranks == 0 ? [running.identifier] : ProcessTable.ranks(of: running.identifier)
      // The kernel's own high-water mark: a look now and then misses nothing but the last moments.
      for process in processes { peak = max(peak, ProcessTable.peakBytes(process)) }
      return false
    }
    let result = running.wait(timeoutSeconds: 1)
    bench.remove(run)
    return (peak, result)
  }
}
