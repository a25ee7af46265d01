import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

@Suite struct StatisticsTests {
  struct Golden: Decodable {
    struct Row: Decodable {
      let n: Int
      let mean, sd, se, median, q05, q25, q75, q95, low, high: Double?
    }
    struct Line: Decodable {
      let x, y: [Double]
      let slope, intercept, se, low, high: Double
    }
    struct Paired: Decodable {
      let first, second: [Double]
      let value, se, low, high: Double
    }
    struct Survival: Decodable {
      let times: [Double]
      let events: [Int]
      let steps: [[Double]]
    }
    enum Value: Decodable {
      case number(Double)
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
          self = .number(text == "nan" ? .nan : text == "inf" ? .infinity : -.infinity)
        } else {
          self = .number(try container.decode(Double.self))
        }
      }
    }
    struct Median: Decodable {
      let values: [Double]
      let median, low, high: Double
    }
    let seeds, generations, metrics: Int
    let values: [Value]
    let rows: [Row]
    let line: Line
    let student: [[Double]]
    let paired: Paired
    let kaplan_meier: Survival
    let medians: [Median]
  }

  let golden: Golden

  init() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Golden/statistics_over_seeds.json")
    golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
  }

  var values: [Double] {
    golden.values.map { value in
      switch value {
      case .number(let number): number
      }
    }
  }

  /// NumPy and SciPy; intervals within four Monte-Carlo errors of a 2.5 % quantile of 2,000
  /// resamples: √(0.025·0.975/2000)/φ(1.96) = 0.060 standard errors of the mean.
  @Test func summaryAgreesWithNumPyAndSciPy() throws {
    let rows = summarise(
      cell: "golden", seeds: Array(0..<golden.seeds), generations: golden.generations,
      metrics: (0..<golden.metrics).map { "m.\($0)" }, values: values)
    #expect(rows.count == golden.rows.count)
    for (index, (row, expected)) in zip(rows, golden.rows).enumerated() {
      #expect(
        row.generation == index / golden.metrics && row.metric == "m.\(index % golden.metrics)")
      #expect(row.n == expected.n)
      expectClose(
        [row.mean, row.median, row.q05, row.q25, row.q75, row.q95],
        [expected.mean, expected.median, expected.q05, expected.q25, expected.q75, expected.q95].map
        { $0! },
        relative: 1e-12, absolute: 1e-15)
      guard let sd = expected.sd, let se = expected.se, let low = expected.low,
        let high = expected.high
      else {
        #expect(row.n == 1 && row.sd.isNaN && row.se.isNaN && row.low.isNaN && row.high.isNaN)
        continue
      }
      // A mean of 10⁶ with a spread of 10⁻³ leaves seven digits of the spread.
      expectClose([row.sd, row.se], [sd, se], relative: abs(row.mean) > 1e5 ? 1e-6 : 1e-12)
      expectClose([row.low, row.high], [low, high], relative: 0, absolute: 4 * 0.060 * 1.3 * se)
      #expect(row.low < row.mean && row.mean < row.high)
    }
  }

  @Test func orderOfSeedsDoesNotMatter() {
    let size = golden.generations * golden.metrics
    let names = (0..<golden.metrics).map { "m.\($0)" }
    let sorted = summarise(
      cell: "c", seeds: Array(0..<golden.seeds), generations: golden.generations, metrics: names,
      values: values)
    let seeds = Array((0..<golden.seeds).reversed())
    let reversed = summarise(
      cell: "c", seeds: seeds, generations: golden.generations, metrics: names,
      values: seeds.flatMap { values[($0 * size)..<(($0 + 1) * size)] })
    #expect(SummaryCodec.encode(sorted) == SummaryCodec.encode(reversed))
    let other = summarise(
      cell: "d", seeds: Array(0..<golden.seeds), generations: golden.generations, metrics: names,
      values: values)
    #expect(SummaryCodec.encode(other) != SummaryCodec.encode(sorted))
    // All cells have the same resamples.
    #expect(other.count == sorted.count)
    for (a, b) in zip(other, sorted) {
      #expect(a.low.bitPattern == b.low.bitPattern && a.high.bitPattern == b.high.bitPattern)
    }
  }

  /// What is kept from one cell for the next is used where it fits and changes nothing.
  @Test func keptResamplesGiveTheSameRows() {
    var resampling: BootstrapWeights?
    for (seeds, columns) in [(7, 3), (7, 70), (33, 5), (7, 3)] {
      let values = (0..<seeds * columns).map { Double(($0 * 7919 + seeds) % 1009) / 1009 }
      let names = (0..<columns).map { "m.q\($0)" }
      let kept = summarise(
        cell: "c", seeds: Array(0..<seeds), generations: 1, metrics: names, values: values,
        resampling: &resampling)
      let alone = summarise(
        cell: "c", seeds: Array(0..<seeds), generations: 1, metrics: names, values: values)
      #expect(SummaryCodec.encode(kept) == SummaryCodec.encode(alone))
      #expect(resampling?.seeds == seeds)
    }
  }

  @Test func degenerateCells() {
    #expect(summarise(cell: "c", seeds: [], generations: 0, metrics: ["a.b"], values: []).isEmpty)
    let rows = summarise(
      cell: "c", seeds: [1, 2, 3], generations: 3, metrics: ["a.b"],
      values: [5, .nan, 1, 5, .nan, .infinity, 5, .nan, .nan])
    #expect(rows.map(\.n) == [3, 0, 1])
    #expect(rows[0].low == 5 && rows[0].high == 5 && rows[0].sd == 0 && rows[0].median == 5)
    #expect(rows[1].mean.isNaN && rows[1].median.isNaN && rows[1].sd.isNaN && rows[1].low.isNaN)
    #expect(rows[2].mean == 1 && rows[2].q95 == 1 && rows[2].se.isNaN && rows[2].high.isNaN)
  }

  /// The interval covers the mean of 20 normal values as often as theory says of the percentile
  /// bootstrap: about t₁₉'s probability of ±1.96·√(19/20), 92.9 %; 400 cells, four standard errors.
  @Test func intervalCoversTheMean() {
    var random = SplitMix(state: 77)
    var covered = 0
    for _ in 0..<400 {
      let sample = (0..<20).map { _ -> Double in
        let u = Double.random(in: 0..<1, using: &random)
        return (-2 * Foundation.log(1 - u)).squareRoot()
          * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
      }
      let estimate = bootstrapMean(sample)
      if estimate.low <= 0 && 0 <= estimate.high { covered += 1 }
    }
    #expect(abs(Double(covered) / 400 - 0.929) <= 4 * (0.929 * 0.071 / 400).squareRoot())
  }

  @Test func quantilesAgreeWithSorting() {
    var random = SplitMix(state: 9)
    for n in [1, 2, 3, 7, 20, 101, 1000] {
      for distinct in [2, 10_000_000] {
        var values = (0..<n).map { _ in Double(Int.random(in: 0..<distinct, using: &random)) }
        let sorted = values.sorted()
        let probabilities = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]
        let expected = probabilities.map { p -> Double in
          let h = Double(n - 1) * p
          let low = sorted[Int(h)]
          return low + (h - h.rounded(.down)) * (sorted[min(Int(h) + 1, n - 1)] - low)
        }
        expectClose(quantiles(&values, probabilities), expected, relative: 1e-14, absolute: 1e-12)
        #expect(values.sorted() == sorted)
      }
    }
  }

  @Test func lineAndStudentQuantilesAgreeWithSciPy() throws {
    let line = try #require(LeastSquaresLine(x: golden.line.x + [.nan], y: golden.line.y + [1]))
    expectClose(
      [line.slope.value, line.intercept, line.slope.se, line.slope.low, line.slope.high],
      [
        golden.line.slope, golden.line.intercept, golden.line.se, golden.line.low, golden.line.high,
      ],
      relative: 1e-11)
    #expect(line.slope.n == 12)
    for row in golden.student {
      expectClose(studentQuantile(row[0], degreesOfFreedom: row[1]), row[2], relative: 1e-10)
    }
    #expect(LeastSquaresLine(x: [1, 1], y: [0, 2]) == nil)
    #expect(LeastSquaresLine(x: [1, 2], y: [0, 2])?.slope.value == 2)
    #expect(LeastSquaresLine(x: [1, 2], y: [0, 2])?.slope.se.isNaN == true)
  }

  @Test func pairedDifferenceAgreesWithSciPy() {
    let expected = golden.paired
    let estimate = bootstrapMean(zip(expected.first, expected.second).map { $1 - $0 })
    #expect(estimate.n == 25)
    expectClose([estimate.value, estimate.se], [expected.value, expected.se], relative: 1e-12)
    expectClose(
      [estimate.low, estimate.high], [expected.low, expected.high], relative: 0,
      absolute: 4 * 0.060 * 1.3 * expected.se)
  }

  @Test func kaplanMeierAgreesWithTheReference() {
    let expected = golden.kaplan_meier
    let curve = KaplanMeier(times: expected.times, collapsed: expected.events.map { $0 == 1 })
    #expect(curve.steps.count == expected.steps.count)
    for (step, row) in zip(curve.steps, expected.steps) {
      #expect(step.time == row[0] && Double(step.atRisk) == row[1] && Double(step.events) == row[2])
      expectClose([step.survival, step.standardError], [row[3], row[4]], relative: 1e-13)
      expectClose([step.interval.low, step.interval.high], [row[5], row[6]], relative: 1e-12)
    }
    #expect(curve.survival(at: 2.9) == 1 && curve.survival(at: 1e9) == curve.steps.last?.survival)
    #expect(KaplanMeier(times: [1, 2], collapsed: [false, false]).median == nil)
    #expect(KaplanMeier(times: [1, 2, 3], collapsed: [true, true, true]).median == 2)
  }

  /// SciPy's exact interval of a median ends at the same two order statistics.
  @Test func mediansAgreeWithTheReference() {
    #expect(golden.medians.count == 5)
    for expected in golden.medians {
      let estimate = medianEstimate(expected.values)
      #expect(estimate.low == expected.low && estimate.high == expected.high)
      expectClose(estimate.value, expected.median, absolute: 1e-15)
    }
    let range = medianEstimate([3, 1, 2])
    #expect(range.value == 2 && range.low == 1 && range.high == 3)
    #expect(medianEstimate([4]).low.isNaN)
    let many = medianEstimate((0..<100_001).map(Double.init))
    // Half a binomial's 1.96 standard deviations on either side.
    #expect(many.value == 50_000 && abs(many.low - 49_690) < 2 && abs(many.high - 50_310) < 2)
  }

  @Test func heavyTailsAreSeen() throws {
    let even = (0..<100).map { Double($0) }
    let mild = try #require(HeavyTail(even))
    #expect(!mild.isHeavy && mild.warning == nil)
    let heavy = try #require(HeavyTail(even + [1e6]))
    #expect(heavy.isHeavy && heavy.warning != nil)
    expectClose(heavy.largestShare, 0.99, absolute: 0.01)
    #expect(try #require(HeavyTail(even + [1e200])).largestShare > 0.98)
    #expect(HeavyTail([1, 2, 3]) == nil && HeavyTail([Double](repeating: 1, count: 30)) == nil)
  }
}
