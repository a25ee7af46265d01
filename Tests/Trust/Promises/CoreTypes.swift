import Foundation
import ProgramSupport

/// P13: other kernels give other bits, and a run never mixes them unasked.
struct CoreTypes: Promise {
  let number = 13
  let statement = "same kernels, same bits; resuming with other kernels is refused unless asked for"

  private static let coreTypes = [
    "Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX", "Cooperlake",
  ]

  private static let kernelSets = ["baseline", "avx2", "avx512"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var kinds: [String: [String: String]] = [:]
    for type in Self.coreTypes { kinds[type] = ["OPENBLAS_CORETYPE": type] }
    for set in Self.kernelSets { kinds[set] = ["OUROBOROS_ISA": set] }
    var finished: [(name: String, variables: [String: String], run: String, numerics: String)] = []
    let short = ["Prescott", "Haswell", "baseline", "avx2"]
    for name in kinds.keys.sorted() where bench.isLong || short.contains(name) {
      let variables = kinds[name] ?? [:]
      let run = bench.freshPath()
      let first = try start(bench, run, variables)
      // A kernel set that this processor does not have is refused or replaced: not a case.
      guard first.status == 0, let numerics = numerics(run) else { continue }
      if finished.contains(where: { $0.numerics == numerics }) { continue }
      finished.append((name, variables, run, numerics))
      let again = bench.freshPath()
      _ = try start(bench, again, variables)
      evidence.record("\(name) twice", try bench.difference(again, from: run))
      bench.remove(again)
    }
    guard finished.count > 1 else { throw Unavailable("this processor has one set of kernels only") }
    var refused = 0
    for (index, one) in finished.enumerated() {
      for other in bench.isLong ? finished.filter({ $0.name != one.name }) : [finished[(index + 1) % finished.count]] {
        let result = try start(bench, one.run, other.variables)
        var failure: String?
        if result.status != 78 || !result.errorOutput.contains("--allow-numerics-change") {
          failure = "not refused: \(result.summary)"
        }
        refused += 1
        evidence.record("\(one.name) resumed with \(other.name)", failure)
      }
      let other = finished[(index + 1) % finished.count]
      let copy = bench.freshPath()
      try FileManager.default.copyItem(atPath: one.run, toPath: copy)
      let allowed = try start(bench, copy, other.variables, ["--allow-numerics-change"])
      evidence.record(
        "\(one.name) resumed with \(other.name), allowed",
        allowed.status == 0 && allowed.errorOutput.contains("numerics differ") ? nil : allowed.summary)
      bench.remove(copy)
    }
    evidence.worst = "\(finished.count) sets of kernels, \(refused) changes refused"
    return evidence
  }

  private func start(
    _ bench: Bench, _ run: String, _ variables: [String: String], _ more: [String] = []
  ) throws -> ProgramResult {
    try bench.ouroboros(
      ["run", bench.study(), "--out", run] + more, environment: variables, timeoutSeconds: 120)
  }

  /// What the manifest says the bits depend on.
  private func numerics(_ run: String) -> String? {
    guard let data = FileManager.default.contents(atPath: run + "/manifest.json"),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let numerics = object["numerics"] as? [String: String]
    else { return nil }
    return numerics.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}
