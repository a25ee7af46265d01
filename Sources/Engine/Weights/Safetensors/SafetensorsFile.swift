/// A safetensors file: an 8-byte little-endian header length, a JSON header, the tensors' bytes.
///
/// The whole header is checked when the file is opened, before anything is allocated for a tensor, so
/// no later call can fail on its layout. A file on disk stays open; its tensors are read when they
/// are asked for.
public struct SafetensorsFile: Sendable {
  /// One entry of the header.
  public struct Entry: Sendable, Hashable {
    public let name: String
    public let type: SafetensorsType
    public let shape: [Int]
    /// Where its bytes lie, from the end of the header.
    public let offsets: Range<Int>
    /// The number of elements.
    public var count: Int { offsets.count / type.byteCount }
  }

  public let path: String
  /// The file's free text entries, in its order.
  public let metadata: [(key: String, value: String)]
  /// In the order of their bytes.
  public let entries: [Entry]
  private let source: SafetensorsSource
  private let dataStart: Int
  private let positions: [String: Int]

  static let longestHeader = 100_000_000
  static let mostTensors = 100_000

  /// - Throws: `SafetensorsError`; `missing` when it cannot be opened; `malformed` for a header that is
  ///   too long, not UTF-8 or not the JSON of the format, a repeated name, an unknown type, a size
  ///   that overflows or is not the product of the shape, and for tensors that overlap, leave holes
  ///   or do not end with the file.
  public init(path: String) throws(SafetensorsError) {
    try self.init(.file(SafetensorsSource.OpenFile(path: path)), path: path)
  }

  /// As above, from bytes; `path` is for messages.
  public init(_ bytes: [UInt8], path: String) throws(SafetensorsError) {
    try self.init(.bytes(bytes), path: path)
  }

  private init(_ source: SafetensorsSource, path: String) throws(SafetensorsError) {
    let header = try Self.header(source, path: path)
    var parser = SafetensorsHeader(header, path: path)
    try parser.parse()
    dataStart = 8 + header.count
    entries = try Self.laidOut(parser.entries, dataCount: source.count - dataStart, path: path)
    self.path = path
    self.source = source
    metadata = parser.metadata
    positions = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// The bytes of the header, once its length is known to be possible.
  private static func header(
    _ source: SafetensorsSource, path: String
  ) throws(SafetensorsError) -> [UInt8] {
    guard source.count >= 8 else {
      throw .malformed(path: path, reason: "\(source.count) bytes are too few for safetensors")
    }
    let word = try bytes(source, from: 0, count: 8, path: path)
    let length = word.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= 2 else { throw .malformed(path: path, reason: "header of \(length) bytes") }
    guard length <= UInt64(longestHeader) else {
      throw .malformed(
        path: path, reason: "header of \(length) bytes, at most \(longestHeader) are read")
    }
    guard length <= UInt64(source.count - 8) else {
      throw .malformed(
        path: path, reason: "header of \(length) bytes in a file of \(source.count)")
    }
    guard try bytes(source, from: 8, count: 1, path: path) == [UInt8(ascii: "{")] else {
      throw .malformed(path: path, reason: "the header does not begin with {")
    }
    let header = try bytes(source, from: 8, count: Int(length), path: path)
    guard String(validating: header, as: UTF8.self) != nil else {
      throw .malformed(path: path, reason: "the header is not UTF-8")
    }
    return header
  }

  /// The entries by position, once they are known to cover the data exactly.
  private static func laidOut(
    _ entries: [Entry], dataCount: Int, path: String
  ) throws(SafetensorsError) -> [Entry] {
    let sorted = entries.sorted {
      ($0.offsets.lowerBound, $0.offsets.upperBound, $0.name)
        < ($1.offsets.lowerBound, $1.offsets.upperBound, $1.name)
    }
    var end = 0
    for entry in sorted {
      func malformed(_ reason: String) -> SafetensorsError {
        .malformed(path: path, reason: "tensor '\(entry.name.prefix(80))' \(reason)")
      }
      guard entry.offsets.upperBound <= dataCount else {
        throw malformed("ends at byte \(entry.offsets.upperBound) of \(dataCount)")
      }
      guard entry.offsets.lowerBound >= end else { throw malformed("overlaps the one before it") }
      guard entry.offsets.lowerBound == end else {
        throw malformed("leaves a hole of \(entry.offsets.lowerBound - end) bytes before it")
      }
      end = entry.offsets.upperBound
    }
    guard end == dataCount else {
      throw .malformed(path: path, reason: "\(dataCount - end) trailing bytes")
    }
    return sorted
  }

  /// The entry of a name; `nil` where there is none.
  public func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The bytes of a tensor as they are in the file.
  ///
  /// - Throws: `SafetensorsError.malformed` when the file has changed since it was opened.
  public func rawBytes(_ entry: Entry) throws(SafetensorsError) -> [UInt8] {
    try Self.bytes(
      source, from: dataStart + entry.offsets.lowerBound, count: entry.offsets.count, path: path)
  }

  /// The bytes of a tensor into memory of their size.
  func read(
    _ entry: Entry, into target: UnsafeMutableRawBufferPointer
  ) throws(SafetensorsError) {
    precondition(target.count == entry.offsets.count, "\(target.count) bytes for \(entry.name)")
    try source.read(from: dataStart + entry.offsets.lowerBound, into: target, path: path)
  }

  private static func bytes(
    _ source: SafetensorsSource, from start: Int, count: Int, path: String
  ) throws(SafetensorsError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: SafetensorsError?
    bytes.withUnsafeMutableBytes { target in
      do throws(SafetensorsError) {
        try source.read(from: start, into: target, path: path)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
