import Glibc

/// A straight line y = intercept + slope · x fitted by least squares.
public struct LeastSquaresLine: Sendable, Equatable {
  /// With the standard error √(RSS/(n−2)/Sxx) and the 95 % interval from Student's t with n − 2
  /// degrees of freedom; both NaN where n < 3. They hold for independent errors: for generations of
  /// one chain, fit a line a seed and use `bootstrapMean` of the slopes.
  public let slope: Estimate
  public let intercept: Double

  /// - Parameters: x and y of equal counts; points that are not finite are left out.
  /// - Returns: `nil` with fewer than two distinct x.
  public init?(x: [Double], y: [Double]) {
    precondition(x.count == y.count, "\(x.count) x and \(y.count) y")
    let points = x.indices.filter { x[$0].isFinite && y[$0].isFinite }
    let n = points.count
    let meanX = compensatedSum(points.map { x[$0] }) / Double(n)
    let meanY = compensatedSum(points.map { y[$0] }) / Double(n)
    let sxx = compensatedSum(points.map { (x[$0] - meanX) * (x[$0] - meanX) })
    let sxy = compensatedSum(points.map { (x[$0] - meanX) * (y[$0] - meanY) })
    guard n >= 2, sxx > 0 else { return nil }
    let slope = sxy / sxx
    intercept = meanY - slope * meanX
    guard n >= 3 else {
      self.slope = Estimate(n: n, value: slope, se: .nan, low: .nan, high: .nan)
      return
    }
    let residuals = points.map { (y[$0] - meanY) - slope * (x[$0] - meanX) }
    let se = (compensatedSum(residuals.map { $0 * $0 }) / Double(n - 2) / sxx).squareRoot()
    let t = studentQuantile(0.975, degreesOfFreedom: Double(n - 2))
    self.slope = Estimate(n: n, value: slope, se: se, low: slope - t * se, high: slope + t * se)
  }
}

/// The quantile of Student's t, by bisection of its distribution function.
///
/// - Parameter probability: In (0, 1).
public func studentQuantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
  precondition(probability > 0 && probability < 1 && degreesOfFreedom > 0)
  if probability < 0.5 {
    return -studentQuantile(1 - probability, degreesOfFreedom: degreesOfFreedom)
  }
  // P(T > t) = I_{ν/(ν+t²)}(ν/2, ½)/2.
  func tail(_ t: Double) -> Double {
    0.5
      * regularizedBeta(
        degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
  }
  var low = 0.0
  var high = 1.0
  while tail(high) > 1 - probability { high *= 2 }
  while true {
    let middle = low + (high - low) / 2
    if middle <= low || middle >= high { return middle }
    if tail(middle) > 1 - probability { low = middle } else { high = middle }
  }
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and
/// Stegun 26.5.8) evaluated with Lentz's method.
func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  // The fraction converges quickly below the mean.
  if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
  let logBeta = lgamma(a) + lgamma(b) - lgamma(a + b)
  let front = exp(a * log(x) + b * log1p(-x) - logBeta) / a
  let tiny = 1e-300
  var c = 1.0
  var d = 1 / max(1 - (a + b) * x / (a + 1), tiny)
  var value = d
  for m in 1...10_000 {
    let m = Double(m)
    for term in [
      m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
    ] {
      d = 1 + term * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + term / c
      c = abs(c) < tiny ? tiny : c
      value *= c * d
    }
    if abs(c * d - 1) < 1e-16 { break }
  }
  return front * value
}
