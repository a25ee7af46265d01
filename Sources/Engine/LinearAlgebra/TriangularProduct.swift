import COpenBLAS

/// b [n×columns] = alpha · L·b for lower triangular L [n×n].
///
/// - Complexity: n²·columns floating-point operations.
public func multiplyLowerTriangular(
  _ lower: UnsafePointer<Double>, left b: UnsafeMutablePointer<Double>, rows n: Int, columns: Int,
  alpha: Double = 1
) {
  guard n > 0, columns > 0 else { return }
  cblas_dtrmm(
    CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, Int32(n), Int32(columns),
    alpha, lower, Int32(n), b, Int32(columns))
}

/// b [rows×n] = alpha · b·Lᵀ for lower triangular L [n×n].
///
/// - Complexity: n²·rows floating-point operations.
public func multiplyLowerTriangularTransposed(
  _ lower: UnsafePointer<Double>, right b: UnsafeMutablePointer<Double>, rows: Int, columns n: Int,
  alpha: Double = 1
) {
  guard n > 0, rows > 0 else { return }
  cblas_dtrmm(
    CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(rows), Int32(n),
    alpha, lower, Int32(n), b, Int32(n))
}
