import Engine
import Laws
import Samples

/// What the E-step hands to the M-step: the log-likelihood under the present parameters and the
/// responsibility-weighted sums, moments about the present means.
struct MixtureSums {
  let dimension: Int
  /// ln likelihood of all points.
  var logLikelihood = 0.0
  /// Σ r, [components]
  var mass: [Double]
  /// Σ r(x − mean), [components×dimension]
  var first: [Double]
  /// Σ r(x − mean)(x − mean)ᵀ, [components×dimension×dimension], or its diagonal
  /// [components×dimension] when `isDiagonal`.
  var second: [Double]
  let isDiagonal: Bool

  init(components: Int, dimension: Int, isDiagonal: Bool) {
    self.dimension = dimension
    self.isDiagonal = isDiagonal
    mass = [Double](repeating: 0, count: components)
    first = [Double](repeating: 0, count: components * dimension)
    second = [Double](
      repeating: 0, count: components * dimension * (isDiagonal ? 1 : dimension))
  }

  /// A component with less mass than this has no samples left.
  static let emptyMass = 1e-8

  /// The M-step: weights N_k/N, means, covariances + regularisation·I in `family`.
  ///
  /// An empty component keeps its mean and covariance at weight zero, which leaves the likelihood
  /// where it is.
  ///
  /// - Throws: `FitError.degenerate` when a covariance is not positive definite, `.notFinite` when a
  ///   moment overflows.
  func maximised(
    from present: MixtureLaw, family: CovarianceFamily, regularisation: Double
  ) throws(FitError) -> MixtureLaw {
    let total = mass.reduce(0, +)
    guard total.isFinite, total > 0 else { throw .notFinite(quantity: "the mixture's likelihood") }
    var weights: [Double] = []
    var components: [GaussianLaw] = []
    for (k, old) in present.components.enumerated() {
      guard mass[k] > MixtureSums.emptyMass else {
        weights.append(0)
        components.append(old)
        continue
      }
      weights.append(mass[k] / total)
      let new = component(k, from: old, family: family, regularisation: regularisation)
      guard new.mean.allSatisfy(\.isFinite), new.varianceTrace.isFinite else {
        throw .notFinite(quantity: "a moment of component \(k)")
      }
      guard new.factor.isTriangular else {
        throw .degenerate(
          "the covariance of component \(k) is singular; regularisation above 0 prevents it")
      }
      components.append(new)
    }
    return MixtureLaw(weights: weights, components: components)
  }

  private func component(
    _ k: Int, from old: GaussianLaw, family: CovarianceFamily, regularisation: Double
  ) -> GaussianLaw {
    let d = dimension
    var shift = [Double](repeating: 0, count: d)
    var mean = old.mean
    for i in 0..<d {
      shift[i] = first[k * d + i] / mass[k]
      mean[i] += shift[i]
    }
    if isDiagonal {
      var variances = [Double](repeating: 0, count: d)
      for i in 0..<d {
        variances[i] = second[k * d + i] / mass[k] - shift[i] * shift[i] + regularisation
      }
      if family == .spherical {
        let average = variances.reduce(0, +) / Double(d)
        variances = [Double](repeating: average, count: d)
      }
      return GaussianLaw(mean: mean, variances: variances)
    }
    var covariance = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      for j in 0..<d {
        covariance[i * d + j] = second[(k * d + i) * d + j] / mass[k] - shift[i] * shift[j]
      }
      covariance[i * d + i] += regularisation
    }
    if let variances = family.variances(covariance, dimension: d) {
      return GaussianLaw(mean: mean, variances: variances)
    }
    return GaussianLaw(mean: mean, covariance: covariance)
  }
}
