import Glibc
import Laws

/// P(N(0, 1) ≤ z), accurate in both tails.
public func normalCumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

/// P(χ² with `freedom` degrees ≤ x): the regularised incomplete gamma function P(freedom/2, x/2),
/// by its series below the mean and by Lentz's continued fraction above (Press et al., section
/// 6.2).
public func chiSquareCumulative(_ x: Double, freedom: Int) -> Double {
  guard x > 0 else { return x.isNaN ? .nan : 0 }
  guard x < .infinity else { return 1 }
  let a = 0.5 * Double(freedom)
  let z = 0.5 * x
  let front = exp(a * log(z) - z - lgamma(a))
  if z < a + 1 {
    var term = 1 / a
    var sum = term
    var n = a
    while term > sum * 1e-17 {
      n += 1
      term *= z / n
      sum += term
    }
    return front * sum
  }
  var b = z + 1 - a
  var c = 1e300
  var d = 1 / b
  var h = d
  for i in 1...100_000 {
    let an = -Double(i) * (Double(i) - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    let factor = c * d
    h *= factor
    if abs(factor - 1) < 1e-15 { break }
  }
  return 1 - front * h
}

/// The smallest x in [low, high] with cumulative(x) ≥ `probability`, by bisection to the last
/// digit.
public func quantile(
  _ probability: Double, low: Double, high: Double, cumulative: (Double) -> Double
) -> Double {
  var low = low
  var high = high
  for _ in 0..<2000 {
    let middle = low + 0.5 * (high - low)
    if middle <= low || middle >= high { break }
    if cumulative(middle) < probability { low = middle } else { high = middle }
  }
  return high
}

/// The quantile of ascending numbers with linear interpolation (Hyndman and Fan 1996, type 7).
public func quantile(_ probability: Double, ofSorted values: [Double]) -> Double {
  guard !values.isEmpty else { return .nan }
  let place = probability * Double(values.count - 1)
  let below = Int(place)
  guard below + 1 < values.count else { return values[values.count - 1] }
  return values[below] + (place - Double(below)) * (values[below + 1] - values[below])
}

extension Law {
  /// The weighted normal components (weight, mean, standard deviation) of a one-dimensional law of
  /// real numbers; `nil` for laws of anything else.
  var normalComponents: [(weight: Double, mean: Double, deviation: Double)]? {
    switch self {
    case .gaussian(let law) where law.dimension == 1:
      return [(1, law.mean[0], law.covariance[0].squareRoot())]
    case .mixture(let law) where law.dimension == 1:
      return zip(law.weights, law.components).map {
        ($0, $1.mean[0], $1.covariance[0].squareRoot())
      }
    case .kernelDensity(let law) where law.dimension == 1:
      let weight = 1 / Double(law.count)
      return law.points.map { (weight, $0, law.bandwidth) }
    default: return nil
    }
  }

  /// P(X ≤ x) for a one-dimensional law of real numbers; `nil` for laws of anything else.
  public func cumulative(_ x: Double) -> Double? {
    tail(x, sign: -1)
  }

  /// P(X > x) without the cancellation of 1 − P(X ≤ x); `nil` as for `cumulative`.
  public func survival(_ x: Double) -> Double? {
    tail(x, sign: 1)
  }

  private func tail(_ x: Double, sign: Double) -> Double? {
    normalComponents?.reduce(0) { sum, component in
      let gap = sign * (component.mean - x)
      // A point mass at x counts as "≤ x".
      let share =
        component.deviation > 0
        ? normalCumulative(gap / component.deviation)
        : gap.isNaN ? .nan : gap > 0 || (gap == 0 && sign < 0) ? 1 : 0
      return sum + component.weight * share
    }
  }

  /// The quantile of a one-dimensional law of real numbers; `nil` for laws of anything else.
  ///
  /// - Complexity: about 70 evaluations of the law.
  public func quantile(_ probability: Double) -> Double? {
    guard let components = normalComponents, !components.isEmpty else { return nil }
    var low = Double.infinity
    var high = -Double.infinity
    for component in components {
      low = min(low, component.mean - 40 * component.deviation)
      high = max(high, component.mean + 40 * component.deviation)
    }
    guard low.isFinite, high.isFinite else { return .nan }
    return Metrics.quantile(probability, low: low, high: high) { cumulative($0) ?? .nan }
  }
}
