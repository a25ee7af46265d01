import Glibc

/// How samples spread over predicted classes.
public struct ClassShares: Sendable, Equatable {
  /// The share of each class, [classes].
  public let shares: [Double]
  /// The mean, over classes with two or more samples, of the trace of their features' unbiased
  /// covariance; NaN where no class has two.
  public let meanVariance: Double

  /// - Parameters:
  ///   - features: [rows×width]
  ///   - predictions: the class of each row, [rows], from 0 below `classes`.
  /// - Complexity: O(rows·width).
  public init(_ features: [Double], width: Int, predictions: [Int], classes: Int) {
    precondition(
      features.count == predictions.count * width,
      "\(features.count) features of width \(width), \(predictions.count) predictions")
    var counts = [Int](repeating: 0, count: classes)
    var sums = [Double](repeating: 0, count: classes * width)
    for (row, place) in predictions.enumerated() {
      counts[place] += 1
      for axis in 0..<width { sums[place * width + axis] += features[row * width + axis] }
    }
    // About the class means, in a second pass: no cancellation.
    var squares = [Double](repeating: 0, count: classes)
    for (row, place) in predictions.enumerated() {
      let count = Double(counts[place])
      for axis in 0..<width {
        let gap = features[row * width + axis] - sums[place * width + axis] / count
        squares[place] += gap * gap
      }
    }
    let traces = counts.indices.filter { counts[$0] > 1 }.map { squares[$0] / Double(counts[$0] - 1) }
    shares = counts.map { Double($0) / Double(predictions.count) }
    meanVariance = traces.reduce(0, +) / Double(traces.count)
  }

  /// −Σ p·ln p in nats.
  public var entropy: Double {
    -shares.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
  }

  /// Classes with a sample.
  public var present: Int { shares.count { $0 > 0 } }

  /// The share of the rarest class.
  public var smallest: Double { shares.min() ?? .nan }

  /// ½·Σ|p − q|.
  public func totalVariation(to other: ClassShares) -> Double {
    0.5 * l1Distance(shares, other.shares)
  }
}
