import COpenBLAS

/// The singular values of a matrix [rows×columns] in descending order (LAPACK `dgesdd`); `nil` when
/// the matrix holds a non-finite number.
///
/// - Complexity: O(rows · columns · min(rows, columns)).
public func singularValues(_ a: [Double], rows: Int, columns: Int) -> [Double]? {
  precondition(a.count == rows * columns, "\(a.count) entries for \(rows)×\(columns)")
  let count = min(rows, columns)
  guard count > 0 else { return [] }
  guard a.allSatisfy(\.isFinite) else { return nil }
  // Row-major a is column-major aᵀ, which has the same singular values.
  var matrix = a
  var m = Int32(columns)
  var n = Int32(rows)
  var values = [Double](repeating: 0, count: count)
  var jobz = CChar(UInt8(ascii: "N"))
  var noLeft = 0.0
  var noRight = 0.0
  var one: Int32 = 1
  var work = [0.0]
  var workSize: Int32 = -1
  var integers = [Int32](repeating: 0, count: 8 * count)
  var info: Int32 = 0
  for _ in 0..<2 {
    // The first call only asks for the size of the workspace.
    dgesdd_(
      &jobz, &m, &n, &matrix, &m, &values, &noLeft, &one, &noRight, &one, &work, &workSize,
      &integers, &info)
    guard info == 0 else { return nil }
    if workSize == -1 {
      workSize = Int32(work[0])
      work = [Double](repeating: 0, count: Int(workSize))
    }
  }
  return values
}
