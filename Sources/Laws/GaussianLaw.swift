import Engine
import Glibc
import Randomness

/// A Gaussian law, possibly degenerate.
public struct GaussianLaw: Sendable {
  public let dimension: Int
  /// [dimension]
  public let mean: [Double]
  /// [dimension×dimension], symmetric
  public let covariance: [Double]
  /// F with covariance = F·Fᵀ.
  public let factor: SemidefiniteFactor

  public init(mean: [Double], covariance: [Double]) {
    precondition(covariance.count == mean.count * mean.count, "covariance \(covariance.count), mean \(mean.count)")
    self.dimension = mean.count
    self.mean = mean
    self.covariance = covariance
    self.factor = SemidefiniteFactor(covariance, dimension: mean.count)
  }

  /// N(0, I).
  public static func standard(dimension: Int) -> GaussianLaw {
    var identity = [Double](repeating: 0, count: dimension * dimension)
    for index in 0..<dimension { identity[index * dimension + index] = 1 }
    return GaussianLaw(mean: [Double](repeating: 0, count: dimension), covariance: identity)
  }

  /// tr Σ.
  public var varianceTrace: Double {
    var trace = 0.0
    for index in 0..<dimension { trace += covariance[index * dimension + index] }
    return trace
  }

  /// `count` draws, [count×dimension] row-major; the covariance multiplied by `scale`.
  public func sample(_ count: Int, scale: Double = 1, stream: inout RandomStream) -> [Double] {
    let rank = factor.rank
    var values = [Double](repeating: 0, count: count * dimension)
    for row in 0..<count {
      for column in 0..<dimension { values[row * dimension + column] = mean[column] }
    }
    guard rank > 0, count > 0 else { return values }
    var normals = [Double](repeating: 0, count: count * rank)
    stream.fillNormals(&normals)
    multiply(
      normals, factor.values, transposingB: true, m: count, n: dimension, k: rank,
      alpha: scale.squareRoot(), beta: 1, into: &values)
    return values
  }

  /// ln density of each row of `x` [rows×dimension]; −∞ everywhere where the law is degenerate.
  public func logDensity(_ x: [Double], rows: Int) -> [Double] {
    guard factor.isTriangular else { return [Double](repeating: -.infinity, count: rows) }
    var centred = x
    for row in 0..<rows {
      for column in 0..<dimension { centred[row * dimension + column] -= mean[column] }
    }
    solveLowerTriangularRows(factor.values, &centred, rows: rows, dimension: dimension)
    let constant = -0.5 * (Double(dimension) * log(2 * .pi) + factor.logDeterminant)
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
