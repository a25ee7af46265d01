import Engine
import Laws
import Samples

/// Count, mean and scatter of a set of vectors: all a Gaussian fit needs.
public struct GaussianStatistics: SufficientStatistics {
  public let dimension: Int
  public private(set) var count: Int
  /// [dimension]; zeros for an empty set.
  public private(set) var mean: [Double]
  private var form: Form

  /// How the scatter is held.
  private enum Form {
    /// [dimension×dimension], the lower triangle; above it anything.
    case dense([Double])
    /// A factor G with scatter = G·Gᵀ, as statistics drawn directly have it: a fit to one such set
    /// needs no factorisation.
    case factored(SemidefiniteFactor)
  }

  public init(count: Int, mean: [Double], scatter: [Double]) {
    precondition(
      scatter.count == mean.count * mean.count, "scatter \(scatter.count), mean \(mean.count)")
    self.dimension = mean.count
    self.count = count
    self.mean = mean
    form = .dense(scatter)
  }

  /// - Parameter factor: G with scatter = G·Gᵀ.
  init(count: Int, mean: [Double], factor: SemidefiniteFactor) {
    precondition(factor.dimension == mean.count, "factor of \(factor.dimension), mean \(mean.count)")
    self.dimension = mean.count
    self.count = count
    self.mean = mean
    form = .factored(factor)
  }

  /// Σ (x − mean)(x − mean)ᵀ, [dimension×dimension], symmetric.
  ///
  /// - Complexity: O(dimension²), or dimension²·rank for statistics held by their factor.
  public var scatter: [Double] {
    switch form {
    case .dense(var scatter):
      symmetriseFromLower(&scatter, dimension)
      return scatter
    case .factored(let factor): return factor.square
    }
  }

  /// The law with covariance scatter/divisor, and whether its numbers are finite.
  ///
  /// - Parameter maximumRank: an upper bound of the covariance's rank.
  /// - Complexity: O(dimension²) for statistics held by their factor, O(dimension³) otherwise.
  func law(divisor: Double, maximumRank: Int) -> GaussianLaw? {
    switch form {
    case .factored(let factor):
      guard factor.trace.isFinite else { return nil }
      return GaussianLaw(mean: mean, factor: factor.scaled(by: (1 / divisor).squareRoot()))
    case .dense(let scatter):
      if dimension == 1 {
        let variance = scatter[0] / divisor
        return variance.isFinite ? GaussianLaw(mean: mean, covariance: [variance]) : nil
      }
      // A finite diagonal bounds every entry (Cauchy–Schwarz).
      for index in 0..<dimension where !scatter[index * dimension + index].isFinite { return nil }
      return GaussianLaw(
        mean: mean,
        factor: SemidefiniteFactor(
          scatter, dimension: dimension, maximumRank: maximumRank, scale: 1 / divisor))
    }
  }

  /// The pairwise update of Chan, Golub & LeVeque, "Algorithms for computing the sample variance",
  /// The American Statistician 37 (1983), in matrix form.
  ///
  /// - Complexity: O(dimension²) whatever the counts, dimension²·rank where a factor is squared.
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
    if dimension == 1, case .dense(let own) = form, case .dense(let added) = other.form {
      let gap = other.mean[0] - mean[0]
      mean[0] += gap * share
      form = .dense([own[0] + added[0] + weight * (gap * gap)])
      return
    }
    var gap = other.mean  // [d]
    for index in 0..<dimension {
      gap[index] -= mean[index]
      mean[index] += gap[index] * share
    }
    var merged = takeLower()
    merged.withUnsafeMutableBufferPointer { merged in
      guard let lower = merged.baseAddress else { return }
      other.add(to: lower)
      gap.withUnsafeBufferPointer { gap in
        guard let gap = gap.baseAddress else { return }
        for row in 0..<dimension {
          let factor = weight * gap[row]
          let own = lower + row * dimension
          for column in 0..<row + 1 { own[column] += factor * gap[column] }
        }
      }
    }
    form = .dense(merged)
  }

  /// The dense lower triangle, moved out of the value so that it can be changed in place.
  private mutating func takeLower() -> [Double] {
    switch form {
    case .dense(let scatter):
      form = .dense([])
      return scatter
    case .factored(let factor):
      var lower = [Double](repeating: 0, count: dimension * dimension)
      factor.addSquare(toLower: &lower)
      return lower
    }
  }

  /// Adds the scatter to the lower triangle of a [dimension×dimension] matrix.
  private func add(to lower: UnsafeMutablePointer<Double>) {
    switch form {
    case .dense(let scatter):
      scatter.withUnsafeBufferPointer { scatter in
        guard let scatter = scatter.baseAddress else { return }
        for row in 0..<dimension {
          let own = lower + row * dimension
          let added = scatter + row * dimension
          for column in 0..<row + 1 { own[column] += added[column] }
        }
      }
    case .factored(let factor):
      factor.addSquare(toLower: lower)
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

extension GaussianStatistics: CustomReflectable {
  /// Shows the value, not how it is held.
  public var customMirror: Mirror {
    Mirror(self, children: ["count": count, "mean": mean, "scatter": scatter])
  }
}
