import Engine
import Glibc
import Laws

/// W2² between two Gaussian laws: ‖μa−μb‖² + tr Σa + tr Σb − 2 tr(Σa^½ Σb Σa^½)^½ (Dowson and
/// Landau 1982; Gelbrich 1990). For other laws with these moments it is a lower bound.
///
/// The last trace is the sum of the singular values of FaᵀFb with Σ = F·Fᵀ, which needs no matrix
/// square root and holds for singular covariances. NaN when a law holds a non-finite number.
///
/// - Complexity: O(d³); O(1) for d = 1, where it is (μa−μb)² + (σa−σb)².
public func gaussianW2Squared(_ a: GaussianLaw, _ b: GaussianLaw) -> Double {
  precondition(a.dimension == b.dimension, "dimensions \(a.dimension) and \(b.dimension)")
  let d = a.dimension
  if d == 1 {
    let shift = a.mean[0] - b.mean[0]
    let spread = a.covariance[0].squareRoot() - b.covariance[0].squareRoot()
    return shift * shift + spread * spread
  }
  var shift = 0.0
  for index in 0..<d {
    let gap = a.mean[index] - b.mean[index]
    shift += gap * gap
  }
  let traces = a.varianceTrace + b.varianceTrace
  guard shift.isFinite, traces.isFinite else { return .nan }
  let rows = a.factor.rank
  let columns = b.factor.rank
  guard rows > 0, columns > 0 else { return shift + traces }
  var cross = [Double](repeating: 0, count: rows * columns)  // FaᵀFb [rank a×rank b]
  multiply(
    a.factor.values, b.factor.values, transposingA: true, m: rows, n: columns, k: d, into: &cross)
  guard let singular = singularValues(cross, rows: rows, columns: columns) else { return .nan }
  return shift + max(0, traces - 2 * singular.reduce(0, +))
}

/// E|N(μ, s²)|, the mean of a folded normal law.
public func foldedNormalMean(mean: Double, standardDeviation: Double) -> Double {
  guard standardDeviation > 0 else { return abs(mean) }
  let ratio = mean / standardDeviation
  return standardDeviation * (2 / Double.pi).squareRoot() * exp(-0.5 * ratio * ratio)
    + mean * erf(ratio / 2.0.squareRoot())
}

/// W1 between two one-dimensional Gaussian laws: the coupling is x ↦ Δμ + Δσ·z, so it is the mean
/// of a folded normal law.
public func gaussianW1(_ a: GaussianLaw, _ b: GaussianLaw) -> Double {
  precondition(a.dimension == 1 && b.dimension == 1, "dimensions \(a.dimension) and \(b.dimension)")
  return foldedNormalMean(
    mean: a.mean[0] - b.mean[0],
    standardDeviation: abs(a.covariance[0].squareRoot() - b.covariance[0].squareRoot()))
}
