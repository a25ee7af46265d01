import CSQLite

/// A prepared statement. Parameters and columns are numbered as in SQLite: from 1 and from 0.
final class Statement {
  private let handle: OpaquePointer
  private let database: Database

  init(_ handle: OpaquePointer, of database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  func bind(_ parameter: Int32, _ value: Int) throws(ResultsError) {
    try database.check(sqlite3_bind_int64(handle, parameter, Int64(value)))
  }

  /// Non-finite values are stored as NULL.
  func bind(_ parameter: Int32, _ value: Double) throws(ResultsError) {
    try database.check(
      value.isFinite
        ? sqlite3_bind_double(handle, parameter, value) : sqlite3_bind_null(handle, parameter))
  }

  /// Binds a copy of a text.
  func bind(_ parameter: Int32, _ value: String) throws(ResultsError) {
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    try database.check(
      sqlite3_bind_text64(
        handle, parameter, value, UInt64(value.utf8.count), transient, UInt8(SQLITE_UTF8)))
  }

  /// Binds a text that outlives the next `run`.
  func bind(_ parameter: Int32, _ value: StaticText) throws(ResultsError) {
    try database.check(
      sqlite3_bind_text(handle, parameter, value.bytes.baseAddress, Int32(value.bytes.count), nil))
  }

  /// Binds a copy of some bytes.
  func bind(_ parameter: Int32, _ value: [UInt8]) throws(ResultsError) {
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    try database.check(
      sqlite3_bind_blob64(handle, parameter, value, UInt64(value.count), transient))
  }

  /// Runs a statement without rows and makes it ready for the next run; bindings stay.
  func run() throws(ResultsError) {
    let code = sqlite3_step(handle)
    sqlite3_reset(handle)
    guard try database.check(code) else {
      throw .database(path: database.path, code: code, message: "in use by another process")
    }
  }

  /// Moves to the next row; false after the last, with the statement ready for another run.
  func step() throws(ResultsError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    sqlite3_reset(handle)
    guard try database.check(code) else {
      throw .database(path: database.path, code: code, message: "in use by another process")
    }
    return false
  }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  /// NaN for NULL.
  func double(_ column: Int32) -> Double {
    sqlite3_column_type(handle, column) == SQLITE_NULL
      ? .nan : sqlite3_column_double(handle, column)
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  /// The empty text for NULL.
  func text(_ column: Int32) -> String {
    guard let bytes = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The bytes of a blob; none for NULL.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// Appends a column's value as a CSV field; nothing for NULL.
  func appendField(_ column: Int32, to bytes: inout [UInt8]) {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: bytes.append(decimal: integer(column))
    case SQLITE_FLOAT: bytes.append(jsonNumber: double(column))
    case SQLITE_NULL: break
    default: bytes.append(csvText: text(column))
    }
  }

  /// Appends a column's value as JSON.
  func appendJSON(_ column: Int32, to bytes: inout [UInt8]) {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: bytes.append(decimal: integer(column))
    case SQLITE_FLOAT: bytes.append(jsonNumber: double(column))
    case SQLITE_NULL: bytes.append(literal: "null")
    default: bytes.append(jsonText: text(column))
    }
  }
}
