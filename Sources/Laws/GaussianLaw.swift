import Engine
import Glibc
import Randomness

/// A Gaussian law, possibly degenerate.
public struct GaussianLaw: Sendable {
  /// Laws are copied more often than made.
  private final class Storage: Sendable {
    let mean: [Double]
    let covariance: [Double]?
    let hull: AffineHull?
    let innerMean: [Double]
    let innerFactor: SemidefiniteFactor

    init(
      mean: [Double], covariance: [Double]?, hull: AffineHull?, innerMean: [Double],
      innerFactor: SemidefiniteFactor
    ) {
      self.mean = mean
      self.covariance = covariance
      self.hull = hull
      self.innerMean = innerMean
      self.innerFactor = innerFactor
    }
  }

  private let storage: Storage

  /// - Parameters:
  ///   - covariance: [dimension×dimension], symmetric positive semi-definite.
  ///   - maximumRank: an upper bound of the covariance's rank where one is known.
  /// - Complexity: O(dimension³).
  public init(mean: [Double], covariance: [Double], maximumRank: Int = .max) {
    precondition(
      covariance.count == mean.count * mean.count,
      "covariance \(covariance.count), mean \(mean.count)")
    let factor = SemidefiniteFactor(covariance, dimension: mean.count, maximumRank: maximumRank)
    self.init(mean: mean, covariance: covariance, factor: factor)
  }

  /// A law with independent coordinates.
  ///
  /// - Parameter variances: [dimension], none below zero.
  /// - Complexity: O(dimension²).
  public init(mean: [Double], variances: [Double]) {
    precondition(variances.count == mean.count, "variances \(variances.count), mean \(mean.count)")
    let d = mean.count
    var covariance = [Double](repeating: 0, count: d * d)
    for index in 0..<d { covariance[index * d + index] = variances[index] }
    self.init(mean: mean, covariance: covariance, factor: SemidefiniteFactor(diagonal: variances))
  }

  /// The law with covariance F·Fᵀ.
  public init(mean: [Double], factor: SemidefiniteFactor) {
    precondition(factor.dimension == mean.count, "factor of \(factor.dimension), mean \(mean.count)")
    self.init(mean: mean, covariance: nil, factor: factor)
  }

  /// The law of hull.point(y) with y ~ N(mean, F·Fᵀ).
  ///
  /// - Parameter mean: [rank of the hull]
  public init(in hull: AffineHull, mean: [Double], factor: SemidefiniteFactor) {
    precondition(
      factor.dimension == hull.rank && mean.count == hull.rank,
      "factor of \(factor.dimension), mean \(mean.count), hull of \(hull.rank)")
    storage = Storage(
      mean: hull.point(mean), covariance: nil, hull: hull, innerMean: mean, innerFactor: factor)
  }

  private init(mean: [Double], covariance: [Double]?, factor: SemidefiniteFactor) {
    storage = Storage(
      mean: mean, covariance: covariance, hull: nil, innerMean: mean, innerFactor: factor)
  }

  public var dimension: Int { storage.mean.count }
  /// [dimension]
  public var mean: [Double] { storage.mean }

  /// The hull of a degenerate law that was made in its coordinates.
  public var hull: AffineHull? { storage.hull }
  /// The mean in the coordinates of the hull, or of space where there is none.
  public var innerMean: [Double] { storage.innerMean }
  /// The factor in the coordinates of the hull, or of space where there is none.
  public var innerFactor: SemidefiniteFactor { storage.innerFactor }

  /// F with covariance = F·Fᵀ.
  ///
  /// - Complexity: O(1), or dimension·rank² for a law in a hull.
  public var factor: SemidefiniteFactor { hull?.embedding(innerFactor) ?? innerFactor }

  /// The rank of the covariance.
  public var rank: Int { innerFactor.rank }

  /// [dimension×dimension], symmetric; computed from the factor where the law was made from one.
  ///
  /// - Complexity: O(1), or dimension²·rank floating-point operations for a law made from a factor.
  public var covariance: [Double] { storage.covariance ?? factor.square }

  /// tr Σ; orthonormal coordinates keep it.
  public var varianceTrace: Double { innerFactor.trace }

  /// ln det Σ; −∞ where Σ is singular.
  public var logDeterminant: Double { hull == nil ? innerFactor.logDeterminant : -.infinity }

  /// N(0, I).
  public static func standard(dimension: Int) -> GaussianLaw {
    GaussianLaw(
      mean: [Double](repeating: 0, count: dimension),
      variances: [Double](repeating: 1, count: dimension))
  }

  /// `count` draws, [count×dimension] row-major; the covariance multiplied by `scale`.
  public func sample(_ count: Int, scale: Double = 1, stream: inout RandomStream) -> [Double] {
    let factor = factor
    let rank = factor.rank
    let root = scale.squareRoot()
    if dimension == 1 {
      var values = [Double](repeating: 0, count: count)
      if rank == 1 { stream.fillNormals(&values) }
      let deviation = rank == 1 ? root * factor.values[0] : 0
      let centre = mean[0]
      for row in values.indices { values[row] = centre + deviation * values[row] }
      return values
    }
    if factor.isDiagonal {
      let entries = factor.values
      let deviations = (0..<dimension).map { root * entries[$0 * (dimension + 1)] }
      return [Double](unsafeUninitializedCapacity: count * dimension) { values, filled in
        filled = values.count
        stream.fillNormals(values)
        for row in 0..<count {
          for column in 0..<dimension {
            values[row * dimension + column] =
              mean[column] + deviations[column] * values[row * dimension + column]
          }
        }
      }
    }
    var values = [Double](repeating: 0, count: count * dimension)
    for row in 0..<count {
      for column in 0..<dimension { values[row * dimension + column] = mean[column] }
    }
    guard rank > 0, count > 0 else { return values }
    var normals = [Double](repeating: 0, count: count * rank)
    stream.fillNormals(&normals)
    multiply(
      normals, factor.values, transposingB: true, m: count, n: dimension, k: rank,
      alpha: root, beta: 1, into: &values)
    return values
  }

  /// ln density of each row of `x` [rows×dimension]; −∞ everywhere where the law is degenerate.
  public func logDensity(_ x: [Double], rows: Int) -> [Double] {
    let factor = factor
    guard factor.isTriangular else { return [Double](repeating: -.infinity, count: rows) }
    let constant = -0.5 * (Double(dimension) * log(2 * .pi) + factor.logDeterminant)
    var centred = x
    if dimension == 1 {
      for row in 0..<rows {
        let value = (x[row] - mean[0]) / factor.values[0]
        centred[row] = constant - 0.5 * value * value
      }
      return centred
    }
    for row in 0..<rows {
      for column in 0..<dimension { centred[row * dimension + column] -= mean[column] }
    }
    solveLowerTriangularRows(factor.values, &centred, rows: rows, dimension: dimension)
    return (0..<rows).map { row in
      var sum = 0.0
      for column in 0..<dimension {
        let value = centred[row * dimension + column]
        sum += value * value
      }
      return constant - 0.5 * sum
    }
  }
}
