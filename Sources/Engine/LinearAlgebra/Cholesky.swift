import CKernels
import COpenBLAS

/// Up to this dimension plain loops beat the calls into BLAS and LAPACK.
let smallDimension = 12

/// Up to this dimension plain loops beat even the project's kernels.
let loopDimension = 4

/// Up to this dimension the project's kernels are faster than LAPACK.
let kernelDimension = 256

/// The lower Cholesky factor L [n×n] of a symmetric positive definite matrix, scale·A = L·Lᵀ; `nil`
/// when a pivot is not positive or not finite.
///
/// - Parameter a: [n×n] row-major; only the lower triangle is read.
/// - Complexity: n³/3 floating-point operations.
public func choleskyFactor(_ a: [Double], dimension: Int, scale: Double = 1) -> [Double]? {
  precondition(a.count == dimension * dimension, "\(a.count) entries for \(dimension)×\(dimension)")
  if dimension > loopDimension, dimension <= kernelDimension {
    return kernelCholeskyFactor(a, dimension, scale)
  }
  let scaled = scale == 1 ? a : a.map { $0 * scale }
  if dimension == 1 {
    return scaled[0] > 0 && scaled[0].isFinite ? [scaled[0].squareRoot()] : nil
  }
  return dimension <= loopDimension
    ? smallCholeskyFactor(scaled, dimension) : blockedCholeskyFactor(scaled, dimension)
}

private func kernelCholeskyFactor(_ a: [Double], _ n: Int, _ scale: Double) -> [Double]? {
  var failure = 0
  let factor = [Double](unsafeUninitializedCapacity: n * n) { buffer, count in
    failure = ouroboros_cholesky(a, scale, n, buffer.baseAddress.unsafelyUnwrapped)
    // Where it fails, nothing of the buffer counts.
    count = failure == 0 ? n * n : 0
  }
  return failure == 0 ? factor : nil
}

/// Row by row (Cholesky–Banachiewicz).
private func smallCholeskyFactor(_ a: [Double], _ n: Int) -> [Double]? {
  var definite = true
  let factor = [Double](unsafeUninitializedCapacity: n * n) { buffer, count in
    let l = buffer.baseAddress.unsafelyUnwrapped
    count = n * n
    a.withUnsafeBufferPointer { a in
      for row in 0..<n {
        for column in 0..<row {
          var sum = a[row * n + column]
          for k in 0..<column { sum -= l[row * n + k] * l[column * n + k] }
          l[row * n + column] = sum / l[column * n + column]
        }
        var pivot = a[row * n + row]
        for k in 0..<row { pivot -= l[row * n + k] * l[row * n + k] }
        if !(pivot > 0 && pivot.isFinite) { definite = false }
        l[row * n + row] = pivot.squareRoot()
        for column in row + 1..<max(n, row + 1) { l[row * n + column] = 0 }
      }
    }
  }
  return definite ? factor : nil
}

private func blockedCholeskyFactor(_ a: [Double], _ dimension: Int) -> [Double]? {
  var factor = a
  var n = Int32(dimension)
  var info: Int32 = 0
  // Row-major lower is column-major upper.
  var uplo = CChar(UInt8(ascii: "U"))
  dpotrf_(&uplo, &n, &factor, &n, &info)
  guard info == 0 else { return nil }
  // OpenBLAS lets pivots that are not numbers pass.
  for index in 0..<dimension where !factor[index * dimension + index].isFinite { return nil }
  factor.withUnsafeMutableBufferPointer { l in
    for row in 0..<dimension - 1 {
      (l.baseAddress.unsafelyUnwrapped + row * dimension + row + 1)
        .update(repeating: 0, count: dimension - row - 1)
    }
  }
  return factor
}
