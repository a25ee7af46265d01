import Engine
import Samples

/// Coordinates along the principal components of the real data.
public struct ComponentFeatures: FeatureExtractor {
  public let basis: PrincipalComponents
  public var width: Int { basis.count }

  /// - Parameters:
  ///   - samples: finite, more than `count`.
  ///   - count: at most the numbers of a sample.
  /// - Returns: `nil` when a number is not finite.
  /// - Complexity: O(samples · dimension² + dimension³).
  public init?(_ samples: SampleSet, count: Int) {
    let dimension = samples.space.width
    guard
      let basis = PrincipalComponents(
        rows: samples.count, dimension: dimension, count: count,
        batch: { Array(samples.reals[$0.lowerBound * dimension..<$0.upperBound * dimension]) })
    else { return nil }
    self.basis = basis
  }

  public func features(of samples: SampleSet) -> [Double] {
    basis.project(samples.reals, rows: samples.count)
  }
}
