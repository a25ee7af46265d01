import Foundation
import ProgramSupport

/// P11: numbers that go wrong in a chain are reported there and reach no other chain.
struct SickNumbers: Promise {
  let number = 11
  let statement = "NaN, Inf, 1e38, denormals, singular covariances: reported by chain, others unchanged"

  /// Models that stay well on the healthy data.
  private static let healthy = [
    "gaussian", "{name: gaussian-mixture, components: 4}", "kernel-density",
    "{name: vae, width: 32, latent: 2, batch: 32, steps: 60}",
    "{name: wgan, constraint: clip, steps: 40, width: 32, hidden_layers: 2, latent: 4, batch: 32}",
  ]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let (rows, columns) = (200, 3)
    let good = (0..<rows * columns).map { _ in Double.random(in: -1...1, using: &bench.numbers) }
    try NumberFile.write(good, rows: rows, columns: columns, to: bench.folder + "/good.npy")
    let reference = bench.freshPath()
    let alone = try run(bench, reference, cells: Self.healthy.map { ("good", $0) }, ranks: 0)
    guard alone.status == 0 else { throw Unexpected("the healthy cells: \(alone.summary)") }
    let wanted = try table(bench, reference)
    var injected = 0
    for round in 0..<bench.size(short: 4, long: 40) {
      var cells = Self.healthy.map { ("good", $0) }
      for index in 0..<4 {
        let name = "sick-\(round)-\(index)"
        try sicken(good, rows, columns, to: "\(bench.folder)/\(name).npy", using: &bench.numbers)
        cells.append((name, Self.healthy.randomElement(using: &bench.numbers) ?? "gaussian"))
      }
      // Steps so long that the weights overflow: at once, or after some steps or generations.
      let rate = pow(10, Double.random(in: 0...30, using: &bench.numbers).rounded())
      cells.append(
        ("good", "{name: vae, width: 32, latent: 2, batch: 32, steps: 60, learning_rate: \(rate)}"))
      cells.append(("good", "{name: gaussian-mixture, components: 300}"))
      let path = bench.freshPath()
      let ranks = round % 2 == 0 ? 4 : 0
      let result = try run(bench, path, cells: cells, ranks: ranks)
      injected += cells.count - Self.healthy.count
      guard [0, 80].contains(result.status) else {
        evidence.record("round \(round) on \(ranks) ranks", result.summary)
        continue
      }
      let found = try table(bench, path)
      for (cell, lines) in wanted.sorted(by: { $0.key < $1.key }) {
        evidence.record(
          "round \(round), healthy cell \(cell)",
          found[cell] == lines ? nil : "changed by sick cells beside it")
      }
      for (chain, failure) in try unreported(path, found, result) {
        evidence.record("round \(round), \(chain)", failure)
      }
      bench.remove(path)
    }
    for value in ["nan", "inf", "-inf"] {
      var values = good
      let place = Int.random(in: values.indices, using: &bench.numbers)
      values[place] = Double(value) ?? .nan
      try NumberFile.write(values, rows: rows, columns: columns, to: bench.folder + "/bad.npy")
      let result = try run(bench, bench.freshPath(), cells: [("bad", "gaussian")], ranks: 0)
      let isSaid = result.errorOutput.contains("bad.npy: sample \(place / columns) holds \(value)")
      evidence.record(
        "\(value) in a data file", result.status == 65 && isSaid ? nil : result.summary)
    }
    evidence.worst = "\(injected + 3) injected, \(wanted.count) healthy cells beside them"
    return evidence
  }

  /// Writes a copy of the data with something wrong at a random place.
  private func sicken(
    _ good: [Double], _ rows: Int, _ columns: Int, to path: String, using numbers: inout SplitMix
  ) throws {
    var values = good
    let place = Int.random(in: values.indices, using: &numbers)
    switch Int.random(in: 0..<5, using: &numbers) {
    case 0: values[place] = 1e38
    case 1: values[place] = Double.random(in: 0...1, using: &numbers) < 0.5 ? 1e200 : -1e308
    case 2: for index in values.indices { values[index] *= 0x1p-1030 }
    case 3:
      // A constant column: a singular covariance.
      for row in 0..<rows { values[row * columns + place % columns] = 0.5 }
    default:
      // One point many times.
      for index in values.indices { values[index] = good[index % columns] }
    }
    try NumberFile.write(values, rows: rows, columns: columns, to: path)
  }

  /// Runs a study whose cells are these pairs of a data file and a model.
  private func run(
    _ bench: Bench, _ path: String, cells: [(data: String, model: String)], ranks: Int
  ) throws -> ProgramResult {
    var text = """
      study: sick
      dataset: {name: npy, path: good.npy}
      loop: {policy: replace, samples: 100}
      generations: 5
      seeds: 0..<2
      metrics: [moments, {name: wasserstein, method: sliced, source: samples, projections: 8}]
      zip:
        dataset:

      """
    text += cells.map { "    - {name: npy, path: \($0.data).npy}\n" }.joined()
    text += "  model:\n" + cells.map { "    - \($0.model)\n" }.joined()
    let study = "\(bench.folder)/sick.yaml"
    try text.write(toFile: study, atomically: true, encoding: .utf8)
    return try bench.ouroboros(ranks: ranks, ["run", study, "--out", path], timeoutSeconds: 120)
  }

  /// The rows of the metrics by cell, in the order of the export.
  private func table(_ bench: Bench, _ run: String) throws -> [String: [String]] {
    let folder = bench.freshPath("tables")
    let result = try bench.ouroboros(["export", run, "--csv", folder])
    guard result.status == 0 else { throw Unexpected("export: \(result.summary)") }
    let text = try String(contentsOfFile: folder + "/metrics.csv", encoding: .utf8)
    try FileManager.default.copyItem(atPath: folder + "/chains.csv", toPath: run + "-chains.csv")
    bench.remove(folder)
    return Dictionary(grouping: text.split(separator: "\n").dropFirst().map(String.init)) {
      String($0.prefix { $0 != "," })
    }
  }

  /// Of each chain that has a value that is not finite, or no end, what is missing of its report; nil
  /// where nothing is.
  private func unreported(
    _ run: String, _ found: [String: [String]], _ result: ProgramResult
  ) throws -> [(String, String?)] {
    let failures = (try? String(contentsOfFile: run + "/failures.jsonl", encoding: .utf8)) ?? ""
    let chains = try String(contentsOfFile: run + "-chains.csv", encoding: .utf8)
    var reports: [(String, String?)] = []
    var broken = 0
    for line in chains.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
      guard fields.count == 5 else { throw Unexpected("chains.csv: \(line)") }
      let (cell, seed, status, message) = (fields[0], fields[1], fields[2], fields[4])
      let name = "cell \(cell), seed \(seed)"
      if status == "diverged" || status == "failed" {
        broken += 1
        let isListed = failures.split(separator: "\n").contains {
          $0.contains("\"cell\":\"\(cell)\"") && $0.contains("\"seed\":\(seed),")
            && $0.contains("\"generation\":\(fields[3]),")
        }
        reports.append((name, message.isEmpty || !isListed ? "\(status), not reported: \(line)" : nil))
      } else {
        let values = (found[String(cell)] ?? []).filter { $0.hasPrefix("\(cell),\(seed),") }
        let isSick = values.contains { Double($0.split(separator: ",", omittingEmptySubsequences: false).last ?? "")?.isFinite != true }
        if isSick {
          reports.append((name, message.contains("is not finite from generation") ? nil : "not reported: \(line)"))
        }
      }
    }
    if (broken > 0) != (result.status == 80) {
      reports.append(("exit code", "\(broken) chains without a result, \(result.summary)"))
    }
    return reports
  }
}
