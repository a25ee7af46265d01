import Glibc

/// One quantity of a cell as curves over generations, one a seed, up to the last generation that every
/// seed with a value at generation 0 has reached.
struct SeedCurves {
  let seeds: [Int]
  /// The last generation.
  let last: Int
  /// [seeds × (last + 1)], all finite.
  private let values: [Double]

  /// - Returns: nil where the quantity is not there, has one generation, or no seed has finite values at
  ///   both ends.
  init?(_ table: CellTable, metric: String) {
    guard let column = table.metrics.firstIndex(of: metric), table.generations > 1 else { return nil }
    func value(_ row: Int, _ generation: Int) -> Double {
      table.values[(row * table.generations + generation) * table.metrics.count + column]
    }
    let rows = table.seeds.indices.filter { value($0, 0).isFinite }
    var reached = 0
    while reached + 1 < table.generations,
      rows.allSatisfy({ value($0, reached + 1).isFinite })
    {
      reached += 1
    }
    guard !rows.isEmpty, reached > 0 else { return nil }
    last = reached
    seeds = rows.map { table.seeds[$0] }
    values = rows.flatMap { row in (0...reached).map { value(row, $0) } }
  }

  private func curve(_ row: Int) -> ArraySlice<Double> {
    values[(row * (last + 1))..<((row + 1) * (last + 1))]
  }

  /// The value of a seed that is there.
  func value(seed: Int, generation: Int) -> Double {
    guard let row = seeds.firstIndex(of: seed) else { preconditionFailure("no seed \(seed)") }
    return values[row * (last + 1) + generation]
  }

  /// The last value less the first one.
  var changes: [Double] {
    seeds.indices.map { values[$0 * (last + 1) + last] - values[$0 * (last + 1)] }
  }

  /// The last value over the first one; nil unless all first ones are positive.
  var ratios: [Double]? {
    let pairs = seeds.indices.map { (values[$0 * (last + 1)], values[$0 * (last + 1) + last]) }
    return pairs.allSatisfy { $0.0 > 0 } ? pairs.map { $0.1 / $0.0 } : nil
  }

  /// The least-squares slopes, a generation, over the second half; nil with fewer than three generations
  /// in it.
  var lateSlopes: [Double]? {
    let half = (last + 1) / 2
    let x = (half...last).map(Double.init)
    guard x.count >= 3 else { return nil }
    return seeds.indices.compactMap {
      LeastSquaresLine(x: x, y: Array(curve($0).dropFirst(half)))?.slope.value
    }
  }
}

/// The median of one value a seed with its distribution-free interval: from the k-th smallest to the k-th
/// largest value for the largest k that leaves at least 95 %, by the binomial law (David and Nagaraja
/// 2003, section 7.1). With fewer than six values, where there is none, their range, whose coverage is
/// 1 − 2^(1−n): 93.75 % for five.
public func medianEstimate(_ values: [Double]) -> Estimate {
  precondition(values.allSatisfy(\.isFinite), "values that are not finite")
  let sorted = values.sorted()
  let n = sorted.count
  guard n >= 2 else {
    return Estimate(n: n, value: sorted.first ?? .nan, se: .nan, low: .nan, high: .nan)
  }
  let middle = n % 2 == 1 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2])
  // The tail is P(Bin(n, 1/2) < k), the chance that the median lies below the k-th smallest; the term
  // is the logarithm of the next one.
  var term = -Double(n) * Glibc.log(2)
  var tail = 0.0
  var k = 0
  while k < n / 2, tail + Glibc.exp(term) <= 0.025 {
    tail += Glibc.exp(term)
    term += Glibc.log(Double(n - k) / Double(k + 1))
    k += 1
  }
  let rank = max(k, 1)
  return Estimate(
    n: n, value: middle, se: .nan, low: sorted[rank - 1], high: sorted[n - rank])
}
