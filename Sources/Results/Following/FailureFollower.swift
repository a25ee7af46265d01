import Foundation
import Glibc

/// `failures.jsonl`, read once: every `refresh` reads what was appended since the last one.
public struct FailureFollower {
  private let path: String
  private var offset = 0
  /// The last ones, oldest first.
  public private(set) var latest: [FailureRecord] = []

  /// So many are kept.
  public static let most = 100

  public init(_ run: RunDirectory) { path = run.failures }

  /// Reads the lines that are complete; none where there is no file.
  ///
  /// - Throws: `ResultsError`; `.malformed` for a line that is no failure record.
  /// - Complexity: O(bytes appended).
  public mutating func refresh() throws {
    guard access(path, F_OK) == 0 else { return }
    let file = try SystemFile(path, O_RDONLY)
    let (size, isRegular) = try file.status()
    guard isRegular else {
      throw ResultsError.refused(path: path, reason: "is not a regular file")
    }
    if size < offset { (offset, latest) = (0, []) }
    guard size > offset else { return }
    var bytes = [UInt8](repeating: 0, count: size - offset)
    let filled = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ResultsError) in
      try file.read(into: buffer, at: offset)
    }
    bytes.removeLast(bytes.count - filled)
    // A torn last line waits for its end.
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return }
    for line in bytes[..<end].split(separator: UInt8(ascii: "\n")).suffix(Self.most) {
      guard let record = FailureRecord(line: Array(line)) else {
        throw ResultsError.malformed(path: path, line: 0, reason: "not a failure record")
      }
      latest.append(record)
    }
    latest.removeFirst(max(0, latest.count - Self.most))
    offset += end + 1
  }
}
