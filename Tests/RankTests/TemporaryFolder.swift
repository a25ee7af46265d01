import Foundation

/// A folder of its own for one test, removed with everything in it when the value goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    let template = FileManager.default.temporaryDirectory.appendingPathComponent("ouroboros-XXXXXX")
    var name = template.path.utf8CString.map { $0 }
    guard mkdtemp(&name) != nil else { throw CocoaError(.fileWriteUnknown) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and gives its path.
  @discardableResult
  func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }

  @discardableResult
  func write(_ bytes: [UInt8], as name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}

/// Every file, folder and link under a folder: relative path → contents (`nil` for folders, the target
/// for links). What "nothing was written" is judged by.
func listing(of folder: String) throws -> [String: [UInt8]?] {
  var found: [String: [UInt8]?] = [:]
  for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
    let path = "\(folder)/\(name)"
    var info = stat()
    guard lstat(path, &info) == 0 else { continue }
    switch info.st_mode & S_IFMT {
    case S_IFLNK: found[name] = Array(try FileManager.default.destinationOfSymbolicLink(atPath: path).utf8)
    case S_IFREG: found[name] = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    default: found[name] = .some(nil)
    }
  }
  return found
}
