import Laws
import Randomness
import Samples

/// Where expectation maximisation starts.
enum MixtureStart: String, CaseIterable, Sendable {
  /// Components fitted to k-means clusters.
  case kMeans = "k-means++"
  /// Components centred at distinct random points, with the covariance of all points.
  case random

  /// - Parameter points: [count×dimension], finite, at least `components` of them.
  /// - Throws: `FitError.degenerate` when a covariance is singular; `Interrupted`.
  func law(
    _ points: [Double], dimension: Int, components: Int, family: CovarianceFamily,
    regularisation: Double, stream: inout RandomStream
  ) throws -> MixtureLaw {
    switch self {
    case .kMeans:
      let clusters = try KMeans(
        points, dimension: dimension, clusters: components, stream: &stream,
        check: Interruption.check)
      return try assigned(
        points, labels: clusters.labels, centres: clusters.centres, family, regularisation)
    case .random:
      let count = points.count / dimension
      let zeros = [Double](repeating: 0, count: dimension)
      let whole = try assigned(
        points, labels: [Int32](repeating: 0, count: count), centres: zeros, family, regularisation)
      let laws = stream.sample(components, of: count).map { row in
        GaussianLaw(
          mean: Array(points[row * dimension..<(row + 1) * dimension]),
          covariance: whole.components[0].covariance)
      }
      return MixtureLaw(
        weights: [Double](repeating: 1 / Double(components), count: components), components: laws)
    }
  }
}

/// The M-step for hard assignments: every cluster's share, mean and covariance.
private func assigned(
  _ points: [Double], labels: [Int32], centres: [Double], _ family: CovarianceFamily,
  _ regularisation: Double
) throws(FitError) -> MixtureLaw {
  let components = Int(labels.max() ?? 0) + 1
  let d = points.count / labels.count
  let present = MixtureLaw(
    weights: [Double](repeating: 1 / Double(centres.count / d), count: centres.count / d),
    components: (0..<centres.count / d).map { k in
      GaussianLaw(
        mean: Array(centres[k * d..<(k + 1) * d]), variances: [Double](repeating: 1, count: d))
    })
  precondition(components <= present.components.count, "\(components) labels")
  var sums = MixtureSums(
    components: present.components.count, dimension: d, isDiagonal: family != .full)
  var gap = [Double](repeating: 0, count: d)
  for (row, label) in labels.enumerated() {
    let k = Int(label)
    sums.mass[k] += 1
    for i in 0..<d {
      gap[i] = points[row * d + i] - centres[k * d + i]
      sums.first[k * d + i] += gap[i]
    }
    if sums.isDiagonal {
      for i in 0..<d { sums.second[k * d + i] += gap[i] * gap[i] }
    } else {
      for i in 0..<d {
        for j in 0..<d { sums.second[(k * d + i) * d + j] += gap[i] * gap[j] }
      }
    }
  }
  return try sums.maximised(from: present, family: family, regularisation: regularisation)
}
