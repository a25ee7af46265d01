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

/// The mean of finite values, one a seed in the order of the seeds, with its 95 %
/// percentile-bootstrap interval.
///
/// - Parameter resampling: what was drawn for the last cell, as for `summarise`.
public func bootstrapMean(_ values: [Double], resampling: inout BootstrapWeights?) -> Estimate {
  precondition(values.allSatisfy(\.isFinite), "values that are not finite")
  let moments = Moments(values)
  guard moments.n >= 2 else {
    return Estimate(n: moments.n, value: moments.mean, se: .nan, low: .nan, high: .nan)
  }
  let weights = BootstrapWeights.shared(seeds: moments.n, keptIn: &resampling)
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
