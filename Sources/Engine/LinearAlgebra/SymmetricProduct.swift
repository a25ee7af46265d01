import CKernels
import COpenBLAS

/// The upper triangle of c [n×n] = beta·c + x·xᵀ for x [n×columns] row-major; the lower one is left.
///
/// - Complexity: n²·columns floating-point operations.
public func accumulateRowProducts(
  _ x: UnsafePointer<Double>, rows n: Int, columns: Int, beta: Double = 0,
  into c: UnsafeMutablePointer<Double>
) {
  guard n > 0 else { return }
  cblas_dsyrk(
    CblasRowMajor, CblasUpper, CblasNoTrans, Int32(n), Int32(columns), 1, x,
    Int32(max(columns, 1)), beta, c, Int32(n))
}

/// The upper triangle of c [n×n] = beta·c + xᵀ·x for x [rows×n] row-major; the lower one is left.
///
/// - Complexity: n²·rows floating-point operations.
public func accumulateColumnProducts(
  _ x: UnsafePointer<Double>, rows: Int, columns n: Int, beta: Double = 0,
  into c: UnsafeMutablePointer<Double>
) {
  guard n > 0 else { return }
  cblas_dsyrk(
    CblasRowMajor, CblasUpper, CblasTrans, Int32(n), Int32(rows), 1, x, Int32(n), beta, c, Int32(n))
}

/// The lower triangle of c [n×n] = beta·c + x·xᵀ for x [n×columns] row-major; the upper one is left.
///
/// - Parameter triangular: x is lower trapezoidal, columns ≤ n, with zeros stored above its diagonal.
/// - Complexity: n²·columns floating-point operations, a third of it for a square triangular x.
public func accumulateLowerRowProducts(
  _ x: UnsafePointer<Double>, rows n: Int, columns: Int, triangular: Bool = false,
  beta: Double = 0, into c: UnsafeMutablePointer<Double>
) {
  guard n > 0 else { return }
  if triangular, beta == 1, n > loopDimension, n <= kernelDimension {
    ouroboros_lower_square(x, n, columns, 1, c)
    return
  }
  guard n <= smallDimension else {
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, Int32(n), Int32(columns), 1, x,
      Int32(max(columns, 1)), beta, c, Int32(n))
    return
  }
  for i in 0..<n {
    for j in 0...i {
      var sum = beta == 0 ? 0 : beta * c[i * n + j]
      for k in 0..<columns { sum += x[i * columns + k] * x[j * columns + k] }
      c[i * n + j] = sum
    }
  }
}

/// The lower triangle of c [n×n] += weight·x·xᵀ for x [n]; the upper one is left.
///
/// - Complexity: n² floating-point operations.
public func accumulateLowerRankOne(
  weight: Double, _ x: UnsafePointer<Double>, dimension n: Int, into c: UnsafeMutablePointer<Double>
) {
  ouroboros_lower_rank_one(weight, x, n, c)
}

/// Copies the lower triangle of a square matrix to the upper one.
public func symmetriseFromLower(_ a: UnsafeMutablePointer<Double>, _ dimension: Int) {
  for row in 0..<dimension {
    for column in 0..<row { a[column * dimension + row] = a[row * dimension + column] }
  }
}

/// Copies the upper triangle of a square matrix to the lower one, in tiles that stay in the cache.
public func symmetrise(_ a: UnsafeMutablePointer<Double>, _ dimension: Int) {
  let tile = 16
  for top in stride(from: 0, to: dimension, by: tile) {
    let bottom = min(top + tile, dimension)
    for left in stride(from: top, to: dimension, by: tile) {
      let right = min(left + tile, dimension)
      for row in top..<bottom {
        for column in max(left, row + 1)..<max(right, row + 1, left) {
          a[column * dimension + row] = a[row * dimension + column]
        }
      }
    }
  }
}
