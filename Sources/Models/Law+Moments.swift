import Engine
import Laws

extension Law {
  /// Mean and covariance of a law over vectors; `nil` for other laws.
  ///
  /// - Complexity: O(dimension²) a component or kernel point.
  var moments: (mean: [Double], covariance: [Double])? {
    switch self {
    case .gaussian(let law): return (law.mean, law.covariance)
    case .mixture(let law):
      return pooledMoments(
        zip(law.weights, law.components).map { ($0, $1.mean, $1.covariance) })
    case .kernelDensity(let law):
      // Points about their mean (each weighs 1/n), plus h² on the diagonal.
      let d = law.dimension
      let n = law.count
      guard n > 0 else { return nil }
      var centred = law.points
      var mean = [Double](repeating: 0, count: d)
      for row in 0..<n {
        for column in 0..<d { mean[column] += law.points[row * d + column] / Double(n) }
      }
      for row in 0..<n {
        for column in 0..<d { centred[row * d + column] -= mean[column] }
      }
      var covariance = gram(centred, rows: n, dimension: d)
      for index in covariance.indices { covariance[index] /= Double(n) }
      for index in 0..<d { covariance[index * d + index] += law.bandwidth * law.bandwidth }
      return (mean, covariance)
    case .categorical, .regression, .tokens: return nil
    }
  }
}

/// Mean and covariance of a mixture of laws with the given weights (sum 1), means and covariances.
func pooledMoments(
  _ parts: [(weight: Double, mean: [Double], covariance: [Double])]
) -> (mean: [Double], covariance: [Double]) {
  if parts.count == 1 { return (parts[0].mean, parts[0].covariance) }
  let d = parts[0].mean.count
  var mean = [Double](repeating: 0, count: d)
  for part in parts {
    for i in 0..<d { mean[i] += part.weight * part.mean[i] }
  }
  var covariance = [Double](repeating: 0, count: d * d)
  for part in parts {
    for i in 0..<d {
      let gap = part.mean[i] - mean[i]
      for j in 0..<d {
        covariance[i * d + j] +=
          part.weight * (part.covariance[i * d + j] + gap * (part.mean[j] - mean[j]))
      }
    }
  }
  return (mean, covariance)
}
