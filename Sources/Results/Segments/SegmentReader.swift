import Glibc

/// What reading a segment found besides its blocks.
public struct SegmentReport: Sendable, Equatable {
  public var path: String
  public var blocks = 0
  public var bytes = 0
  /// Bytes of a last line without its newline: the write that a crash interrupted. Not an error.
  public var tornBytes = 0
  /// Lines that are not records of ours or whose checksum does not match, as `.malformed` with file
  /// and line. Their generations do not count as committed.
  public var damaged: [ResultsError] = []
}

/// Reads segment files block by block.
public enum SegmentReader {
  /// The longest line that is read: 256 MiB.
  public static let longestLine = 1 << 28

  /// Calls `body` with every sound block in the order of the file.
  ///
  /// - Throws: `ResultsError.missing`, `.refused`, `.io`, and what `body` throws. A damaged line is
  ///   not thrown but reported.
  /// - Complexity: one pass; memory of the longest line and 4 MiB.
  public static func read(
    _ path: String, _ body: (ChainBlock) throws -> Void
  ) throws -> SegmentReport {
    let file = try SystemFile(path, O_RDONLY)
    guard try file.status().isRegular else {
      throw ResultsError.refused(path: path, reason: "is not a regular file")
    }
    var report = SegmentReport(path: path)
    var decoder = LineDecoder()
    var buffer = [UInt8](repeating: 0, count: 1 << 22)
    var filled = 0
    var offset = 0
    var line = 0
    while true {
      let start = filled
      let count = try buffer.withUnsafeMutableBufferPointer { (bytes) throws(ResultsError) in
        try file.read(into: UnsafeMutableBufferPointer(rebasing: bytes[start...]), at: offset)
      }
      if count == 0 { break }
      filled += count
      offset += count
      let used = try buffer.withUnsafeBufferPointer { bytes in
        try lines(UnsafeBufferPointer(rebasing: bytes[..<filled]), from: start) { bytes in
          line += 1
          do throws(LineDecoder.Failure) {
            let block = try decoder.decode(bytes)
            report.blocks += 1
            return block
          } catch {
            report.damaged.append(.malformed(path: path, line: line, reason: error.reason))
            return nil
          }
        } body: {
          try body($0)
        }
      }
      filled -= used
      if used > 0 {
        buffer.withUnsafeMutableBufferPointer { bytes in
          _ = memmove(bytes.baseAddress!, bytes.baseAddress! + used, filled)
        }
      }
      if filled == buffer.count {
        guard filled < longestLine else {
          throw ResultsError.malformed(
            path: path, line: line + 1, reason: "longer than \(longestLine) bytes")
        }
        buffer.append(contentsOf: [UInt8](repeating: 0, count: filled))
      }
    }
    report.bytes = offset
    report.tornBytes = filled
    return report
  }

  /// Hands every complete line to `decode` and every block it returns to `body`; the bytes of
  /// complete lines. Bytes before `searched` are known to hold no newline.
  private static func lines(
    _ bytes: UnsafeBufferPointer<UInt8>, from searched: Int,
    _ decode: (UnsafeBufferPointer<UInt8>) -> ChainBlock?, body: (ChainBlock) throws -> Void
  ) throws -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var start = 0
    var search = searched
    while let found = memchr(base + search, Int32(UInt8(ascii: "\n")), bytes.count - search) {
      let newline = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      if let block = decode(UnsafeBufferPointer(rebasing: bytes[start..<newline])) {
        try body(block)
      }
      start = newline + 1
      search = start
    }
    return start
  }
}
