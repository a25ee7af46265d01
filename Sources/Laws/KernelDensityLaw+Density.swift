import Engine
import Glibc

extension KernelDensityLaw {
  /// The exact mean and covariance of the law: the points' mean, their biased covariance + h²·I.
  ///
  /// - Complexity: O(points · dimension²).
  public var moments: GaussianLaw {
    let d = dimension
    let n = count
    var mean = [Double](repeating: 0, count: d)
    for row in 0..<n {
      for column in 0..<d { mean[column] += points[row * d + column] }
    }
    for column in 0..<d { mean[column] /= Double(n) }
    var centred = points  // [points×dimension]
    for row in 0..<n {
      for column in 0..<d { centred[row * d + column] -= mean[column] }
    }
    var covariance = gram(centred, rows: n, dimension: d)
    for index in covariance.indices { covariance[index] /= Double(n) }
    for index in 0..<d { covariance[index * d + index] += bandwidth * bandwidth }
    return GaussianLaw(mean: mean, covariance: covariance)
  }

  /// ln density of each row of `x` [rows×dimension]; NaN for a row that holds a non-finite number.
  ///
  /// Squared distances are made from coordinate differences, so that a bandwidth far below the
  /// spread of the data costs no digits. Terms below e⁻⁴⁵ of the largest are left out.
  ///
  /// - Complexity: O(rows · points · dimension).
  public func logDensity(_ x: [Double], rows: Int) -> [Double] {
    precondition(x.count == rows * dimension, "\(x.count) values for \(rows)×\(dimension)")
    let d = dimension
    let n = count
    guard bandwidth > 0, n > 0 else { return [Double](repeating: -.infinity, count: rows) }
    // Coordinates by axis, so that the loop over the points runs over consecutive memory.
    var axes = [Double](repeating: 0, count: n * d)  // [dimension×points]
    for row in 0..<n {
      for column in 0..<d { axes[column * n + row] = points[row * d + column] }
    }
    let constant =
      -0.5 * Double(d) * log(2 * .pi) - Double(d) * log(bandwidth) - log(Double(n))
    let precision = 1 / (bandwidth * bandwidth)
    var squares = [Double](repeating: 0, count: n)
    return (0..<rows).map { row in
      for index in 0..<n { squares[index] = 0 }
      for column in 0..<d {
        let centre = x[row * d + column]
        for index in 0..<n {
          let gap = axes[column * n + index] - centre
          squares[index] += gap * gap
        }
      }
      for index in 0..<n { squares[index] *= precision }
      return constant + logSumOfKernels(squares)
    }
  }

  /// ln Σ exp(−s/2) over the squared distances `squares`.
  private func logSumOfKernels(_ squares: [Double]) -> Double {
    var least = Double.infinity
    var sum = 0.0
    for square in squares {
      if square.isNaN { return .nan }
      least = min(least, square)
    }
    guard least < .infinity else { return .nan }
    for square in squares where square - least < 90 { sum += exp(-0.5 * (square - least)) }
    return log(sum) - 0.5 * least
  }
}
