import Engine
import Laws
import Options
import Samples

/// Mean and variance against the real law.
///
/// - `mean_error` ‖μ−μ0‖ and its square `mean_error_squared`; for categories μ is the vector of
///   probabilities, for tokens the square is averaged over contexts with the real contexts'
///   weights.
/// - `variance_trace` tr Σ; for categories 1 − Σp² (the same lemmas hold, see the closed forms of
///   Kazdan et al. 2024), `variance_trace_ratio` to the real one.
/// - `log_determinant` ln det Σ for vectors, −∞ where singular; `standard_deviation` in one
///   dimension; `variance_axis_K` with `per_axis`.
///
/// A fitted law gives its own moments (whatever bias its estimator has), samples give the unbiased
/// sample covariance.
public struct MomentsMetric: Metric {
  static let perAxis = Option<Bool>.flag(
    "per_axis", default: false, help: "Record the variance of each axis (at most 256 axes).")

  static let selected = Option<OptionValue>.any(
    "quantities", .list(.choice(quantityNames)), default: .list([]),
    help: "Record only these quantities; an empty list records all that exist.")
  private static let quantityNames = [
    "mean_error", "mean_error_squared", "variance_trace", "variance_trace_ratio", "log_determinant",
    "standard_deviation",
  ]

  public static let component = Component(
    name: "moments",
    summary: "Errors of the mean and the variance against the real law.",
    options: [MetricSource.option.spec, perAxis.spec, selected.spec])

  public static var worsening: [CollapseSign] {
    [CollapseSign("variance_trace_ratio", .falls, tells: .variance)]
  }

  private enum Real {
    /// Vectors and images; the determinant is for vectors only.
    case vectors(mean: [Double], trace: Double, determinant: Bool)
    case categories(CategoricalLaw)
    case tokens(TokenLaw)
  }

  private let real: Real
  private let usesLaw: Bool
  private let axes: Bool
  /// Positions of the recorded quantities among all.
  private let positions: [Int]
  public let quantities: [String]
  public var needsSamples: Bool { !usesLaw }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    usesLaw = try MetricSource.usesLaw(options, reference, metric: name)
    axes = options[Self.perAxis]
    var quantities = ["mean_error", "mean_error_squared", "variance_trace", "variance_trace_ratio"]
    switch reference.space {
    case .vectors(let dimension):
      let moments = reference.moments()
      real = .vectors(mean: moments.mean, trace: moments.varianceTrace, determinant: true)
      quantities.append("log_determinant")
      if dimension == 1 { quantities.append("standard_deviation") }
    case .images:
      let mean = sampleMean(reference.training.reals, dimension: reference.space.width)
      let trace = axisVariances(reference.training.reals, mean: mean).reduce(0, +)
      real = .vectors(mean: mean, trace: trace, determinant: false)
    case .categories(let count):
      real = .categories(try reference.categoricalLaw(categories: count))
    case .tokens(let contexts, let vocabulary):
      real = .tokens(try reference.tokenLaw(contexts: contexts, vocabulary: vocabulary))
    case .regression:
      throw unsupported(name, reference.space, needs: "vectors, images, categories or tokens")
    }
    if axes {
      guard case .vectors = real, reference.space.width <= 256 else {
        throw unsupported(name, reference.space, needs: "at most 256 real axes for 'per_axis'")
      }
      for axis in 0..<reference.space.width { quantities.append("variance_axis_\(axis)") }
    }
    var wanted: [String] = []
    if case .list(let names) = options[Self.selected] {
      for case .text(let name) in names { wanted.append(name) }
    }
    let found = try wanted.map { quantity in
      guard let position = quantities.firstIndex(of: quantity) else {
        throw ComponentError(name, "'\(quantity)' does not exist for \(reference.space.description)")
      }
      return position
    }
    positions = wanted.isEmpty ? Array(quantities.indices) : found
    self.quantities = wanted.isEmpty ? quantities : wanted
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    var values: [Double] = []
    try measure(subject, into: &values)
    return values
  }

  public func measure(_ subject: Subject, into row: inout [Double]) throws {
    if usesLaw, case .vectors(let mean, let trace, let determinant) = real {
      let law = try subject.requireLaw(metric: Self.component.name)
      guard let moments = law.moments else {
        throw ComponentError(
          Self.component.name, "the model's law is \(law.kindName), not one of real vectors")
      }
      append(moments, mean, trace, determinant, to: &row)
      return
    }
    let all = try measureAll(subject)
    for position in positions { row.append(all[position]) }
  }

  /// All quantities, where they are not those of a law of real vectors.
  private func measureAll(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    switch real {
    case .vectors(let mean, let trace, let determinant):
      return fromSamples(subject.samples.reals, mean, trace, determinant)
    case .categories(let first):
      let law = try subject.categoricalLaw(
        metric: name, usesLaw: usesLaw, categories: first.probabilities.count)
      let error = squaredDistance(law.probabilities, first.probabilities)
      let variance = law.heterozygosity
      return [error.squareRoot(), error, variance, variance / first.heterozygosity]
    case .tokens(let first):
      let law = try subject.tokenLaw(
        metric: name, usesLaw: usesLaw, contexts: first.contexts, vocabulary: first.vocabulary)
      return values(law, first)
    }
  }

  /// The recorded quantities alone: a determinant costs more than a short chain's whole generation.
  private func append(
    _ law: GaussianLaw, _ mean: [Double], _ trace: Double, _ determinant: Bool,
    to row: inout [Double]
  ) {
    precondition(
      law.dimension == mean.count, "law of dimension \(law.dimension), data of \(mean.count)")
    let error = squaredDistance(law.mean, mean)
    let variance = law.varianceTrace
    let scalars = 4 + (determinant ? law.dimension == 1 ? 2 : 1 : 0)
    let covariance = axes ? law.covariance : []
    for position in positions {
      switch position {
      case 0: row.append(error.squareRoot())
      case 1: row.append(error)
      case 2: row.append(variance)
      case 3: row.append(variance / trace)
      case scalars...: row.append(covariance[(position - scalars) * (law.dimension + 1)])
      case 4: row.append(law.logDeterminant)
      default: row.append(variance.squareRoot())
      }
    }
  }

  private func fromSamples(
    _ points: [Double], _ real: [Double], _ trace: Double, _ determinant: Bool
  ) -> [Double] {
    let mean = sampleMean(points, dimension: real.count)
    let error = squaredDistance(mean, real)
    let variances = axisVariances(points, mean: mean)
    let variance = variances.reduce(0, +)
    var result = [error.squareRoot(), error, variance, variance / trace]
    if determinant {
      // Not even the factorisation is tried on numbers it cannot take.
      let covariance = variance.isFinite ? sampleCovariance(points, mean: mean) : []
      result.append(
        covariance.isEmpty
          ? .nan : SemidefiniteFactor(covariance, dimension: real.count).logDeterminant)
      if real.count == 1 { result.append(variance.squareRoot()) }
    }
    if axes { result += variances }
    return result
  }

  private func values(_ law: TokenLaw, _ first: TokenLaw) -> [Double] {
    let weights = first.contextProbabilities
    let error = contextMean(law, weights: weights) {
      squaredDistance(law.law(after: $0).probabilities, first.law(after: $0).probabilities)
    }
    let variance = contextMean(law, weights: weights) { law.law(after: $0).heterozygosity }
    let trace = contextMean(first, weights: weights) { first.law(after: $0).heterozygosity }
    return [error.squareRoot(), error, variance, variance / trace]
  }
}
