import Engine
import Glibc
import Laws

/// Expectation maximisation for a Gaussian mixture (Dempster, Laird & Rubin, JRSS B 39, 1977), one
/// step at a time.
///
/// Up to three dimensions a step is one sweep of a vector kernel; above, blocks of rows go through
/// triangular solves and weighted products.
public struct ExpectationMaximisation {
  public let dimension: Int
  public let count: Int
  public let family: CovarianceFamily
  public let regularisation: Double
  /// The present parameters.
  public private(set) var parameters: MixtureLaw

  /// [dimension×count] for small dimensions, [count×dimension] otherwise.
  private let points: [Double]
  private let usesKernel: Bool
  private var packed: [Double] = []
  private var packedSums: [Double] = []

  /// - Parameters:
  ///   - points: [count×dimension] row-major, finite.
  ///   - start: components with positive definite covariances.
  ///   - regularisation: added to the diagonal of every covariance in the M-step.
  public init(
    points: [Double], start: MixtureLaw, family: CovarianceFamily = .full,
    regularisation: Double = 1e-6
  ) {
    let d = start.dimension
    let k = start.components.count
    precondition(points.count % d == 0, "\(points.count) numbers of width \(d)")
    self.dimension = d
    self.count = points.count / d
    self.family = family
    self.regularisation = regularisation
    self.parameters = start
    usesKernel = d <= MixturePassLimits.dimension && k <= MixturePassLimits.components
    if usesKernel {
      let width = 1 + d + d * (d + 1) / 2
      packed = [Double](repeating: 0, count: k * width)
      packedSums = [Double](repeating: 0, count: 1 + k * width)
      self.points = transposed(points, rows: points.count / d, columns: d)
    } else {
      self.points = points
    }
  }

  /// One E-step and one M-step.
  ///
  /// - Parameter check: called for every block of points; what it throws ends the step.
  /// - Returns: the mean log-likelihood a point of the parameters **before** the step, as scikit-learn
  ///   reports it.
  /// - Throws: `FitError` as `MixtureSums.maximised`, and what `check` throws.
  /// - Complexity: O(count · components · dimension²).
  public mutating func step(check: () throws -> Void = {}) throws -> Double {
    let sums = usesKernel ? kernelSums() : try blockSums(check)
    parameters = try sums.maximised(
      from: parameters, family: family, regularisation: regularisation)
    return sums.logLikelihood / Double(count)
  }

  private mutating func kernelSums() -> MixtureSums {
    let d = dimension
    let width = 1 + d + d * (d + 1) / 2
    for (k, component) in parameters.components.enumerated() {
      let base = k * width
      packed[base] = parameters.logConstant(k)
      for i in 0..<d { packed[base + 1 + i] = component.mean[i] }
      packInverse(component.factor.values, at: base + 1 + d)
    }
    mixturePass(
      points, count: count, stride: count, dimension: d, components: parameters.components.count,
      parameters: packed, sums: &packedSums)
    var sums = MixtureSums(
      components: parameters.components.count, dimension: d, isDiagonal: false)
    sums.logLikelihood = packedSums[0]
    for k in parameters.components.indices {
      var next = 1 + k * width
      sums.mass[k] = packedSums[next]
      next += 1
      for i in 0..<d { sums.first[k * d + i] = packedSums[next + i] }
      next += d
      for i in 0..<d {
        for j in 0...i {
          sums.second[(k * d + i) * d + j] = packedSums[next]
          sums.second[(k * d + j) * d + i] = packedSums[next]
          next += 1
        }
      }
    }
    return sums
  }

  /// L⁻¹ of a lower triangular L [d×d], d <= 3, row by row.
  private mutating func packInverse(_ l: [Double], at base: Int) {
    let d = dimension
    var next = base
    for i in 0..<d {
      for j in 0...i {
        var sum = i == j ? 1.0 : 0
        for m in j..<i { sum -= l[i * d + m] * packed[base + m * (m + 1) / 2 + j] }
        packed[next] = sum / l[i * d + i]
        next += 1
      }
    }
  }

  private func blockSums(_ check: () throws -> Void) throws -> MixtureSums {
    let isDiagonal = family != .full && parameters.components.allSatisfy(\.factor.isDiagonal)
    var sums = MixtureSums(
      components: parameters.components.count, dimension: dimension, isDiagonal: isDiagonal)
    var step = MixtureBlock(parameters: parameters, isDiagonal: isDiagonal)
    for start in stride(from: 0, to: count, by: MixtureBlock.rows) {
      try check()
      step.add(points, from: start, rows: min(MixtureBlock.rows, count - start), to: &sums)
    }
    return sums
  }
}

extension MixtureLaw {
  /// ln weight − ½ ln((2π)^d det Σ) of a component; −∞ at weight zero.
  func logConstant(_ k: Int) -> Double {
    log(weights[k])
      - 0.5 * (Double(dimension) * log(2 * .pi) + components[k].factor.logDeterminant)
  }
}

/// [rows×columns] → [columns×rows].
private func transposed(_ x: [Double], rows: Int, columns: Int) -> [Double] {
  [Double](unsafeUninitializedCapacity: rows * columns) { buffer, count in
    count = rows * columns
    x.withUnsafeBufferPointer { x in
      for row in 0..<rows {
        for column in 0..<columns { buffer[column * rows + row] = x[row * columns + column] }
      }
    }
  }
}
