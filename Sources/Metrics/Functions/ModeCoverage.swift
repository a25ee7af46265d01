import Engine
import Laws

/// How samples cover the components of a mixture.
public struct ModeCoverage: Sendable, Equatable {
  /// Components with at least one sample of high quality.
  public let modes: Int
  /// The share of samples within the radius of their nearest component.
  public let highQualityShare: Double
  /// The mean, over components with two or more samples nearest to them, of the trace of those
  /// samples' unbiased covariance; NaN where no component has two.
  public let meanModalVariance: Double
  /// √(mean modal variance / dimension).
  public let withinModeStandardDeviation: Double

  /// Assigns every sample to the component with the nearest mean; a sample within `radius` standard
  /// deviations (Mahalanobis distance) of that component is of high quality.
  ///
  /// - Parameter points: [rows×dimension], finite.
  /// - Returns: `nil` for no samples, a non-finite sample or a degenerate component.
  /// - Complexity: O(rows · components · dimension²).
  public init?(_ points: [Double], law: MixtureLaw, radius: Double) {
    let d = law.dimension
    let rows = points.count / d
    guard rows > 0, points.allSatisfy(\.isFinite) else { return nil }
    guard law.components.allSatisfy({ $0.factor.isTriangular }) else { return nil }
    var members = [[Double]](repeating: [], count: law.components.count)
    for row in 0..<rows {
      let point = points[row * d..<(row + 1) * d]
      var best = (distance: Double.infinity, component: 0)
      for (index, component) in law.components.enumerated() {
        let distance = zip(point, component.mean).reduce(0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        if distance < best.distance { best = (distance, index) }
      }
      members[best.component] += point
    }
    var covered = 0
    var near = 0
    var variances: [Double] = []
    for (component, own) in zip(law.components, members) where !own.isEmpty {
      let count = own.count / d
      var centred = own
      for row in 0..<count {
        for axis in 0..<d { centred[row * d + axis] -= component.mean[axis] }
      }
      solveLowerTriangularRows(component.factor.values, &centred, rows: count, dimension: d)
      var inside = 0
      for row in 0..<count {
        let square = centred[row * d..<(row + 1) * d].reduce(0) { $0 + $1 * $1 }
        if square <= radius * radius { inside += 1 }
      }
      near += inside
      if inside > 0 { covered += 1 }
      if count > 1 {
        variances.append(axisVariances(own, mean: sampleMean(own, dimension: d)).reduce(0, +))
      }
    }
    modes = covered
    highQualityShare = Double(near) / Double(rows)
    let mean = variances.reduce(0, +) / Double(variances.count)
    meanModalVariance = mean
    withinModeStandardDeviation = (mean / Double(d)).squareRoot()
  }
}
