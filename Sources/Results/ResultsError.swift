import Glibc

/// What can go wrong with a run's files. Every case names the file and says what was found.
public enum ResultsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A system call failed: `operation` on `path` with `errno` = `code`.
  case io(operation: String, path: String, code: Int32)
  /// A disk or a quota is full: `needed` bytes, where known, were to be written and `free` were left.
  case full(operation: String, path: String, needed: Int?, free: Int?, code: Int32)
  /// An earlier write or fsync of this file failed and its state on disk is unknown.
  case condemned(path: String, reason: String)
  /// A file or message does not have the form we write. `line` counts from 1, 0 where there are
  /// none.
  case malformed(path: String, line: Int, reason: String)
  /// Two records of the same generation disagree: the chain was not reproducible or a file was
  /// edited.
  case conflict(cell: String, seed: Int, reason: String)
  /// A path that is refused: a symbolic link, or a directory that holds something other than a run.
  case refused(path: String, reason: String)
  /// A file that has to be there is not.
  case missing(path: String)
  /// SQLite's result code and message.
  case database(path: String, code: Int32, message: String)

  /// The error of a system call that has just failed.
  ///
  /// - Parameter needed: the bytes that were to be written.
  static func system(_ operation: String, _ path: String, needed: Int? = nil) -> ResultsError {
    let code = errno
    if code == ENOSPC || code == EDQUOT { return full(operation, path, needed: needed, code: code) }
    if code == ELOOP { return .refused(path: path, reason: "is a symbolic link") }
    if code == ENOENT && operation != "write" { return .missing(path: path) }
    return .io(operation: operation, path: path, code: code)
  }

  /// The error of a full disk, with what is free on it now.
  static func full(_ operation: String, _ path: String, needed: Int?, code: Int32) -> ResultsError {
    .full(operation: operation, path: path, needed: needed, free: freeBytes(for: path), code: code)
  }

  /// The bytes that are free where a file lies; nil where that is not known.
  static func freeBytes(for path: String) -> Int? {
    var info = statvfs()
    guard statvfs(splitPath(path).directory, &info) == 0 else { return nil }
    return Int(info.f_bavail) * Int(info.f_frsize)
  }

  /// Whether the database was left in the middle of a commit: SQLITE_READONLY, since a reader must not undo it.
  var isInterruptedCommit: Bool {
    if case .database(_, let code, _) = self { code & 0xff == 8 } else { false }
  }

  /// The exit code of the command: 74 I/O error, 65 malformed input, 66 missing input.
  public var exitCode: Int32 {
    switch self {
    case .io, .full, .condemned, .database: 74
    case .malformed, .conflict, .refused: 65
    case .missing: 66
    }
  }

  public var description: String {
    switch self {
    case .io(let operation, let path, let code):
      "\(path): cannot \(operation): \(String(cString: strerror(code))) (errno \(code))"
    case .full(let operation, let path, let needed, let free, let code):
      "\(path): cannot \(operation): \(String(cString: strerror(code))) (errno \(code)): "
        + "\(needed.map { "\($0) bytes needed, " } ?? "")\(free.map { "\($0)" } ?? "unknown") bytes free; "
        + "run again once there is space"
    case .condemned(let path, let reason):
      "\(path): no longer written after an error (\(reason)); "
        + "run again to continue from the last commit"
    case .malformed(let path, let line, let reason):
      line > 0 ? "\(path):\(line): \(reason)" : "\(path): \(reason)"
    case .conflict(let cell, let seed, let reason):
      "cell \(cell), seed \(seed): \(reason)"
    case .refused(let path, let reason): "\(path): refused: \(reason)"
    case .missing(let path): "\(path): no such file or directory"
    case .database(let path, let code, let message): "\(path): SQLite error \(code): \(message)"
    }
  }
}
