import Engine
import Laws
import Options
import Randomness
import Samples

/// One Gaussian fitted by maximum likelihood or with the unbiased covariance.
///
/// The sampling bias λ multiplies the covariance: samples come from N(μ, λΣ).
public struct Gaussian: GenerativeModel {
  public typealias Statistics = GaussianStatistics

  /// How samples, or their statistics, are drawn.
  enum Route: String, CaseIterable { case data, statistics }

  static let estimator = Option.choice(
    "estimator", ["unbiased", "biased"], default: "unbiased",
    help: "Covariance divided by M − 1 (unbiased) or by M (maximum likelihood).")
  static let family = Option.choice(
    "covariance", CovarianceFamily.allCases.map(\.rawValue), default: "full",
    help: "Covariances the model can express: full, diagonal or spherical (expressivity error).")
  static let route = Option.choice(
    "route", Route.allCases.map(\.rawValue), default: "data",
    help:
      "Draw every sample (data), or draw sample mean and scatter from their exact laws (statistics)."
  )

  public static let component = Component(
    name: "gaussian", summary: "A Gaussian fitted by its moments.",
    source: "Shumailov et al. 2024; Alemohammad et al. 2023",
    options: [
      estimator.spec, family.spec, route.spec, FitSteps.stepsOption.spec, FitSteps.rateOption.spec,
    ])

  let dimension: Int
  let space: SampleSpace
  let isUnbiased: Bool
  let family: CovarianceFamily
  let samplingRoute: Route
  let steps: FitSteps
  /// The fitted law; `nil` before the first fit.
  private(set) var fitted: GaussianLaw?

  /// - Throws: `ComponentError` for samples that are not vectors or images.
  public init(options: OptionValues, space: SampleSpace) throws {
    switch space {
    case .vectors, .images: dimension = space.width
    default: throw ComponentError("gaussian", "models vectors and images, not \(space.description)")
    }
    self.space = space
    isUnbiased = options[Gaussian.estimator] == "unbiased"
    family = CovarianceFamily(rawValue: options[Gaussian.family]) ?? .full
    samplingRoute = Route(rawValue: options[Gaussian.route]) ?? .data
    steps = FitSteps(options: options)
  }

  public var law: Law? { fitted.map { .gaussian($0) } }

  public func summarize(_ samples: SampleSet) -> GaussianStatistics? {
    GaussianStatistics(of: samples)
  }

  /// Fits mean and covariance, from merged statistics or from exact laws.
  ///
  /// Reports `rank`, the rank of the covariance.
  ///
  /// - Throws: `FitError.notFinite` for non-finite statistics, `.degenerate` for an empty set and for
  ///   one sample with the unbiased estimator, `.needsSamples` for laws without moments.
  /// - Complexity: O(dimension³), whatever the number of samples.
  public mutating func fit(
    _ training: TrainingSet<GaussianStatistics>, key: RandomKey
  ) throws -> FitReport {
    let target: GaussianLaw
    if let laws = training.laws {
      target = try exactFit(to: laws)
    } else {
      target = try exactFit(to: statistics(of: training))
    }
    fitted = steps.steps == nil ? target : damped(towards: target)
    return FitReport([("rank", Double(fitted?.rank ?? 0))])
  }

  private func exactFit(to statistics: GaussianStatistics) throws(FitError) -> GaussianLaw {
    let n = statistics.count
    guard n > 0 else { throw .degenerate("a Gaussian needs at least one sample") }
    guard n > 1 || !isUnbiased else {
      throw .degenerate("the unbiased covariance of one sample does not exist")
    }
    let divisor = Double(isUnbiased ? n - 1 : n)
    guard statistics.isMeanFinite else {
      throw .notFinite(quantity: "the mean of the training set")
    }
    guard let law = statistics.law(divisor: divisor, maximumRank: n - 1) else {
      throw .notFinite(quantity: "the covariance of the training set")
    }
    guard family != .full,
      let variances = family.variances(law.covariance, dimension: dimension)
    else { return law }
    return GaussianLaw(mean: law.mean, variances: variances)
  }

  private func exactFit(to laws: [(weight: Double, law: Law)]) throws(FitError) -> GaussianLaw {
    var parts: [(weight: Double, mean: [Double], covariance: [Double])] = []
    for (weight, law) in laws {
      guard let moments = law.moments, moments.mean.count == dimension else {
        throw Gaussian.cannotFit(law)
      }
      parts.append((weight, moments.mean, moments.covariance))
    }
    guard !parts.isEmpty else { throw .degenerate("no law to fit") }
    let pooled = pooledMoments(parts)
    try checkFinite(mean: pooled.mean, covariance: pooled.covariance)
    return expressed(mean: pooled.mean, covariance: pooled.covariance)
  }

  /// A finite diagonal bounds every entry of a scatter matrix (Cauchy–Schwarz).
  private func checkFinite(mean: [Double], covariance: [Double]) throws(FitError) {
    for index in 0..<dimension {
      guard mean[index].isFinite else { throw .notFinite(quantity: "the mean of the training set") }
      guard covariance[index * dimension + index].isFinite else {
        throw .notFinite(quantity: "the covariance of the training set")
      }
    }
  }

  private func expressed(
    mean: [Double], covariance: [Double], maximumRank: Int = .max
  ) -> GaussianLaw {
    if let variances = family.variances(covariance, dimension: dimension) {
      return GaussianLaw(mean: mean, variances: variances)
    }
    return GaussianLaw(mean: mean, covariance: covariance, maximumRank: maximumRank)
  }

  /// `FitSteps` in the mean parameters (E x, E xxᵀ), written for mean and covariance. The start is the
  /// present law, N(0, I) for a model never fitted.
  private func damped(towards target: GaussianLaw) -> GaussianLaw {
    let start = fitted ?? .standard(dimension: dimension)
    let a = steps.startWeight
    let pooled = pooledMoments([
      (1 - a, target.mean, target.covariance), (a, start.mean, start.covariance),
    ])
    return expressed(mean: pooled.mean, covariance: pooled.covariance)
  }
}
