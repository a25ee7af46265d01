import Glibc

/// The statistics over seeds of every generation and metric of one cell.
///
/// The seed is the independent unit. Seeds are sorted first, so the result does not depend on the
/// order in which chains ended. Values that are not finite, or missing (NaN), do not enter; `n`
/// says how many did. Quantiles are type 7; the interval is the 95 % percentile bootstrap of the
/// mean over seeds (Efron 1979) with the same 2,000 resamples for all columns and all cells, whose chains
/// are paired by seed. Where seeds are missing, a resample's mean is over the finite values among its
/// seeds.
///
/// - Parameters:
///   - seeds: Distinct.
///   - values: [seeds × generations × metrics], row-major.
///   - resampling: what was drawn for the last cell, for the next one with as many seeds: the bits are the
///     same with any.
/// - Returns: generations × metrics rows, generation by generation.
/// - Complexity: 4,000 · values floating-point operations, as a matrix product.
public func summarise(
  cell: String, seeds: [Int], generations: Int, metrics: [String], values: [Double],
  resampling: inout BootstrapWeights?
) -> [SummaryRow] {
  let columns = generations * metrics.count
  precondition(
    values.count == seeds.count * columns, "\(values.count) values for \(seeds.count)×\(columns)")
  guard columns > 0, !seeds.isEmpty else { return [] }
  precondition(Set(seeds).count == seeds.count, "a seed stands twice")
  let order = seeds.indices.sorted { seeds[$0] < seeds[$1] }
  let weights = BootstrapWeights.shared(seeds: seeds.count, keptIn: &resampling)
  var rows: [SummaryRow] = []
  rows.reserveCapacity(columns)
  // As many columns at a time as keep the resampled sums (2,000 a column) in the cache.
  let width = 64
  for first in stride(from: 0, to: columns, by: width) {
    let last = min(first + width, columns)
    var part = ColumnBlock(
      gathering: values, rows: order, columns: first..<last, of: columns)
    let intervals = part.intervals(weights)
    for column in first..<last {
      let moments = part.moments[column - first]
      let quantiles = part.quantiles(column - first)
      let interval = intervals[column - first]
      rows.append(
        SummaryRow(
          cell: cell, generation: column / metrics.count, metric: metrics[column % metrics.count],
          n: moments.n, mean: moments.mean, sd: moments.sd, se: moments.se, median: quantiles[2],
          q05: quantiles[0], q25: quantiles[1], q75: quantiles[3], q95: quantiles[4],
          low: interval.low, high: interval.high))
    }
  }
  return rows
}

/// The statistics of a table from the index.
public func summarise(_ table: CellTable, resampling: inout BootstrapWeights?) -> [SummaryRow] {
  summarise(
    cell: table.cell, seeds: table.seeds, generations: table.generations, metrics: table.metrics,
    values: table.values, resampling: &resampling)
}

/// Some columns of a cell, each as one run of finite values.
private struct ColumnBlock {
  /// Rows of the table.
  let seeds: Int
  /// The finite values of each column.
  var finite: [[Double]] = []
  var moments: [Moments] = []
  /// The columns with any spread; the resampled means of the others are all the same.
  private var spread: [Int] = []
  /// Values minus the column's mean, [seeds × columns with spread]; 0 where not finite.
  private var deviations: [Double]
  /// 1 where finite, likewise.
  private var mask: [Double]

  init(gathering values: [Double], rows: [Int], columns: Range<Int>, of stride: Int) {
    seeds = rows.count
    for column in columns {
      var content: [Double] = []
      content.reserveCapacity(rows.count)
      for row in rows {
        let value = values[row * stride + column]
        if value.isFinite { content.append(value) }
      }
      let summary = Moments(content)
      if content.contains(where: { $0 != summary.mean }) { spread.append(column - columns.lowerBound) }
      finite.append(content)
      moments.append(summary)
    }
    deviations = [Double](repeating: 0, count: seeds * spread.count)
    mask = deviations
    for (index, column) in spread.enumerated() {
      for (place, row) in rows.enumerated() {
        let value = values[row * stride + columns.lowerBound + column]
        guard value.isFinite else { continue }
        deviations[place * spread.count + index] = value - moments[column].mean
        mask[place * spread.count + index] = 1
      }
    }
  }

  /// The 5, 25, 50, 75 and 95 % quantiles of a column; its values are reordered.
  mutating func quantiles(_ column: Int) -> [Double] {
    guard !finite[column].isEmpty else { return [Double](repeating: .nan, count: 5) }
    return Results.quantiles(&finite[column], [0.05, 0.25, 0.5, 0.75, 0.95])
  }

  /// The interval of each column's mean; NaN where n < 2.
  func intervals(_ weights: BootstrapWeights) -> [(low: Double, high: Double)] {
    var intervals = moments.map { $0.n < 2 ? (low: Double.nan, high: Double.nan) : ($0.mean, $0.mean) }
    guard !spread.isEmpty else { return intervals }
    var sums = weights.sums(deviations, columns: spread.count)
    let isComplete = spread.allSatisfy { moments[$0].n == seeds }
    let drawn = isComplete ? [] : weights.sums(mask, columns: spread.count)
    var scratch: [Double] = []
    sums.withUnsafeMutableBufferPointer { sums in
      for (index, column) in spread.enumerated() where moments[column].n >= 2 {
        let first = index * weights.resamples
        var part = UnsafeMutableBufferPointer(rebasing: sums[first..<(first + weights.resamples)])
        var divisor = 1.0
        if moments[column].n == seeds {
          // The same for all resamples, so that only the two quantiles are divided.
          divisor = Double(seeds)
        } else {
          // A resample may miss every finite value; it says nothing about the mean.
          var kept = 0
          for index in part.indices where drawn[first + index] > 0 {
            part[kept] = part[index] / drawn[first + index]
            kept += 1
          }
          part = UnsafeMutableBufferPointer(rebasing: part[..<kept])
        }
        let interval = centralInterval(
          of: part, centre: 0, spread: moments[column].se, divisor: divisor, scratch: &scratch)
        intervals[column] = (
          moments[column].mean + interval.low, moments[column].mean + interval.high
        )
      }
    }
    return intervals
  }
}

/// Count, mean and spread of finite values.
public struct Moments: Sendable, Equatable {
  public let n: Int
  /// NaN without values.
  public let mean: Double
  /// With divisor n − 1; NaN where n < 2.
  public let sd: Double
  /// sd/√n.
  public var se: Double { sd / Double(n).squareRoot() }

  /// Two passes, the first with Neumaier's compensated sum.
  public init(_ values: [Double]) {
    n = values.count
    mean = values.isEmpty ? .nan : compensatedSum(values) / Double(values.count)
    guard values.count > 1 else {
      sd = .nan
      return
    }
    var squares = 0.0
    var rest = 0.0
    for value in values {
      let deviation = value - mean
      squares += deviation * deviation
      rest += deviation
    }
    // Chan, Golub and LeVeque (1983): what rounding of the mean leaves.
    sd = (max(0, squares - rest * rest / Double(n)) / Double(n - 1)).squareRoot()
  }
}

/// Neumaier's sum: an error of about one rounding, whatever the number of terms.
func compensatedSum(_ values: [Double]) -> Double {
  var sum = 0.0
  var lost = 0.0
  for value in values {
    let next = sum + value
    lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
    sum = next
  }
  return sum.isFinite ? sum + lost : sum
}
