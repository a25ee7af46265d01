import Engine

/// Mean and covariance of features, prepared for Fréchet distances.
public struct FeatureMoments: Sendable {
  /// [width]
  public let mean: [Double]
  /// tr Σ.
  public let trace: Double
  /// √λ·v for each eigenvalue λ above 0 with its eigenvector v: [rank×width].
  let root: [Double]
  var rank: Int { root.count / mean.count }

  /// The mean and the unbiased covariance of features [rows×width].
  ///
  /// - Returns: `nil` for fewer than two rows or a number that is not finite.
  /// - Complexity: O(rows·width² + width³).
  public init?(_ features: [Double], width: Int) {
    let mean = sampleMean(features, dimension: width)
    self.init(mean: mean, covariance: sampleCovariance(features, mean: mean))
  }

  /// Eigenvalues below width·ε·the largest count as zero: they are rounding, and the square root
  /// would lift them.
  ///
  /// - Parameter covariance: [width×width], symmetric positive semi-definite.
  /// - Returns: `nil` when a number is not finite.
  public init?(mean: [Double], covariance: [Double]) {
    let width = mean.count
    guard mean.allSatisfy(\.isFinite),
      let (values, vectors) = symmetricEigen(covariance, dimension: width)
    else { return nil }
    let least = Double(width) * .ulpOfOne * max(values.last ?? 0, 0)
    var root: [Double] = []
    for (index, value) in values.enumerated() where value > least {
      let length = value.squareRoot()
      root += vectors[index * width..<(index + 1) * width].lazy.map { length * $0 }
    }
    self.mean = mean
    trace = (0..<width).reduce(0) { $0 + covariance[$1 * width + $1] }
    self.root = root
  }
}

/// The two terms of the Fréchet distance between Gaussian laws with these moments (Heusel et al. 2017,
/// equation 6; squared, as it is reported): ‖μa − μb‖² and tr(Σa + Σb − 2(Σa^½·Σb·Σa^½)^½).
///
/// With Σ = Rᵀ·R from the eigenvalues, the last trace is the sum of the singular values of Ra·Rbᵀ:
/// they are the square roots of that product's eigenvalues, without squaring first. Covariances may be
/// singular. The second term of equal laws is 0 but for rounding, never below.
///
/// - Complexity: O(width³).
public func frechetDistance(
  _ a: FeatureMoments, _ b: FeatureMoments
) -> (mean: Double, covariance: Double) {
  precondition(a.mean.count == b.mean.count, "widths \(a.mean.count) and \(b.mean.count)")
  let shift = squaredDistance(a.mean, b.mean)
  let traces = a.trace + b.trace
  guard a.rank > 0, b.rank > 0 else { return (shift, traces) }
  var cross = [Double](repeating: 0, count: a.rank * b.rank)  // Ra·Rbᵀ [rank a×rank b]
  multiply(
    a.root, b.root, transposingB: true, m: a.rank, n: b.rank, k: a.mean.count, into: &cross)
  guard let singular = singularValues(cross, rows: a.rank, columns: b.rank) else {
    return (shift, .nan)
  }
  return (shift, max(0, traces - 2 * singular.reduce(0, +)))
}
