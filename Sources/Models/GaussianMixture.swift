import Engine
import Laws
import Options
import Randomness
import Samples

/// A mixture of Gaussians fitted by expectation maximisation; defaults and stopping rule as in
/// scikit-learn's `GaussianMixture`.
///
/// The sampling bias λ multiplies the covariance of every component.
public struct GaussianMixture: GenerativeModel {
  static let components = Option.integer(
    "components", in: 1...10_000, default: 2, help: "Number of Gaussians.")
  static let family = Option.choice(
    "covariance", CovarianceFamily.allCases.map(\.rawValue), default: "full",
    help: "Covariances of the components: full, diagonal or spherical.")
  static let start = Option.choice(
    "initialisation", MixtureStart.allCases.map(\.rawValue), default: "k-means++",
    help: "Start of a cold fit: k-means clusters, or random points with the pooled covariance.")
  static let tolerance = Option.real(
    "tolerance", in: .nonNegative, default: 1e-3,
    help: "Stop when the mean log-likelihood a sample changes by less than this in a step.")
  static let maximumSteps = Option.integer(
    "maximum_steps", in: 1...1_000_000_000, unit: "steps", default: 100,
    help: "Largest number of EM steps of a fit.")
  static let regularisation = Option.real(
    "regularisation", in: .nonNegative, default: 1e-6,
    help: "Added to the diagonal of every covariance in each step.")

  public static let component = Component(
    name: "gaussian-mixture", summary: "A mixture of Gaussians fitted by expectation maximisation.",
    source: "Shumailov et al. 2024",
    options: [
      components.spec, family.spec, start.spec, tolerance.spec, maximumSteps.spec,
      regularisation.spec,
    ])

  let space: SampleSpace
  let componentCount: Int
  let family: CovarianceFamily
  let start: MixtureStart
  let tolerance: Double
  let maximumSteps: Int
  let regularisation: Double
  private(set) var fitted: MixtureLaw?

  /// - Throws: `ComponentError` for samples that are not vectors or images.
  public init(options: OptionValues, space: SampleSpace) throws {
    switch space {
    case .vectors, .images: break
    default:
      throw ComponentError(
        "gaussian-mixture", "models vectors and images, not \(space.description)")
    }
    self.space = space
    componentCount = options[GaussianMixture.components]
    family = CovarianceFamily(rawValue: options[GaussianMixture.family]) ?? .full
    start = MixtureStart(rawValue: options[GaussianMixture.start]) ?? .kMeans
    tolerance = options[GaussianMixture.tolerance]
    maximumSteps = options[GaussianMixture.maximumSteps]
    regularisation = options[GaussianMixture.regularisation]
  }

  public var law: Law? { fitted.map { .mixture($0) } }

  /// Runs EM until the mean log-likelihood a sample changes by less than `tolerance`, from the present
  /// parameters where there are any (warm start).
  ///
  /// With exact laws instead of samples the fit is exact when together they have no more Gaussian
  /// components than this model; otherwise there is no closed form.
  ///
  /// Reports `steps`, `converged` (1 or 0), `log_likelihood` (the mean a sample at the last E-step,
  /// before the last M-step) and `empty_components` (components without samples; they keep their
  /// place at weight zero).
  ///
  /// - Throws: `FitError.notFinite`; `.degenerate` for fewer samples than components and for singular
  ///   covariances; `.needsSamples` for laws that are not such mixtures.
  /// - Complexity: O(steps · samples · components · dimension²).
  public mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws
    -> FitReport
  {
    if let laws = training.laws { return try fitExactly(laws) }
    let points = training.samples.reals
    let d = space.width
    guard points.allSatisfy(\.isFinite) else {
      throw FitError.notFinite(quantity: "a training sample")
    }
    guard points.count / d >= componentCount else {
      throw FitError.degenerate(
        "\(points.count / d) samples for \(componentCount) mixture components")
    }
    var stream = RandomStream(key: key)
    let first =
      try fitted
      ?? start.law(
        points, dimension: d, components: componentCount, family: family,
        regularisation: regularisation, stream: &stream)
    var ascent = ExpectationMaximisation(
      points: points, start: first, family: family, regularisation: regularisation)
    var likelihood = -Double.infinity
    var steps = 0
    var converged = false
    while steps < maximumSteps, !converged {
      try Interruption.check()
      let next = try ascent.step(check: Interruption.check)
      guard next.isFinite else { throw FitError.notFinite(quantity: "the mixture's likelihood") }
      steps += 1
      converged = abs(next - likelihood) < tolerance
      likelihood = next
    }
    fitted = ascent.parameters
    return report(steps: steps, converged: converged, likelihood: likelihood)
  }

  private func report(steps: Int, converged: Bool, likelihood: Double) -> FitReport {
    FitReport([
      ("steps", Double(steps)), ("converged", converged ? 1 : 0), ("log_likelihood", likelihood),
      ("empty_components", Double(fitted?.weights.count { $0 == 0 } ?? 0)),
    ])
  }

  private mutating func fitExactly(
    _ laws: [(weight: Double, law: Law)]
  ) throws(FitError) -> FitReport {
    var weights: [Double] = []
    var components: [GaussianLaw] = []
    func add(_ weight: Double, _ law: GaussianLaw) {
      let same = components.firstIndex {
        $0.mean == law.mean && $0.covariance == law.covariance
      }
      if let same {
        weights[same] += weight
      } else {
        weights.append(weight)
        components.append(law)
      }
    }
    for (weight, law) in laws where weight > 0 {
      switch law {
      case .gaussian(let part): add(weight, part)
      case .mixture(let part):
        for (share, component) in zip(part.weights, part.components) where share > 0 {
          add(weight * share, component)
        }
      default: throw GaussianMixture.cannotFit(law)
      }
    }
    let isExpressible = components.allSatisfy { component in
      component.dimension == space.width
        && (family.variances(component.covariance, dimension: component.dimension)
          .map { GaussianLaw(mean: component.mean, variances: $0).covariance }
          ?? component.covariance) == component.covariance
    }
    guard !components.isEmpty, components.count <= componentCount, isExpressible else {
      throw .needsSamples("gaussian-mixture with \(componentCount) \(family.rawValue) components")
    }
    fitted = MixtureLaw(weights: weights, components: components)
    return FitReport([("steps", 0), ("converged", 1), ("empty_components", 0)])
  }

  /// Draws the components, then the points.
  ///
  /// - Throws: `FitError.degenerate` before the first fit.
  public func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    guard let fitted else {
      throw FitError.degenerate("gaussian-mixture: sampled before the first fit")
    }
    var stream = RandomStream(key: request.key)
    let values = fitted.sample(request.count, scale: request.bias, stream: &stream).values
    return Synthesis(
      samples: SampleSet(space: space, reals: values, provenance: request.provenance))
  }
}
