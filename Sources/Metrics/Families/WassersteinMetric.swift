import Laws
import Options
import Randomness
import Samples

/// Wasserstein distances `w2_squared` and `w1`, by the method that `method` names.
///
/// - `auto`, categories: exact on the line of indices.
/// - `auto`, vectors, a Gaussian real law and a Gaussian model law: closed form between the laws.
///   For any other model law, and with `source: samples`: between samples, exact in one dimension,
///   sliced (the mean over random directions) otherwise.
/// - `gaussian`: W2² between the Gaussian laws with the two sides' moments; a lower bound of W2²
///   where a side is not Gaussian (Gelbrich 1990).
/// - `exact`: exact between samples; sorting in one dimension, optimal transport otherwise.
/// - `sliced`: sliced distances between samples.
///
/// `w1` is recorded in one dimension, for categories, and with `exact` and `sliced`. Samples are
/// compared with the held-out real data (the training set where nothing is held out).
public struct WassersteinMetric: Metric {
  static let method = Option<String>.choice(
    "method", ["auto", "gaussian", "exact", "sliced"], default: "auto",
    help: "How the distance is computed; auto takes the closed form where there is one.")
  static let samples = Option<OptionValue>.any(
    "samples", .either(.integer(2...100_000_000), .choice(["auto"])), unit: "samples",
    default: .text("auto"),
    help: "Most samples of each side; auto is 1000 in exact transport of vectors, 10000 in sliced "
      + "distances, all in one dimension.")
  static let projections = Option<Int>.integer(
    "projections", in: 1...100_000, default: 128, help: "Directions of a sliced distance.")

  public static let component = Component(
    name: "wasserstein",
    summary: "Wasserstein distances to the real law: closed forms, exact transport or sliced.",
    source: "Peyré and Cuturi 2019",
    options: [MetricSource.option.spec, method.spec, samples.spec, projections.spec])

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("w2_squared", .rises, tells: .risk), CollapseSign("w1", .rises, tells: .risk),
    ]
  }

  /// The largest exact transport problem: its costs take 8·n² bytes.
  static let largestExact = 5000

  private enum Comparison {
    case indexLine(CategoricalLaw)
    case moments(GaussianLaw)
    case points(EmpiricalComparison)
    /// The closed form between Gaussian laws, samples for other laws of the model.
    case closedForm(GaussianLaw, otherwise: EmpiricalComparison?)
  }

  private let comparison: Comparison
  private let usesLaw: Bool
  public let quantities: [String]
  public let needsSamples: Bool

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    let method = options[Self.method]
    let canUseLaw = try MetricSource.usesLaw(options, reference, metric: name)
    if case .categories(let count) = reference.space, method == "auto" {
      comparison = .indexLine(try reference.categoricalLaw(categories: count))
      usesLaw = canUseLaw
      needsSamples = !canUseLaw
      quantities = ["w2_squared", "w1"]
      return
    }
    switch reference.space {
    case .vectors, .images: break
    case .categories: throw unsupported(name, reference.space, needs: "vectors for this method")
    default: throw unsupported(name, reference.space, needs: "vectors, images or categories")
    }
    let dimension = reference.space.width
    let asked = options[MetricSource.option] == "model"
    if method == "gaussian" {
      comparison = .moments(reference.moments())
      usesLaw = canUseLaw
      needsSamples = !canUseLaw
      quantities = dimension == 1 ? ["w2_squared", "w1"] : ["w2_squared"]
      return
    }
    if method == "auto", canUseLaw, case .gaussian(let law)? = reference.law {
      comparison = .closedForm(
        law,
        otherwise: asked
          ? nil : try EmpiricalComparison(options, reference, exact: dimension == 1))
      usesLaw = true
      needsSamples = !asked
      quantities = dimension == 1 ? ["w2_squared", "w1"] : ["w2_squared"]
      return
    }
    guard !asked else {
      throw ComponentError(
        name, "'source: model' needs method gaussian, or auto with a Gaussian real law")
    }
    comparison = .points(
      try EmpiricalComparison(
        options, reference, exact: method == "exact" || (method == "auto" && dimension == 1)))
    usesLaw = false
    needsSamples = true
    quantities = ["w2_squared", "w1"]
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    switch comparison {
    case .indexLine(let real):
      let law = try subject.categoricalLaw(
        metric: name, usesLaw: usesLaw, categories: real.probabilities.count)
      return [2.0, 1.0].map { indexLineWasserstein(law.probabilities, real.probabilities, p: $0) }
    case .moments(let real):
      guard usesLaw else {
        let points = subject.samples.reals
        let mean = sampleMean(points, dimension: real.dimension)
        let covariance = sampleCovariance(points, mean: mean)
        guard covariance.allSatisfy(\.isFinite) else { return quantities.map { _ in .nan } }
        return gaussian(GaussianLaw(mean: mean, covariance: covariance), real)
      }
      let law = try subject.requireLaw(metric: name)
      guard let moments = law.moments else {
        throw ComponentError(name, "the model's law is \(law.kindName), not one of real vectors")
      }
      return gaussian(moments, real)
    case .closedForm(let real, let otherwise):
      let fitted = try subject.requireLaw(metric: name)
      if case .gaussian(let law) = fitted { return gaussian(law, real) }
      guard let otherwise else {
        throw ComponentError(
          name,
          "no closed form for \(fitted.kindName); use 'method: gaussian' for the distance of "
            + "the moments or 'source: samples'")
      }
      return try otherwise.measure(subject, quantities: quantities.count)
    case .points(let empirical):
      return try empirical.measure(subject, quantities: quantities.count)
    }
  }

  private func gaussian(_ law: GaussianLaw, _ real: GaussianLaw) -> [Double] {
    let squared = gaussianW2Squared(law, real)
    return quantities.count == 1 ? [squared] : [squared, gaussianW1(law, real)]
  }
}

/// The real samples, prepared for repeated comparison.
private struct EmpiricalComparison: Sendable {
  private enum Method {
    /// Ascending.
    case sorted([Double])
    case transport([Double])
    case sliced(SlicedSet, directions: [Double])
  }

  private let method: Method
  private let dimension: Int
  private let limit: Int

  init(_ options: OptionValues, _ reference: Reference, exact: Bool) throws {
    dimension = reference.space.width
    let name = WassersteinMetric.component.name
    if case .integer(let count) = options[WassersteinMetric.samples] {
      limit = count
    } else {
      limit = !exact ? 10_000 : dimension == 1 ? .max : 1000
    }
    guard !exact || dimension == 1 || limit <= WassersteinMetric.largestExact else {
      throw ComponentError(
        name,
        "exact transport of \(limit) samples is too large (at most "
          + "\(WassersteinMetric.largestExact)); lower 'samples' or use 'method: sliced'")
    }
    let real = subset(
      try reference.comparison.reals, dimension: dimension, limit: limit,
      key: reference.key.folding(.measure))
    guard real.count > 0, real.allSatisfy(\.isFinite) else {
      throw ComponentError(name, "the real data are empty or not finite")
    }
    if !exact {
      let directions = randomDirections(
        options[WassersteinMetric.projections], dimension: dimension, key: reference.key)
      method = .sliced(
        SlicedSet(real, dimension: dimension, directions: directions), directions: directions)
    } else {
      method = dimension == 1 ? .sorted(real.sorted()) : .transport(real)
    }
  }

  /// W2² and, with two quantities, W1.
  func measure(_ subject: Subject, quantities: Int) throws -> [Double] {
    let points = subset(
      subject.samples.reals, dimension: dimension, limit: limit, key: subject.key)
    guard !points.isEmpty, points.allSatisfy(\.isFinite) else {
      return [Double](repeating: .nan, count: quantities)
    }
    let orders = quantities == 2 ? [2, 1] : [2]
    switch method {
    case .sorted(let real):
      let sorted = points.sorted()
      return orders.map { wassersteinSorted1D(sorted, real, p: Double($0)) }
    case .transport(let real):
      return try orders.map {
        try exactWasserstein(points, real, dimension: dimension, p: $0, check: Interruption.check)
      }
    case .sliced(let real, let directions):
      let set = SlicedSet(points, dimension: dimension, directions: directions)
      return orders.map { set.wasserstein(to: real, p: Double($0)) }
    }
  }
}
