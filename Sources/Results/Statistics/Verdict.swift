/// Whether a quantity of a cell got worse from generation 0 to its last generation: the mean over seeds of
/// the difference within each seed, with its 95 % interval.
public struct Verdict: Sendable, Equatable {
  public enum Word: String, Sendable {
    /// The interval lies on the side of collapse.
    case worse
    /// It lies on the other side.
    case better
    /// It holds 0, or there are too few seeds for one.
    case undecided
  }

  public let cell: String
  public let metric: String
  /// The last generation that every seed with a value at generation 0 has reached.
  public let generation: Int
  /// Means over the seeds at generation 0 and at the last one.
  public let first: Double
  public let last: Double
  public let change: Estimate
  /// Seeds in which it got worse.
  public let seedsWorse: Int
  public let word: Word

  /// - Parameters:
  ///   - rises: whether the quantity rises when a model collapses; otherwise it falls.
  ///   - resampling: what was drawn for the last cell, as for `summarise`.
  /// - Returns: nil where the metric is not there, has one generation, or no seed has finite values at
  ///   both ends.
  public init?(
    _ table: CellTable, metric: String, risesInCollapse rises: Bool,
    resampling: inout BootstrapWeights?
  ) {
    guard let column = table.metrics.firstIndex(of: metric), table.generations > 1 else { return nil }
    func value(_ seed: Int, _ generation: Int) -> Double {
      table.values[(seed * table.generations + generation) * table.metrics.count + column]
    }
    let started = table.seeds.indices.filter { value($0, 0).isFinite }
    let ends = (1..<table.generations).last { generation in
      started.allSatisfy { value($0, generation).isFinite }
    }
    guard !started.isEmpty, let end = ends else { return nil }
    let pairs = started.map { (first: value($0, 0), last: value($0, end)) }
    let n = Double(pairs.count)
    cell = table.cell
    self.metric = metric
    generation = end
    first = pairs.reduce(0) { $0 + $1.first } / n
    last = pairs.reduce(0) { $0 + $1.last } / n
    change = bootstrapMean(
      pairs.map { $0.last - $0.first }.filter(\.isFinite), resampling: &resampling)
    let sign = rises ? 1.0 : -1.0
    seedsWorse = pairs.count { sign * ($0.last - $0.first) > 0 }
    let (low, high) = (sign * change.low, sign * change.high)
    word =
      if min(low, high) > 0 { .worse } else if max(low, high) < 0 { .better } else { .undecided }
  }
}
