import Foundation
import Study
import TestSupport
import Testing

/// The shipped studies against their closed forms, with a fixed study seed;
/// `OUROBOROS_NEW_SEED=<n>` tries another one.
@Suite struct ClosedFormTests {
  static let seed = ProcessInfo.processInfo.environment["OUROBOROS_NEW_SEED"] ?? "0"

  @Test(arguments: ClosedFormTable.presets)
  func preset(_ name: String) throws {
    let start = ContinuousClock.now
    let plan = try StudyValues.plan(preset: name, overrides: ["seed=\(Self.seed)"])
    let cells = try StudyValues.inProcess(plan)
    let verdicts = judge(name, cells)
    report(name, verdicts, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// The forms themselves, where a number is published or derived elsewhere.
  @Test func publishedValues() {
    let discrete = BinomialChain(draws: 100)
    expectClose(discrete.support(zipfLaw, fits: 1), 41.353, relative: 2e-5)
    expectClose(discrete.support(zipfLaw, fits: 20), 7.680, relative: 1e-4)
    expectClose(BinomialChain(draws: 50).absorptionTime(categories: 2, upTo: 3000), 67.52, relative: 1e-4)
    expectClose(GaussianReplace.distance(100, fits: 10, biased: false), 0.14987, relative: 1e-4)
    expectClose(GaussianReplace.distance(100, fits: 100, biased: false), 1.4463, relative: 1e-4)
    expectClose(
      [10, 32, 100, 316, 1000].map { 1 - MeanDrift.accumulate($0, fits: 100) },
      [0.8443, 0.9497, 0.9837, 0.9948, 0.9984], absolute: 5e-5)
    expectClose(
      [10, 32, 100, 316, 1000].map { 1 - MeanDrift.subsample($0, fits: 100) },
      [0.7411, 0.9125, 0.9713, 0.9908, 0.9971], absolute: 5e-5)
    expectClose(
      [2, 5, 10, 20, 100].map { RegressionError.subsample(fits: $0) },
      [1.75, 2.39, 2.65, 2.79, 2.905], absolute: 5e-3)
    let fresh = PooledMoments(first: 20, real: 20, synthetic: 60, bias: 0.8, fits: 400)
    expectClose(fresh.meanSquares[399], 0.0180036, relative: 1e-5)
    expectClose(fresh.variances[399], 0.633546, relative: 1e-5)
    let long = PooledMoments(first: 20, real: 100, synthetic: 900, bias: 1, fits: 800)
    expectClose([long.meanSquares[799], long.variances[799]], [0.005286, 1.00476], relative: 1e-4)
    expectClose(
      [0, 0.3, 1, 5, .infinity].map {
        50 * MeanDrift.corrected(real: 50, synthetic: 25, strength: $0, fits: 300)
      }, [1.2438, 1.0387, 0.8676, 0.7211, 0.6667], absolute: 5e-5)
    expectClose(
      [0, 0.3, 1, 5, .infinity].map {
        50 * MeanDrift.corrected(real: 50, synthetic: 100, strength: $0, fits: 300)
      }, [1.3889, 0.7669, 0.4994, 0.3656, 0.3333], absolute: 5e-5)
    expectClose(KernelSpread.replace(20, bandwidth: 0.5, fits: 2000), 19 * 0.25)
  }

  private var zipfLaw: [Double] {
    let sum = (1...100).reduce(0) { $0 + 1 / Double($1) }
    return (1...100).map { 1 / (Double($0) * sum) }
  }
}

/// The rows of a preset with what was measured.
func judge(_ preset: String, _ cells: [CellValues]) -> [ClosedFormVerdict] {
  ClosedFormTable.rows.filter { $0.preset == preset }.compactMap { row in
    let matching = cells.filter { $0.matches(row.cell) }
    guard matching.count == 1 else {
      Issue.record("\(row.quantity): \(matching.count) cells of \(preset) match \(row.cell)")
      return nil
    }
    return ClosedFormVerdict(row, matching[0].chains)
  }
}

/// Prints a table and records every row that does not hold.
func report(_ preset: String, _ verdicts: [ClosedFormVerdict], seconds: Double) {
  #expect(!verdicts.isEmpty, "no closed form is measured by \(preset)")
  let title = preset + String(format: ", %.1f s", seconds)
  print(([title, ClosedFormVerdict.header] + verdicts.map(\.line)).joined(separator: "\n"))
  for verdict in verdicts where verdict.outcome != .holds {
    Issue.record("\(preset): \(verdict.line)")
  }
}
