import Engine
import Glibc
import Randomness

/// A finite mixture of Gaussians.
public struct MixtureLaw: Sendable {
  /// [components], sums to 1
  public let weights: [Double]
  public let components: [GaussianLaw]

  public init(weights: [Double], components: [GaussianLaw]) {
    precondition(weights.count == components.count && !weights.isEmpty, "\(weights.count) weights for \(components.count) components")
    self.weights = weights
    self.components = components
  }

  public var dimension: Int { components[0].dimension }

  /// Mean and covariance of the whole mixture.
  public var moments: GaussianLaw {
    let d = dimension
    var mean = [Double](repeating: 0, count: d)
    for (weight, component) in zip(weights, components) {
      for i in 0..<d { mean[i] += weight * component.mean[i] }
    }
    var covariance = [Double](repeating: 0, count: d * d)
    for (weight, component) in zip(weights, components) {
      for i in 0..<d {
        for j in 0..<d {
          covariance[i * d + j] +=
            weight
            * (component.covariance[i * d + j]
              + (component.mean[i] - mean[i]) * (component.mean[j] - mean[j]))
        }
      }
    }
    return GaussianLaw(mean: mean, covariance: covariance)
  }

  /// `count` independent draws and the component of each. `scale` multiplies every component's
  /// covariance.
  public func sample(
    _ count: Int, scale: Double = 1, stream: inout RandomStream
  ) -> (values: [Double], components: [Int32]) {
    var chosen = [Int32](repeating: 0, count: count)
    var members = [[Int]](repeating: [], count: components.count)
    for row in 0..<count {
      var u = stream.uniform()
      var k = 0
      while k < weights.count - 1, u >= weights[k] {
        u -= weights[k]
        k += 1
      }
      chosen[row] = Int32(k)
      members[k].append(row)
    }
    var values = [Double](repeating: 0, count: count * dimension)
    for (k, rows) in members.enumerated() {
      let draws = components[k].sample(rows.count, scale: scale, stream: &stream)
      for (index, row) in rows.enumerated() {
        for column in 0..<dimension {
          values[row * dimension + column] = draws[index * dimension + column]
        }
      }
    }
    return (values, chosen)
  }

  /// ln density of each row of `x` [rows×dimension].
  public func logDensity(_ x: [Double], rows: Int) -> [Double] {
    var result = [Double](repeating: -.infinity, count: rows)
    for (weight, component) in zip(weights, components) where weight > 0 {
      let terms = component.logDensity(x, rows: rows)
      for row in 0..<rows { result[row] = logSumExp(result[row], log(weight) + terms[row]) }
    }
    return result
  }
}

/// ln(eᵃ + eᵇ) without overflow.
public func logSumExp(_ a: Double, _ b: Double) -> Double {
  let top = max(a, b)
  guard top > -.infinity else { return -.infinity }
  return top + log1p(exp(min(a, b) - top))
}
