import Engine
import Laws
import Options
import Samples

/// The tails of the real data at fixed probabilities, and the mass other laws and samples leave
/// there.
///
/// - One-dimensional vectors: at most the quantile q for q < ½, above it for q ≥ ½; quantiles of
///   the true law where it is known, of the training set otherwise.
/// - Vectors of more dimensions: the same for the Mahalanobis radius about the real mean with the
///   real covariance; a χ² law for a Gaussian real law, radii of the training set otherwise.
/// - Images: the same for the Euclidean distance to the mean image, from the training set.
/// - Categories, q ≥ ½ only: the fewest least probable categories that hold at least 1 − q.
public struct TailRegions: Sendable {
  private enum Shape: Sendable {
    case line
    /// About `centre`; Mahalanobis with the covariance's Cholesky factor, Euclidean without one.
    case radius(centre: [Double], lower: [Double]?)
    /// Whether each category belongs, one array a region.
    case rare([[Bool]])
  }

  private let shape: Shape
  private let thresholds: [Double]
  private let probabilities: [Double]
  /// The real mass of each region.
  public let realMasses: [Double]

  /// - Throws: `ComponentError` naming `metric` for other spaces, singular real covariances and
  ///   non-finite real data.
  public init(_ reference: Reference, probabilities: [Double], metric: String) throws {
    self.probabilities = probabilities
    switch reference.space {
    case .categories(let count):
      guard probabilities.allSatisfy({ $0 >= 0.5 }) else {
        throw ComponentError(metric, "tails of categories are rare categories: quantiles from 0.5")
      }
      let law = try reference.categoricalLaw(categories: count)
      let regions = probabilities.map { rareCategories(law.probabilities, mass: 1 - $0) }
      shape = .rare(regions)
      thresholds = []
      realMasses = regions.map { mass(of: law.probabilities, $0) }
    case .vectors(let dimension):
      if dimension == 1 {
        shape = .line
        (thresholds, realMasses) = try Self.line(reference, probabilities, metric)
      } else {
        (shape, thresholds, realMasses) = try Self.mahalanobis(reference, probabilities, metric)
      }
    case .images:
      let centre = sampleMean(reference.training.reals, dimension: reference.space.width)
      let radii = squaredRadii(reference.training.reals, centre: centre, lower: nil)
      shape = .radius(centre: centre, lower: nil)
      (thresholds, realMasses) = try Self.empirical(radii, probabilities, metric)
    default:
      throw unsupported(metric, reference.space, needs: "vectors, images or categories")
    }
  }

  /// Whether `masses(law:)` works for some law: one-dimensional vectors and categories.
  public var takesLaws: Bool {
    switch shape {
    case .line, .rare: true
    case .radius: false
    }
  }

  /// The mass a law leaves in each region; `nil` for a law that has no closed form here.
  public func masses(law: Law) -> [Double]? {
    switch shape {
    case .line:
      var result: [Double] = []
      for (index, threshold) in thresholds.enumerated() {
        let mass = probabilities[index] < 0.5 ? law.cumulative(threshold) : law.survival(threshold)
        guard let mass else { return nil }
        result.append(mass)
      }
      return result
    case .rare(let regions):
      guard case .categorical(let law) = law, law.probabilities.count == regions.first?.count ?? 0
      else { return nil }
      return regions.map { mass(of: law.probabilities, $0) }
    case .radius: return nil
    }
  }

  /// The share of samples in each region; NaN for the empty set and for non-finite samples.
  ///
  /// - Throws: `IndexOutOfRange`.
  public func masses(samples: SampleSet) throws -> [Double] {
    switch shape {
    case .line: return shares(samples.reals)
    case .radius(let centre, let lower):
      return shares(squaredRadii(samples.reals, centre: centre, lower: lower))
    case .rare(let regions):
      let law = try categoryFrequencies(samples.indices, categories: regions.first?.count ?? 0)
      return regions.map { mass(of: law.probabilities, $0) }
    }
  }

  private func shares(_ values: [Double]) -> [Double] {
    guard values.allSatisfy(\.isFinite) else { return thresholds.map { _ in .nan } }
    return Self.shares(values, thresholds, probabilities)
  }

  private static func shares(
    _ values: [Double], _ thresholds: [Double], _ probabilities: [Double]
  ) -> [Double] {
    thresholds.indices.map { index in
      let threshold = thresholds[index]
      let count =
        probabilities[index] < 0.5
        ? values.reduce(0) { $1 <= threshold ? $0 + 1 : $0 }
        : values.reduce(0) { $1 > threshold ? $0 + 1 : $0 }
      return Double(count) / Double(values.count)
    }
  }

  private static func line(
    _ reference: Reference, _ probabilities: [Double], _ metric: String
  ) throws -> ([Double], [Double]) {
    guard let law = reference.law, law.quantile(0.5) != nil else {
      return try empirical(reference.training.reals, probabilities, metric)
    }
    let thresholds = probabilities.map { law.quantile($0) ?? .nan }
    return (thresholds, probabilities.map { $0 < 0.5 ? $0 : 1 - $0 })
  }

  private static func mahalanobis(
    _ reference: Reference, _ probabilities: [Double], _ metric: String
  ) throws -> (Shape, [Double], [Double]) {
    let moments = reference.moments()
    guard moments.factor.isTriangular, moments.mean.allSatisfy(\.isFinite) else {
      throw ComponentError(
        metric, "the covariance of the real data is singular: there is no Mahalanobis radius")
    }
    let lower = moments.factor.values
    let shape = Shape.radius(centre: moments.mean, lower: lower)
    if case .gaussian? = reference.law {
      let d = moments.dimension
      let high = Double(d) + 100 * (2 * Double(d)).squareRoot() + 1000
      let thresholds = probabilities.map {
        quantile($0, low: 0, high: high) { chiSquareCumulative($0, freedom: d) }
      }
      return (shape, thresholds, probabilities.map { $0 < 0.5 ? $0 : 1 - $0 })
    }
    let radii = squaredRadii(reference.training.reals, centre: moments.mean, lower: lower)
    let (thresholds, masses) = try empirical(radii, probabilities, metric)
    return (shape, thresholds, masses)
  }

  private static func empirical(
    _ values: [Double], _ probabilities: [Double], _ metric: String
  ) throws -> ([Double], [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else {
      throw ComponentError(metric, "the real data are empty or not finite")
    }
    let sorted = values.sorted()
    let thresholds = probabilities.map { quantile($0, ofSorted: sorted) }
    return (thresholds, shares(values, thresholds, probabilities))
  }
}

/// The fewest least probable categories that together hold at least `mass`; of equally probable
/// ones the later first.
public func rareCategories(_ probabilities: [Double], mass: Double) -> [Bool] {
  let order = probabilities.indices.sorted {
    (probabilities[$0], $1) < (probabilities[$1], $0)
  }
  var belongs = [Bool](repeating: false, count: probabilities.count)
  var held = 0.0
  for category in order where held < mass * (1 - 1e-12) {
    belongs[category] = true
    held += probabilities[category]
  }
  return belongs
}

private func mass(of probabilities: [Double], _ belongs: [Bool]) -> Double {
  var sum = 0.0
  for index in probabilities.indices where belongs[index] { sum += probabilities[index] }
  return sum
}

/// ‖L⁻¹(x − centre)‖² of each point [rows×dimension]; ‖x − centre‖² without a factor.
private func squaredRadii(_ points: [Double], centre: [Double], lower: [Double]?) -> [Double] {
  let dimension = centre.count
  let rows = points.count / dimension
  var centred = points
  for row in 0..<rows {
    for axis in 0..<dimension { centred[row * dimension + axis] -= centre[axis] }
  }
  if let lower { solveLowerTriangularRows(lower, &centred, rows: rows, dimension: dimension) }
  return (0..<rows).map { row in
    var sum = 0.0
    for axis in 0..<dimension {
      sum += centred[row * dimension + axis] * centred[row * dimension + axis]
    }
    return sum
  }
}
