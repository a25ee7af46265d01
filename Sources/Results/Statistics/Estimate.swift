/// A number estimated over seeds with its uncertainty.
public struct Estimate: Sendable, Equatable {
  /// Independent seeds or points behind it.
  public var n: Int
  public var value: Double
  /// Standard error; NaN where n is too small.
  public var se: Double
  /// The 95 % interval; NaN where n is too small.
  public var low: Double
  public var high: Double

  public init(n: Int, value: Double, se: Double, low: Double, high: Double) {
    self.n = n
    self.value = value
    self.se = se
    self.low = low
    self.high = high
  }
}

/// The mean difference second − first of two cells over the seeds they share, with the 95 %
/// percentile bootstrap over pairs. Arms of a study share real data and generation 0 by seed, which
/// the pairing removes from the error.
///
/// - Parameters:
///   - name: Names the comparison; the resampling is a function of it.
///   - first: (seed, value) of one cell, any order; likewise `second`. Pairs that are not finite
///     are left out.
public func pairedDifference(
  name: String, _ first: [(seed: Int, value: Double)], _ second: [(seed: Int, value: Double)]
) -> Estimate {
  let other = Dictionary(second.map { ($0.seed, $0.value) }, uniquingKeysWith: { a, _ in a })
  let differences = first.sorted { $0.seed < $1.seed }.compactMap { pair -> Double? in
    guard let value = other[pair.seed], (value - pair.value).isFinite else { return nil }
    return value - pair.value
  }
  return bootstrapMean(name: name, differences)
}

/// The mean of finite values, one a seed in the order of the seeds, with its 95 %
/// percentile-bootstrap interval.
///
/// - Parameter name: Names the values; the resampling is a function of it and of their number.
public func bootstrapMean(name: String, _ values: [Double]) -> Estimate {
  bootstrapMean(values) { BootstrapWeights(name: name, seeds: $0) }
}

/// The same with the resamples that all cells of a study share.
func bootstrapMean(_ values: [Double], resampling: inout BootstrapWeights?) -> Estimate {
  bootstrapMean(values) { BootstrapWeights.shared(seeds: $0, keptIn: &resampling) }
}

private func bootstrapMean(
  _ values: [Double], weights: (_ seeds: Int) -> BootstrapWeights
) -> Estimate {
  precondition(values.allSatisfy(\.isFinite), "values that are not finite")
  let moments = Moments(values)
  guard moments.n >= 2 else {
    return Estimate(n: moments.n, value: moments.mean, se: .nan, low: .nan, high: .nan)
  }
  let weights = weights(moments.n)
  var means = weights.sums(values.map { $0 - moments.mean }, columns: 1).map {
    $0 / Double(moments.n)
  }
  var scratch: [Double] = []
  let interval = means.withUnsafeMutableBufferPointer {
    centralInterval(of: $0, centre: 0, spread: moments.se, scratch: &scratch)
  }
  return Estimate(
    n: moments.n, value: moments.mean, se: moments.se, low: moments.mean + interval.low,
    high: moments.mean + interval.high)
}
