import Foundation
import Testing
import TestSupport

/// Mean, variance and skewness of draws against their exact values, each by the
/// four-standard-error rule.
func expectMoments(
  _ values: [Double], mean: Double, variance: Double, skew: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let deviation = variance.squareRoot()
  let standard = values.map { ($0 - mean) / deviation }
  expectWithinFourStandardErrors(standard, exact: 0, scale: 1, sourceLocation: sourceLocation)
  expectWithinFourStandardErrors(
    standard.map { $0 * $0 }, exact: 1, sourceLocation: sourceLocation)
  expectWithinFourStandardErrors(
    standard.map { $0 * $0 * $0 }, exact: skew, scale: max(1, abs(skew)),
    sourceLocation: sourceLocation)
}

/// Pearson's chi-square of observed counts against expected ones, below the value that Wilson and
/// Hilferty give for z = 4: false alarm 3e-5 a check. Neighbouring cells with fewer than 10
/// expected are pooled first.
func expectChiSquare(
  _ observed: [Int], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
  guard observed.count == expected.count else {
    Issue.record(
      "\(observed.count) cells, \(expected.count) expected", sourceLocation: sourceLocation)
    return
  }
  let total = expected.reduce(0, +)
  #expect(
    abs(Double(observed.reduce(0, +)) - total) <= 1e-6 * total + 1, "counts do not add up",
    sourceLocation: sourceLocation)
  var pooled: [(Double, Double)] = []
  var open = (0.0, 0.0)
  for (o, e) in zip(observed, expected) {
    open = (open.0 + Double(o), open.1 + e)
    if open.1 >= 10 {
      pooled.append(open)
      open = (0, 0)
    }
  }
  if open.1 > 0 || open.0 > 0, let last = pooled.popLast() {
    pooled.append((last.0 + open.0, last.1 + open.1))
  }
  #expect(pooled.count >= 2, "too few draws for a test", sourceLocation: sourceLocation)
  let statistic = pooled.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
  let freedom = Double(pooled.count - 1)
  let root = 1 - 2 / (9 * freedom) + 4 * (2 / (9 * freedom)).squareRoot()
  let limit = freedom * root * root * root
  #expect(
    statistic <= limit,
    "chi-square \(statistic) with \(freedom) degrees of freedom, limit \(limit)",
    sourceLocation: sourceLocation)
}

/// Kolmogorov–Smirnov: √n·sup|F̂ − F| ≤ 2.3, false alarm 2·exp(−2·2.3²) = 5e-5.
func expectKolmogorovSmirnov(
  _ values: [Double], sourceLocation: SourceLocation = #_sourceLocation,
  cdf: (Double) -> Double
) {
  let n = Double(values.count)
  var distance = 0.0
  for (index, value) in values.sorted().enumerated() {
    let exact = cdf(value)
    distance = max(distance, exact - Double(index) / n, Double(index + 1) / n - exact)
  }
  let statistic = distance * n.squareRoot()
  #expect(
    statistic <= 2.3, "Kolmogorov–Smirnov statistic \(statistic), limit 2.3",
    sourceLocation: sourceLocation)
}

/// Counts in the cells that `edges`, ascending, cut the line into: edges.count + 1 of them.
func cellCounts(_ values: [Double], edges: [Double]) -> [Int] {
  var counts = [Int](repeating: 0, count: edges.count + 1)
  for value in values {
    var low = 0
    var high = edges.count
    while low < high {
      let middle = (low + high) / 2
      if value > edges[middle] { low = middle + 1 } else { high = middle }
    }
    counts[low] += 1
  }
  return counts
}

func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

/// Sample correlation; n·r² is chi-square with one degree of freedom for independent numbers.
func correlation(_ x: [Double], _ y: [Double]) -> Double {
  let n = Double(x.count)
  let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
  var (sxy, sxx, syy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    sxy += (a - mx) * (b - my)
    sxx += (a - mx) * (a - mx)
    syy += (b - my) * (b - my)
  }
  return sxy / (sxx * syy).squareRoot()
}
