import Engine
import Laws
import Samples

/// Count, mean and scatter of a set of vectors: all a Gaussian fit needs.
///
/// A set known to lie in an affine hull is held in the coordinates of the hull: of M samples in d > M
/// dimensions everything that follows costs as in M − 1 dimensions.
public struct GaussianStatistics: SufficientStatistics {
  public private(set) var count: Int
  private var storage: Storage

  /// Shared by copies until one of them changes: a generation copies its statistics several times.
  private final class Storage: @unchecked Sendable {
    /// The hull of a set that is held in its coordinates.
    let hull: AffineHull?
    var numbers: Numbers

    init(hull: AffineHull?, numbers: Numbers) {
      self.hull = hull
      self.numbers = numbers
    }

    /// Moves the numbers out, to be changed in place and put back.
    func take() -> Numbers {
      var taken = Numbers(mean: [], form: .dense([]))
      swap(&taken, &numbers)
      return taken
    }
  }

  private struct Numbers {
    /// The mean in the coordinates in use; zeros for an empty set.
    var mean: [Double]
    /// The scatter in the coordinates in use.
    var form: Form

    /// The dense lower triangle, moved out so that it can be changed in place.
    mutating func takeLower() -> [Double] {
      switch form {
      case .dense(let scatter):
        form = .dense([])
        return scatter
      case .factored(let factor):
        var lower = [Double](repeating: 0, count: factor.dimension * factor.dimension)
        factor.addSquare(toLower: &lower)
        return lower
      }
    }
  }

  /// How the scatter is held.
  private enum Form {
    /// [n×n] in n coordinates, the lower triangle; above it anything.
    case dense([Double])
    /// A factor G with scatter = G·Gᵀ, as statistics drawn directly have it: a fit to one such set
    /// needs no factorisation.
    case factored(SemidefiniteFactor)

    /// Adds the scatter to the lower triangle of a matrix [n×n] in the same coordinates.
    func add(to lower: UnsafeMutablePointer<Double>, dimension n: Int) {
      switch self {
      case .dense(let scatter):
        scatter.withUnsafeBufferPointer { scatter in
          guard let scatter = scatter.baseAddress else { return }
          for row in 0..<n {
            let own = lower + row * n
            let added = scatter + row * n
            for column in 0..<row + 1 { own[column] += added[column] }
          }
        }
      case .factored(let factor):
        factor.addSquare(toLower: lower)
      }
    }
  }

  /// - Parameters:
  ///   - mean: [n], in the coordinates of the hull where there is one.
  ///   - scatter: [n×n], likewise; the lower triangle counts.
  public init(count: Int, mean: [Double], scatter: [Double], in hull: AffineHull? = nil) {
    precondition(
      scatter.count == mean.count * mean.count, "scatter \(scatter.count), mean \(mean.count)")
    self.init(count: count, mean: mean, form: .dense(scatter), in: hull)
  }

  /// - Parameter factor: G with scatter = G·Gᵀ.
  init(count: Int, mean: [Double], factor: SemidefiniteFactor, in hull: AffineHull?) {
    precondition(factor.dimension == mean.count, "factor of \(factor.dimension), mean \(mean.count)")
    self.init(count: count, mean: mean, form: .factored(factor), in: hull)
  }

  private init(count: Int, mean: [Double], form: Form, in hull: AffineHull?) {
    precondition(hull.map { $0.rank == mean.count } ?? true, "mean \(mean.count) in a hull")
    self.count = count
    storage = Storage(hull: hull, numbers: Numbers(mean: mean, form: form))
  }

  private var hull: AffineHull? { storage.hull }
  private var innerMean: [Double] { storage.numbers.mean }
  private var form: Form { storage.numbers.form }

  public var dimension: Int { hull?.dimension ?? innerMean.count }

  /// [dimension]; zeros for an empty set.
  public var mean: [Double] { hull?.point(innerMean) ?? innerMean }

  var isMeanFinite: Bool { innerMean.allSatisfy(\.isFinite) }

  /// Σ (x − mean)(x − mean)ᵀ, [dimension×dimension], symmetric.
  ///
  /// - Complexity: O(dimension²), or dimension²·rank for statistics held by their factor or in a hull.
  public var scatter: [Double] { hull?.embedding(symmetric: innerScatter) ?? innerScatter }

  private var innerScatter: [Double] {
    switch form {
    case .dense(var scatter):
      symmetriseFromLower(&scatter, innerMean.count)
      return scatter
    case .factored(let factor): return factor.square
    }
  }

  /// The law with covariance scatter/divisor; `nil` where its numbers are not finite.
  ///
  /// - Parameter maximumRank: an upper bound of the covariance's rank.
  /// - Complexity: O(dimension) for statistics held by their factor, O(dimension³) otherwise.
  func law(divisor: Double, maximumRank: Int) -> GaussianLaw? {
    let factor: SemidefiniteFactor
    switch form {
    case .factored(let own):
      guard own.trace.isFinite else { return nil }
      factor = own.scaled(by: (1 / divisor).squareRoot())
    case .dense(let scatter):
      let n = innerMean.count
      // A finite diagonal bounds every entry (Cauchy–Schwarz).
      for index in 0..<n where !scatter[index * n + index].isFinite { return nil }
      factor = SemidefiniteFactor(
        scatter, dimension: n, maximumRank: maximumRank, scale: 1 / divisor)
    }
    if factor.rank > 0, factor.rank < factor.dimension {
      let (hull, inside) = AffineHull.spanned(
        by: hull?.embedding(factor) ?? factor, at: mean)
      return GaussianLaw(
        in: hull, mean: [Double](repeating: 0, count: hull.rank), factor: inside)
    }
    guard let hull else { return GaussianLaw(mean: innerMean, factor: factor) }
    return GaussianLaw(in: hull, mean: innerMean, factor: factor)
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
    guard hull === other.hull else {
      var other = other
      share(coordinatesWith: &other)
      merge(other)
      return
    }
    let total = Double(count) + Double(other.count)
    let share = Double(other.count) / total
    let weight = Double(count) * share
    count += other.count
    if !isKnownUniquelyReferenced(&storage) {
      storage = Storage(hull: hull, numbers: storage.numbers)
    }
    var own = storage.take()
    let added = other.storage.numbers
    let n = own.mean.count
    var lower = own.takeLower()
    if n == 1, case .dense(let scatter) = added.form {
      let gap = added.mean[0] - own.mean[0]
      own.mean[0] += gap * share
      lower[0] = lower[0] + scatter[0] + weight * (gap * gap)
    } else {
      lower.withUnsafeMutableBufferPointer { lower in
        guard let lower = lower.baseAddress else { return }
        added.form.add(to: lower, dimension: n)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: n) { gap in  // [n]
          guard let gap = gap.baseAddress else { return }
          for index in 0..<n {
            gap[index] = added.mean[index] - own.mean[index]
            own.mean[index] += gap[index] * share
          }
          accumulateLowerRankOne(weight: weight, gap, dimension: n, into: lower)
        }
      }
    }
    own.form = .dense(lower)
    storage.numbers = own
  }

  /// Brings two sets into the same coordinates: those of a hull that holds both, or of space.
  private mutating func share(coordinatesWith other: inout GaussianStatistics) {
    if let hull = other.hull, let inside = held(by: hull) {
      self = inside
    } else if let hull, let inside = other.held(by: hull) {
      other = inside
    } else {
      if hull != nil { self = GaussianStatistics(count: count, mean: mean, scatter: scatter) }
      if other.hull != nil {
        other = GaussianStatistics(count: other.count, mean: other.mean, scatter: other.scatter)
      }
    }
  }

  /// The same set in the coordinates of a hull; `nil` where it does not lie in it.
  private func held(by hull: AffineHull) -> GaussianStatistics? {
    hull.coordinates(mean: mean, scatter: scatter).map {
      GaussianStatistics(count: count, mean: $0.mean, scatter: $0.scatter, in: hull)
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
  // Written before it is read.
  var block = [Double](unsafeUninitializedCapacity: blockRows * d) { $1 = blockRows * d }
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
