import CKernels
import COpenBLAS

/// The flat part of space in which a degenerate sample or law lies: {origin + Q·y}, y in rank < dimension
/// coordinates, with orthonormal columns of Q.
///
/// Where few points span many dimensions, everything that is drawn from them stays in their hull; in its
/// coordinates a singular matrix is a smaller regular one.
public final class AffineHull: Sendable {
  public let dimension: Int
  public let rank: Int
  /// [dimension]
  public let origin: [Double]
  /// Q, [dimension×rank], row-major.
  public let basis: [Double]

  private init(origin: [Double], basis: [Double], rank: Int) {
    dimension = origin.count
    self.rank = rank
    self.origin = origin
    self.basis = basis
  }

  /// The hull of origin + F·z, and the factor in its coordinates: F·Fᵀ = Q·C·Cᵀ·Qᵀ with a lower
  /// triangular C (LAPACK `dgerqf` on Fᵀ = Cᵀ·Qᵀ).
  ///
  /// - Parameter factor: F, of a rank above 0 and below its dimension.
  /// - Complexity: O(dimension · rank²).
  public static func spanned(
    by factor: SemidefiniteFactor, at origin: [Double]
  ) -> (hull: AffineHull, factor: SemidefiniteFactor) {
    precondition(
      factor.rank > 0 && factor.rank < factor.dimension && origin.count == factor.dimension,
      "rank \(factor.rank) of dimension \(factor.dimension)")
    let r = factor.rank
    var basis = factor.values
    var rows = Int32(r)
    var columns = Int32(factor.dimension)
    var reflectors = [Double](repeating: 0, count: r)
    var room = Int32(64 * r)
    var work = [Double](repeating: 0, count: 64 * r)
    var info: Int32 = 0
    // Row-major F [dimension×rank] is column-major Fᵀ [rank×dimension].
    dgerqf_(&rows, &columns, &basis, &rows, &reflectors, &work, &room, &info)
    var lower = [Double](repeating: 0, count: r * r)
    let first = factor.dimension - r
    for column in 0..<r {
      // The sign of a column of C is free; a positive diagonal makes it a Cholesky factor.
      let sign = basis[(first + column) * r + column] < 0 ? -1.0 : 1.0
      for row in column..<r {
        lower[row * r + column] = sign * basis[(first + row) * r + column]
      }
    }
    dorgrq_(&rows, &columns, &rows, &basis, &rows, &reflectors, &work, &room, &info)
    return (
      AffineHull(origin: origin, basis: basis, rank: r),
      SemidefiniteFactor(
        dimension: r, rank: r, entries: lower, trace: factor.trace, isTriangular: true,
        isDiagonal: r == 1)
    )
  }

  /// origin + Q·y, [dimension].
  ///
  /// - Parameter y: [rank]
  public func point(_ y: [Double]) -> [Double] {
    precondition(y.count == rank, "\(y.count) coordinates for rank \(rank)")
    return [Double](unsafeUninitializedCapacity: dimension) { point, count in
      count = dimension
      ouroboros_lower_apply(basis, dimension, rank, 0, y, 1, origin, point.baseAddress)
    }
  }

  /// Q·C, a factor in the space around.
  public func embedding(_ factor: SemidefiniteFactor) -> SemidefiniteFactor {
    precondition(factor.dimension == rank, "factor of \(factor.dimension) for rank \(rank)")
    var values = [Double](repeating: 0, count: dimension * factor.rank)
    multiply(basis, factor.values, m: dimension, n: factor.rank, k: rank, into: &values)
    return SemidefiniteFactor(
      dimension: dimension, rank: factor.rank, entries: values, trace: factor.trace,
      isTriangular: false, isDiagonal: false)
  }

  /// Q·S·Qᵀ for symmetric S [rank×rank]: [dimension×dimension], symmetric.
  public func embedding(symmetric s: [Double]) -> [Double] {
    var half = [Double](repeating: 0, count: dimension * rank)
    var result = [Double](repeating: 0, count: dimension * dimension)
    multiply(basis, s, m: dimension, n: rank, k: rank, into: &half)
    multiply(half, basis, transposingB: true, m: dimension, n: dimension, k: rank, into: &result)
    symmetrise(&result, dimension)
    return result
  }

  /// Mean and scatter of a set in the coordinates of the hull, where the set lies in it; `nil` where it
  /// does not. What is neglected is what the rank of a `SemidefiniteFactor` neglects: dimension·ε of the
  /// largest variance in each direction.
  ///
  /// - Parameters:
  ///   - mean: [dimension]
  ///   - scatter: [dimension×dimension], symmetric.
  /// - Complexity: 2·dimension²·rank floating-point operations.
  public func coordinates(
    mean: [Double], scatter: [Double]
  ) -> (mean: [Double], scatter: [Double])? {
    let d = dimension
    var gap = mean
    var size = 0.0
    var trace = 0.0
    for index in 0..<d {
      gap[index] -= origin[index]
      size = max(size, abs(mean[index]), abs(origin[index]))
      trace += scatter[index * d + index]
    }
    var y = [Double](repeating: 0, count: rank)
    multiply(basis, gap, transposingA: true, m: rank, n: 1, k: d, into: &y)
    let back = point(y)
    let tolerance = Double(d) * .ulpOfOne
    for index in 0..<d where !(abs(back[index] - mean[index]) <= tolerance * size) { return nil }
    var half = [Double](repeating: 0, count: d * rank)
    var inside = [Double](repeating: 0, count: rank * rank)
    multiply(scatter, basis, m: d, n: rank, k: d, into: &half)
    multiply(basis, half, transposingA: true, m: rank, n: rank, k: d, into: &inside)
    symmetrise(&inside, rank)
    for index in 0..<rank { trace -= inside[index * rank + index] }
    // The trace outside, against dimension times the largest variance that counts as none.
    var largest = 0.0
    for index in 0..<d { largest = max(largest, scatter[index * d + index]) }
    guard trace <= Double(d) * tolerance * largest else { return nil }
    return (y, inside)
  }
}
