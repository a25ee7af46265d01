import Glibc

/// A file of lines that only grows, with one writer. Lines are gathered in memory and reach the
/// file whole: after a failed write the file is cut back to the last complete line.
final class AppendFile {
  let path: String
  private let file: SystemFile
  private let isRegular: Bool
  /// Bytes of the file that are complete lines.
  private(set) var size: Int
  /// Bytes cut off on opening because the last line had no end.
  let tornBytes: Int
  /// Lines not yet written.
  var buffer: [UInt8] = []
  private var failure: String?

  /// Opens or creates the file and cuts off a last line without a newline.
  ///
  /// - Throws: `ResultsError.refused` for a symbolic link, `.io`.
  init(path: String) throws(ResultsError) {
    self.path = path
    file = try SystemFile(path, O_RDWR | O_APPEND | O_CREAT)
    let status = try file.status()
    isRegular = status.isRegular
    let complete = status.isRegular ? try Self.completeSize(of: file, size: status.size) : 0
    if status.isRegular && complete < status.size { try file.truncate(to: complete) }
    tornBytes = status.isRegular ? status.size - complete : 0
    size = complete
    if status.isRegular && status.size == 0 { try syncDirectory(splitPath(path).directory) }
  }

  /// Hands the gathered lines to the operating system.
  ///
  /// - Throws: `ResultsError.io`. The lines stay in memory and may be flushed again, e.g. after
  ///   space was freed, unless the file could not be cut back: then `.condemned` from now on.
  func flush() throws(ResultsError) {
    if let failure { throw .condemned(path: path, reason: failure) }
    guard !buffer.isEmpty else { return }
    do throws(ResultsError) {
      try file.write(buffer)
    } catch {
      if isRegular && ftruncate(file.descriptor, size) != 0 { failure = "\(error)" }
      throw error
    }
    size += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Flushes and waits until the lines are on the disk.
  ///
  /// - Throws: `ResultsError.io`; after a failed fsync every later call throws `.condemned`, since
  ///   what the disk holds is unknown and a second fsync would wrongly succeed.
  func sync() throws(ResultsError) {
    try flush()
    do throws(ResultsError) {
      try file.sync()
    } catch {
      failure = "\(error)"
      throw error
    }
  }

  /// The offset just after the last newline.
  private static func completeSize(of file: borrowing SystemFile, size: Int) throws(ResultsError)
    -> Int
  {
    var end = size
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while end > 0 {
      let start = max(0, end - chunk.count)
      let length = end - start
      let count = try chunk.withUnsafeMutableBufferPointer { (bytes) throws(ResultsError) in
        try file.read(into: UnsafeMutableBufferPointer(rebasing: bytes[..<length]), at: start)
      }
      if let newline = chunk[..<count].lastIndex(of: UInt8(ascii: "\n")) {
        return start + newline + 1
      }
      end = start
    }
    return 0
  }
}
