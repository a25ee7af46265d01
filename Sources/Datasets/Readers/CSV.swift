/// A table of numbers in a comma-separated file without a header line.
public struct CSVTable: Sendable {
  public let rows: Int
  public let columns: Int
  /// [rows×columns], row-major
  public let values: [Double]

  /// Reads a file, plain or compressed by gzip, of at most `limit` bytes unpacked.
  ///
  /// - Parameter columns: the number of fields every line must have.
  /// - Throws: `DataError`; `malformed` names an empty line, one with a wrong number of fields or
  ///   with a field that is not a finite decimal number.
  public init(path: String, columns: Int, limit: Int = 1 << 28, hint: String = "") throws {
    let reader = try ByteReader(path: path, hint: hint)
    try self.init(reader.readToEnd(limit: limit), path: path, columns: columns)
  }

  /// As above, from bytes; `path` is for messages.
  public init(_ bytes: [UInt8], path: String, columns: Int) throws {
    precondition(columns > 0, "\(columns) columns")
    var values: [Double] = []
    var line = 0
    var start = 0
    while start < bytes.count {
      line += 1
      var end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let next = end + 1
      if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      func malformed(_ reason: String) -> DataError {
        .malformed(path: path, reason: "line \(line): \(reason)")
      }
      guard end > start else { throw malformed("empty") }
      let fields = bytes[start..<end].split(
        separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      guard fields.count == columns else {
        throw malformed("\(fields.count) fields, expected \(columns)")
      }
      for (column, field) in fields.enumerated() {
        guard let value = CSVTable.number(field) else {
          throw malformed("field \(column + 1) is not a number")
        }
        values.append(value)
      }
      start = next
    }
    guard line > 0 else { throw DataError.malformed(path: path, reason: "the file is empty") }
    self.rows = line
    self.columns = columns
    self.values = values
  }

  /// A finite decimal number; `nil` for anything else, also for `nan`, `inf` and hexadecimal.
  private static func number(_ field: ArraySlice<UInt8>) -> Double? {
    // Whole numbers below 1000 are most of what is read.
    if (1...3).contains(field.count), field.allSatisfy({ (0x30...0x39).contains($0) }) {
      return Double(field.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    }
    guard field.count <= 64,
      field.allSatisfy({ (0x2b...0x39).contains($0) || $0 == 0x65 || $0 == 0x45 })
    else { return nil }
    guard let value = Double(String(decoding: field, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }
}
