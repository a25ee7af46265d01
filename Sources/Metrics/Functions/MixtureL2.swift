import Engine
import Glibc
import Laws

/// ∫(f − g)² of two Gaussian mixture densities, in closed form:
/// ∫N(x; μ, Σ)N(x; μ′, Σ′)dx = N(μ; μ′, Σ+Σ′).
///
/// +∞ when a component is degenerate; NaN for non-finite numbers. Values below about 1e-16 of the
/// two squared norms are rounding.
///
/// - Complexity: O(components² · d³).
public func mixtureL2Squared(_ f: MixtureLaw, _ g: MixtureLaw) -> Double {
  precondition(f.dimension == g.dimension, "dimensions \(f.dimension) and \(g.dimension)")
  let within = densityProduct(f, f) + densityProduct(g, g)
  guard within.isFinite else { return within }
  let result = within - 2 * densityProduct(f, g)
  return result < 0 ? 0 : result
}

/// ∫f·g of two Gaussian mixture densities.
public func densityProduct(_ f: MixtureLaw, _ g: MixtureLaw) -> Double {
  var sum = 0.0
  for (weight, a) in zip(f.weights, f.components) where weight != 0 {
    for (other, b) in zip(g.weights, g.components) where other != 0 {
      let joint = GaussianLaw(
        mean: b.mean, covariance: zip(a.covariance, b.covariance).map { $0 + $1 })
      let finite = joint.covariance.allSatisfy(\.isFinite)
      guard finite else { return .nan }
      // The product of two point masses at different places is 0, at the same place infinite.
      guard joint.factor.isTriangular else {
        if a.mean == b.mean { return .infinity }
        continue
      }
      sum += weight * other * exp(joint.logDensity(a.mean, rows: 1)[0])
    }
  }
  return sum
}

extension Law {
  /// The law as a Gaussian mixture: itself, or a Gaussian as its only component; `nil` for others.
  public var asMixture: MixtureLaw? {
    switch self {
    case .mixture(let law): law
    case .gaussian(let law): MixtureLaw(weights: [1], components: [law])
    case .categorical, .kernelDensity, .regression, .tokens: nil
    }
  }
}
