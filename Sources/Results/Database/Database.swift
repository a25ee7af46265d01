import CSQLite
import Glibc

/// A connection to an SQLite file. Every result code goes through `check`.
final class Database {
  enum Access { case read, write }

  let path: String
  private let access: Access
  private let handle: OpaquePointer

  /// Opens a file, never through a symbolic link. `write` creates it where it does not exist.
  ///
  /// - Throws: `ResultsError.database`, `.missing`, `.refused`.
  init(path: String, access: Access) throws(ResultsError) {
    self.path = path
    self.access = access
    // The flag refuses links in every component, also those above the run, which are the user's own
    // and are resolved first.
    let (directory, name) = splitPath(path)
    guard let parent = realpath(directory, nil) else {
      throw ResultsError.system("resolve", directory)
    }
    defer { free(parent) }
    let resolved = "\(String(cString: parent))/\(name)"
    let base = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let flags =
      base | (access == .read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(resolved, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      defer { sqlite3_close_v2(handle) }
      throw Self.error(code, handle, path, access)
    }
    self.handle = handle
  }

  deinit { sqlite3_close_v2(handle) }

  /// The one place where result codes are judged.
  ///
  /// - Returns: false for SQLITE_BUSY or SQLITE_LOCKED: another connection is in the way, try
  ///   later.
  @discardableResult
  func check(_ code: Int32) throws(ResultsError) -> Bool {
    switch code & 0xff {
    case SQLITE_OK, SQLITE_ROW, SQLITE_DONE: return true
    case SQLITE_BUSY, SQLITE_LOCKED: return false
    default:
      throw Self.error(code, handle, path, access)
    }
  }

  /// What SQLite says of a failure, and where it may be one of space, how much there is.
  private static func error(
    _ code: Int32, _ handle: OpaquePointer?, _ path: String, _ access: Access
  ) -> ResultsError {
    // Without space SQLite says that it cannot open its journal, or that a write failed.
    let mayBeFull =
      access != .read && [SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xff)
    let system = code & 0xff == SQLITE_FULL ? ENOSPC : sqlite3_system_errno(handle)
    if mayBeFull, [ENOSPC, EDQUOT].contains(system) {
      // A page at least; SQLite does not say more.
      return .full("write", path, needed: ResultsSchema.pageBytes, code: system)
    }
    var message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
    // It cleans up after a failure, and may forget in doing so that there was no space.
    if mayBeFull {
      let free = ResultsError.freeBytes(for: path).map { "\($0)" } ?? "unknown"
      message += "; \(ResultsSchema.pageBytes) bytes needed, \(free) bytes free"
    }
    return .database(path: path, code: code, message: message)
  }

  /// Runs one or more statements and ignores their rows; false where another connection is in the
  /// way.
  @discardableResult
  func run(_ sql: String) throws(ResultsError) -> Bool {
    try check(sqlite3_exec(handle, sql, nil, nil, nil))
  }

  /// Runs statements that nothing may stand in the way of.
  func require(_ sql: String) throws(ResultsError) {
    guard try run(sql) else {
      throw .database(path: path, code: SQLITE_BUSY, message: "in use by another process (\(sql))")
    }
  }

  func prepare(_ sql: String) throws(ResultsError) -> Statement {
    var statement: OpaquePointer?
    guard
      try check(
        sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)),
      let statement
    else { throw .database(path: path, code: SQLITE_BUSY, message: "in use by another process") }
    return Statement(statement, of: self)
  }

  /// Waits up to this long for other connections before a call reports them to be in the way.
  func setBusyTimeout(milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

  /// Whether a transaction is open.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
}

/// A text that lives as long as this object, for binding without a copy.
final class StaticText {
  let bytes: UnsafeMutableBufferPointer<CChar>

  init(_ text: String) {
    bytes = .allocate(capacity: text.utf8.count)
    _ = bytes.initialize(from: text.utf8.lazy.map { CChar(bitPattern: $0) })
  }

  deinit { bytes.deallocate() }
}
