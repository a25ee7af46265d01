import Engine
import Samples

/// Count, mean and scatter of a set of vectors: all a Gaussian fit needs.
public struct GaussianStatistics: SufficientStatistics {
  public let dimension: Int
  public private(set) var count: Int
  /// [dimension]; zeros for an empty set.
  public private(set) var mean: [Double]
  /// Σ (x − mean)(x − mean)ᵀ, [dimension×dimension], symmetric.
  public private(set) var scatter: [Double]

  public init(count: Int, mean: [Double], scatter: [Double]) {
    precondition(
      scatter.count == mean.count * mean.count, "scatter \(scatter.count), mean \(mean.count)")
    self.dimension = mean.count
    self.count = count
    self.mean = mean
    self.scatter = scatter
  }

  /// The pairwise update of Chan, Golub & LeVeque, "Algorithms for computing the sample variance",
  /// The American Statistician 37 (1983), in matrix form.
  ///
  /// - Complexity: O(dimension²), whatever the counts.
  public mutating func merge(_ other: GaussianStatistics) {
    precondition(other.dimension == dimension, "\(other.dimension) beside \(dimension)")
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let total = Double(count) + Double(other.count)
    let share = Double(other.count) / total
    let weight = Double(count) * share
    count += other.count
    if dimension == 1 {
      let gap = other.mean[0] - mean[0]
      mean[0] += gap * share
      scatter[0] += other.scatter[0] + weight * (gap * gap)
      return
    }
    let d = dimension
    var gap = other.mean  // [d]
    for index in 0..<d {
      gap[index] -= mean[index]
      mean[index] += gap[index] * share
    }
    scatter.withUnsafeMutableBufferPointer { scatter in
      other.scatter.withUnsafeBufferPointer { added in
        gap.withUnsafeBufferPointer { gap in
          for row in 0..<d {
            let factor = gap[row]
            for column in 0..<d {
              scatter[row * d + column] +=
                added[row * d + column] + weight * (factor * gap[column])
            }
          }
        }
      }
    }
  }
}

extension GaussianStatistics {
  /// The statistics of real-valued samples, in two passes: mean first, then the centred products.
  ///
  /// - Complexity: count · dimension² floating-point operations.
  public init(of samples: SampleSet) {
    let d = samples.space.width
    let n = samples.count
    guard n > 0 else {
      self.init(
        count: 0, mean: [Double](repeating: 0, count: d),
        scatter: [Double](repeating: 0, count: d * d))
      return
    }
    if d == 1 {
      var x = samples.reals
      let (mean, scatter) = x.withUnsafeMutableBufferPointer { x in
        let x = x.baseAddress.unsafelyUnwrapped
        return (centre(x, count: n), laneDot(x, x, count: n))
      }
      self.init(count: n, mean: [mean], scatter: [scatter])
      return
    }
    let mean = columnMeans(samples.reals, rows: n, columns: d)
    self.init(
      count: n, mean: mean, scatter: centredProducts(samples.reals, rows: n, centre: mean))
  }
}

/// The mean of every column of x [rows×columns].
private func columnMeans(_ x: [Double], rows: Int, columns: Int) -> [Double] {
  var sums = [Double](repeating: 0, count: columns)
  x.withUnsafeBufferPointer { x in
    sums.withUnsafeMutableBufferPointer { sums in
      for row in 0..<rows {
        for column in 0..<columns { sums[column] += x[row * columns + column] }
      }
      for column in 0..<columns { sums[column] /= Double(rows) }
    }
  }
  return sums
}

/// Σ (x − centre)(x − centre)ᵀ over the rows of x, in blocks so that no copy of the whole set is made.
private func centredProducts(_ x: [Double], rows: Int, centre: [Double]) -> [Double] {
  let d = centre.count
  let blockRows = min(rows, max(16, 65_536 / d))
  var block = [Double](repeating: 0, count: blockRows * d)
  var products = [Double](repeating: 0, count: d * d)
  for start in stride(from: 0, to: rows, by: blockRows) {
    let count = min(blockRows, rows - start)
    x.withUnsafeBufferPointer { x in
      block.withUnsafeMutableBufferPointer { block in
        for row in 0..<count {
          for column in 0..<d {
            block[row * d + column] = x[(start + row) * d + column] - centre[column]
          }
        }
      }
    }
    accumulateColumnProducts(block, rows: count, columns: d, beta: 1, into: &products)
  }
  symmetrise(&products, d)
  return products
}
