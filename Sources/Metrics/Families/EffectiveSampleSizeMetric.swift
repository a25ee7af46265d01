import Laws
import Options
import Samples

/// The effective sample size of one generation, by distance: `from_mean`, the number of real
/// samples whose mean is as far from the true one; `from_w2`, the number whose unbiased Gaussian
/// fit is as far in W2² (one-dimensional Gaussian data only: in more dimensions E W2² has no closed
/// form).
///
/// A single chain's size scatters widely. The size of a loop comes from distances averaged over
/// seeds, through the functions `effectiveSampleSize(varianceTrace:meanErrorSquared:)` and
/// `effectiveSampleSize(w2Squared:variance:)`.
public struct EffectiveSampleSizeMetric: Metric {
  public static let component = Component(
    name: "effective-sample-size", summary: "Real samples that would be as far from the truth.",
    source: "Alemohammad et al. 2024", options: [MetricSource.option.spec])

  private enum Real {
    case vectors(GaussianLaw, isGaussian: Bool)
    case categories(CategoricalLaw)
  }

  private let real: Real
  private let usesLaw: Bool
  public let quantities: [String]
  public var needsSamples: Bool { !usesLaw }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    usesLaw = try MetricSource.usesLaw(options, reference, metric: name)
    guard let law = reference.law else {
      throw ComponentError(name, "needs real data whose law is known")
    }
    if case .categorical(let law) = law {
      real = .categories(law)
      quantities = ["from_mean"]
    } else if let moments = law.moments {
      var isGaussian = false
      if case .gaussian = law, moments.dimension == 1 { isGaussian = true }
      real = .vectors(moments, isGaussian: isGaussian)
      quantities = isGaussian ? ["from_mean", "from_w2"] : ["from_mean"]
    } else {
      throw unsupported(name, reference.space, needs: "vectors or categories")
    }
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    switch real {
    case .categories(let first):
      let law = try subject.categoricalLaw(
        metric: name, usesLaw: usesLaw, categories: first.probabilities.count)
      return [
        effectiveSampleSize(
          varianceTrace: first.heterozygosity,
          meanErrorSquared: squaredDistance(law.probabilities, first.probabilities))
      ]
    case .vectors(let first, let isGaussian):
      let (mean, covariance) = try moments(subject, dimension: first.dimension, full: isGaussian)
      let size = effectiveSampleSize(
        varianceTrace: first.varianceTrace, meanErrorSquared: squaredDistance(mean, first.mean))
      guard isGaussian else { return [size] }
      guard covariance[0].isFinite else { return [size, .nan] }
      let distance = gaussianW2Squared(GaussianLaw(mean: mean, covariance: covariance), first)
      return [size, effectiveSampleSize(w2Squared: distance, variance: first.covariance[0])]
    }
  }

  private func moments(
    _ subject: Subject, dimension: Int, full: Bool
  ) throws -> (mean: [Double], covariance: [Double]) {
    guard usesLaw else {
      let mean = sampleMean(subject.samples.reals, dimension: dimension)
      return (mean, full ? sampleCovariance(subject.samples.reals, mean: mean) : [])
    }
    let law = try subject.requireLaw(metric: Self.component.name)
    guard let moments = law.moments, moments.dimension == dimension else {
      throw ComponentError(
        Self.component.name, "the model's law is \(law.kindName), not one of real vectors")
    }
    return (moments.mean, moments.covariance)
  }
}
