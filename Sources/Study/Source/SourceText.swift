import Foundation

/// The text of a study or a plan, read within limits and known to be harmless to parse.
struct SourceText {
  let origin: SourcePosition.Origin
  let text: String
}

extension SourceText {
  /// Reads a regular file of at most `limit` bytes.
  ///
  /// - Throws: `StudyError` with exit code 66 when there is no such file or it cannot be opened, 65
  ///   when it is no regular file, is larger than `limit`, or is no UTF-8 text.
  static func read(path: String, limit: Int) throws(StudyError) -> SourceText {
    let origin = SourcePosition.Origin.file(path)
    let whole = SourcePosition(origin, line: 0, column: 0)
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw StudyError(whole, "no such file: the name is empty or holds a NUL", exitCode: 66)
    }
    // A FIFO would block an ordinary open until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = systemMessage()
      let hint =
        PresetRegistry.named(path) == nil
        ? "" : "; for the preset of this name: ouroboros new --preset \(path) -o FILE"
      throw StudyError(whole, "cannot be opened: \(reason)\(hint)", exitCode: 66)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw StudyError(whole, "cannot be read: \(systemMessage())", exitCode: 66)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
      throw StudyError(whole, "expected a file, found \(kind)", exitCode: 65)
    }
    guard status.st_size <= limit else {
      throw StudyError(
        whole, "\(status.st_size) bytes: expected at most \(limit) bytes", exitCode: 65)
    }
    var bytes = [UInt8](
      repeating: 0, count: limit + 1 < 65_536 ? limit + 1 : Int(status.st_size) + 1)
    var filled = 0
    while filled < bytes.count {
      let start = filled
      let count = bytes.withUnsafeMutableBytes { buffer in
        Foundation.read(descriptor, buffer.baseAddress! + start, buffer.count - start)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw StudyError(whole, "cannot be read: \(systemMessage())", exitCode: 66)
      }
      if count == 0 { break }
      filled += count
    }
    return try SourceText(bytes: bytes[..<filled], origin: origin)
  }

  /// - Throws: `StudyError` with exit code 65 for bytes that are no UTF-8 text.
  init(bytes: ArraySlice<UInt8>, origin: SourcePosition.Origin) throws(StudyError) {
    // A byte-order mark is what some editors begin a UTF-8 file with; it carries nothing.
    let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes
    guard let text = String(validating: body, as: UTF8.self) else {
      let place = SourceText.firstInvalid(body, origin: origin)
      throw StudyError(place, "not UTF-8 text", exitCode: 65)
    }
    var line = 1
    var column = 1
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a: (line, column) = (line + 1, 0)
      case 0x09, 0x0d, 0x20...0x7e, 0x85, 0xa0...0xfefe, 0xff00...0xfffd, 0x10000...: break
      default:
        throw StudyError(
          SourcePosition(origin, line: line, column: column),
          "not a text file: unexpected character U+"
            + String(scalar.value, radix: 16, uppercase: true), exitCode: 65)
      }
      column += 1
    }
    self.init(origin: origin, text: text)
  }

  /// Where the first byte sequence that is not UTF-8 stands.
  private static func firstInvalid(
    _ bytes: ArraySlice<UInt8>, origin: SourcePosition.Origin
  ) -> SourcePosition {
    var line = 1
    var column = 1
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    }
    return SourcePosition(origin, line: line, column: column)
  }
}

/// The last system error in words.
private func systemMessage() -> String { String(cString: strerror(errno)) }
