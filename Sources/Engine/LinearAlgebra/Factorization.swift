import COpenBLAS
import Glibc

/// Eigenvalues in ascending order and eigenvectors of a symmetric matrix.
///
/// - Returns: values [n]; vectors [n×n] with eigenvector j in **row** j; `nil` when LAPACK does not
///   converge (the matrix holds a non-finite number).
/// - Complexity: O(n³).
public func symmetricEigen(_ a: [Double], dimension: Int) -> (values: [Double], vectors: [Double])? {
  precondition(a.count == dimension * dimension, "\(a.count) entries for \(dimension)×\(dimension)")
  guard a.allSatisfy(\.isFinite) else { return nil }
  var vectors = a
  var values = [Double](repeating: 0, count: dimension)
  var n = Int32(dimension)
  var info: Int32 = 0
  var jobz = CChar(UInt8(ascii: "V"))
  var uplo = CChar(UInt8(ascii: "U"))
  var workSize: Int32 = Int32(1 + 6 * dimension + 2 * dimension * dimension)
  var work = [Double](repeating: 0, count: Int(workSize))
  var integerSize: Int32 = Int32(3 + 5 * dimension)
  var integers = [Int32](repeating: 0, count: Int(integerSize))
  dsyevd_(&jobz, &uplo, &n, &vectors, &n, &values, &work, &workSize, &integers, &integerSize, &info)
  guard info == 0 else { return nil }
  return (values, vectors)
}

/// Solves A·x = b for symmetric positive definite A [n×n] and b [n×columns] in place; `nil` when A is
/// not positive definite.
public func solvePositiveDefinite(
  _ a: [Double], _ b: [Double], dimension: Int, columns: Int
) -> [Double]? {
  guard let lower = choleskyFactor(a, dimension: dimension) else { return nil }
  var x = b
  let n = Int32(dimension)
  let k = Int32(columns)
  cblas_dtrsm(
    CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, n, k, 1, lower, n, &x, k)
  cblas_dtrsm(
    CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, n, k, 1, lower, n, &x, k)
  return x
}

/// Solves L·x = bᵀ for every row of b [rows×n] in place, L lower triangular: afterwards row i holds L⁻¹b_i.
public func solveLowerTriangularRows(_ lower: [Double], _ b: inout [Double], rows: Int, dimension: Int) {
  guard rows > 0 else { return }
  cblas_dtrsm(
    CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(rows), Int32(dimension),
    1, lower, Int32(dimension), &b, Int32(dimension))
}
