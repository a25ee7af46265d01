import COpenBLAS
import Glibc

/// A factor F [dimension×rank], row-major, with A = F·Fᵀ, for a symmetric positive semi-definite A.
public struct SemidefiniteFactor: Sendable {
  public let dimension: Int
  /// Columns of `values`.
  public let rank: Int
  /// F/scale, [dimension×rank].
  let entries: [Double]
  let scale: Double
  /// tr F·Fᵀ.
  public let trace: Double
  /// Whether the factor is square and lower triangular (A is positive definite).
  public let isTriangular: Bool
  /// Whether the factor is square and diagonal, with nothing but positive numbers on the diagonal.
  public let isDiagonal: Bool

  /// F, [dimension×rank].
  public var values: [Double] { scale == 1 ? entries : entries.map { scale * $0 } }

  /// Plain Cholesky where it succeeds, Cholesky with complete pivoting (LAPACK `dpstrf`) where the
  /// matrix is singular; eigenvalues below dimension·ε·max diagonal count as zero.
  ///
  /// - Parameters:
  ///   - a: [dimension×dimension], row-major.
  ///   - maximumRank: an upper bound of A's rank that is known beforehand, e.g. samples − 1 for a
  ///     sample covariance. Rounding then cannot pretend to a higher one.
  ///   - scale: multiplies A.
  public init(_ a: [Double], dimension: Int, maximumRank: Int = .max, scale: Double = 1) {
    if maximumRank >= dimension,
      let lower = choleskyFactor(a, dimension: dimension, scale: scale)
    {
      var trace = 0.0
      for index in 0..<dimension { trace += a[index * dimension + index] }
      self.init(
        dimension: dimension, rank: dimension, entries: lower, trace: scale * trace,
        isTriangular: true, isDiagonal: dimension == 1)
    } else {
      let scaled = scale == 1 ? a : a.map { $0 * scale }
      self.init(pivoting: scaled, dimension: dimension, maximumRank: max(0, maximumRank))
    }
  }

  /// The factor of a diagonal matrix: a column for every entry above zero, holding its square root.
  ///
  /// - Parameter variances: [dimension]
  public init(diagonal variances: [Double]) {
    let n = variances.count
    var rank = 0
    var trace = 0.0
    for variance in variances where variance > 0 {
      rank += 1
      trace += variance
    }
    var values = [Double](repeating: 0, count: n * rank)
    var column = 0
    for row in 0..<n where variances[row] > 0 {
      values[row * rank + column] = variances[row].squareRoot()
      column += 1
    }
    self.init(
      dimension: n, rank: rank, entries: values, trace: trace, isTriangular: rank == n,
      isDiagonal: rank == n)
  }

  /// - Parameters:
  ///   - entries: F/scale, [dimension×rank].
  ///   - trace: tr F·Fᵀ.
  init(
    dimension: Int, rank: Int, entries: [Double], scale: Double = 1, trace: Double,
    isTriangular: Bool, isDiagonal: Bool
  ) {
    self.dimension = dimension
    self.rank = rank
    self.entries = entries
    self.scale = scale
    self.trace = trace
    self.isTriangular = isTriangular
    self.isDiagonal = isDiagonal
  }

  private init(pivoting a: [Double], dimension: Int, maximumRank: Int) {
    guard dimension > 1 else {
      self.init(
        dimension: dimension, rank: 0, entries: [], trace: 0, isTriangular: false, isDiagonal: false)
      return
    }
    var factor = a
    var n = Int32(dimension)
    var pivots = [Int32](repeating: 0, count: dimension)
    var rank: Int32 = 0
    var tolerance = -1.0
    var work = [Double](repeating: 0, count: 2 * dimension)
    var info: Int32 = 0
    var uplo = CChar(UInt8(ascii: "U"))
    dpstrf_(&uplo, &n, &factor, &n, &pivots, &rank, &tolerance, &work, &info)
    let columns = min(Int(rank), maximumRank)
    var values = [Double](repeating: 0, count: dimension * columns)
    for row in 0..<dimension {
      let original = Int(pivots[row]) - 1
      for column in 0..<min(row + 1, columns) {
        values[original * columns + column] = factor[row * dimension + column]
      }
    }
    self.init(
      dimension: dimension, rank: columns, entries: values,
      trace: laneDot(values, values, count: values.count), isTriangular: false, isDiagonal: false)
  }

  /// ln det A; −∞ where A is singular.
  public var logDeterminant: Double {
    guard isTriangular else { return -.infinity }
    var sum = 0.0
    for index in 0..<dimension { sum += log(scale * entries[index * dimension + index]) }
    return 2 * sum
  }
}
