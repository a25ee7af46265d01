import COpenBLAS

/// The orthogonal factor Q of A = Q·R for a matrix with at least as many rows as columns, by LAPACK's
/// `dgeqrf` and `dorgqr`, with the signs that make the diagonal of R positive: of a normal matrix
/// this is a draw from the uniform (Haar) distribution (Mezzadri 2007).
///
/// - Parameters:
///   - a: [rows×columns], **column**-major; columns ≤ rows.
/// - Returns: Q [rows×columns], column-major with orthonormal columns; nil when LAPACK refuses.
/// - Complexity: O(rows · columns²).
public func orthogonalFactor(_ a: [Double], rows: Int, columns: Int) -> [Double]? {
  precondition(a.count == rows * columns, "\(a.count) entries for \(rows)×\(columns)")
  precondition(columns <= rows, "\(columns) columns in \(rows) rows")
  guard columns > 0 else { return [] }
  var matrix = a
  var m = Int32(rows)
  var n = Int32(columns)
  var factors = [Double](repeating: 0, count: columns)
  var size = Int32(64 * columns)
  var work = [Double](repeating: 0, count: Int(size))
  var info: Int32 = 0
  dgeqrf_(&m, &n, &matrix, &m, &factors, &work, &size, &info)
  guard info == 0 else { return nil }
  let isNegative = (0..<columns).map { matrix[$0 * rows + $0] < 0 }
  dorgqr_(&m, &n, &n, &matrix, &m, &factors, &work, &size, &info)
  guard info == 0 else { return nil }
  for column in 0..<columns where isNegative[column] {
    for index in column * rows..<(column + 1) * rows { matrix[index] = -matrix[index] }
  }
  return matrix
}
