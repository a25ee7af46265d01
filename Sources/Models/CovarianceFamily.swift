/// Which covariance matrices a Gaussian model can express.
public enum CovarianceFamily: String, Sendable, CaseIterable {
  case full
  case diagonal
  case spherical

  /// The matrix of the family nearest in likelihood: itself, its diagonal, or its mean variance.
  ///
  /// - Parameter covariance: [dimension×dimension]
  /// - Returns: the diagonal for the two smaller families, `nil` for `full`.
  func variances(_ covariance: [Double], dimension d: Int) -> [Double]? {
    guard self != .full else { return nil }
    var variances = [Double](repeating: 0, count: d)
    for index in 0..<d { variances[index] = covariance[index * d + index] }
    if self == .spherical {
      let mean = variances.reduce(0, +) / Double(d)
      variances = [Double](repeating: mean, count: d)
    }
    return variances
  }
}
