import Engine
import Glibc
import Randomness

/// A Gaussian law, possibly degenerate.
public struct GaussianLaw: Sendable {
  public let dimension: Int
  /// [dimension]
  public let mean: [Double]
  /// [dimension×dimension], symmetric; computed from the factor where the law was made from one.
  ///
  /// - Complexity: O(1), or dimension²·rank floating-point operations for a law made from a factor.
  public var covariance: [Double] { dense ?? factor.square }
  private let dense: [Double]?
  /// F with covariance = F·Fᵀ.
  public let factor: SemidefiniteFactor

  /// - Parameters:
  ///   - covariance: [dimension×dimension], symmetric positive semi-definite.
  ///   - maximumRank: an upper bound of the covariance's rank where one is known.
  /// - Complexity: O(dimension³).
  public init(mean: [Double], covariance: [Double], maximumRank: Int = .max) {
    precondition(
      covariance.count == mean.count * mean.count,
      "covariance \(covariance.count), mean \(mean.count)")
    self.dimension = mean.count
    self.mean = mean
    self.dense = covariance
    self.factor = SemidefiniteFactor(
      covariance, dimension: mean.count, maximumRank: maximumRank)
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
    self.dimension = d
    self.mean = mean
    self.dense = covariance
    self.factor = SemidefiniteFactor(diagonal: variances)
  }

  /// The law with covariance F·Fᵀ.
  public init(mean: [Double], factor: SemidefiniteFactor) {
    precondition(factor.dimension == mean.count, "factor of \(factor.dimension), mean \(mean.count)")
    self.dimension = mean.count
    self.mean = mean
    self.dense = nil
    self.factor = factor
  }

  /// N(0, I).
  public static func standard(dimension: Int) -> GaussianLaw {
    GaussianLaw(
      mean: [Double](repeating: 0, count: dimension),
      variances: [Double](repeating: 1, count: dimension))
  }

  /// tr Σ.
  public var varianceTrace: Double {
    guard let dense else { return factor.trace }
    var trace = 0.0
    for index in 0..<dimension { trace += dense[index * dimension + index] }
    return trace
  }

  /// `count` draws, [count×dimension] row-major; the covariance multiplied by `scale`.
  public func sample(_ count: Int, scale: Double = 1, stream: inout RandomStream) -> [Double] {
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
