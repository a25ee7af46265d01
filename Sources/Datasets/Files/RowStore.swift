/// Rows of a finite data set, kept in the smallest form: bytes stay bytes until they are asked for.
enum RowStore: Sendable {
  /// [rows × width], and the value that each of the 256 bytes stands for.
  case bytes([UInt8], levels: [Double])
  /// [rows × width]
  case reals([Double])

  /// The entries stored.
  var count: Int {
    switch self {
    case .bytes(let bytes, _): bytes.count
    case .reals(let reals): reals.count
    }
  }

  /// The values of the rows at `rows`, in that order: [rows.count × width].
  func values(of rows: some Collection<Int>, width: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: rows.count * width) { output, filled in
      filled = 0
      for row in rows {
        switch self {
        case .bytes(let bytes, let levels):
          for index in row * width..<(row + 1) * width {
            output.initializeElement(at: filled, to: levels[Int(bytes[index])])
            filled += 1
          }
        case .reals(let reals):
          for index in row * width..<(row + 1) * width {
            output.initializeElement(at: filled, to: reals[index])
            filled += 1
          }
        }
      }
    }
  }
}
