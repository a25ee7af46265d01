/// A safetensors file: an 8-byte little-endian header length, a JSON header, the tensors' bytes.
///
/// The whole header is checked when the file is opened, so no later call can fail on its layout.
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
  private let bytes: [UInt8]
  private let dataStart: Int
  private let positions: [String: Int]

  static let longestHeader = 100_000_000
  static let mostTensors = 100_000

  /// - Throws: `DataError`; `malformed` for a header that is too long, not UTF-8 or not the JSON of
  ///   the format, a repeated name, an unknown type, a size that overflows or is not the product of
  ///   the shape, and for tensors that overlap, leave holes or do not end with the file.
  public init(path: String, hint: String = "") throws {
    try self.init(readFile(path, hint: hint), path: path)
  }

  /// As above, from bytes; `path` is for messages.
  public init(_ bytes: [UInt8], path: String) throws {
    func malformed(_ reason: String) -> DataError { .malformed(path: path, reason: reason) }
    guard bytes.count >= 8 else {
      throw malformed("\(bytes.count) bytes are too few for safetensors")
    }
    let length = LittleEndian.integers(bytes, at: 0, count: 1, as: UInt64.self)[0]
    guard length >= 2 else { throw malformed("header of \(length) bytes") }
    guard length <= UInt64(SafetensorsFile.longestHeader) else {
      throw malformed(
        "header of \(length) bytes, at most \(SafetensorsFile.longestHeader) are read")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw malformed("header of \(length) bytes in a file of \(bytes.count)")
    }
    let dataStart = 8 + Int(length)
    guard bytes[8] == UInt8(ascii: "{") else { throw malformed("the header does not begin with {") }
    let header = Array(bytes[8..<dataStart])
    guard String(validating: header, as: UTF8.self) != nil else {
      throw malformed("the header is not UTF-8")
    }
    var parser = SafetensorsHeader(header, path: path)
    try parser.parse()
    self.entries = try SafetensorsFile.laidOut(
      parser.entries, dataCount: bytes.count - dataStart, path: path)
    self.path = path
    self.metadata = parser.metadata
    self.bytes = bytes
    self.dataStart = dataStart
    self.positions = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { ($0.element.name, $0.offset) })
  }

  /// The entries by position, once they are known to cover the data exactly.
  private static func laidOut(_ entries: [Entry], dataCount: Int, path: String) throws -> [Entry] {
    let sorted = entries.sorted {
      ($0.offsets.lowerBound, $0.offsets.upperBound, $0.name)
        < ($1.offsets.lowerBound, $1.offsets.upperBound, $1.name)
    }
    var end = 0
    for entry in sorted {
      func malformed(_ reason: String) -> DataError {
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
      throw DataError.malformed(path: path, reason: "\(dataCount - end) trailing bytes")
    }
    return sorted
  }

  /// The entry of a name; `nil` where there is none.
  public func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The bytes of a tensor as they are in the file.
  public func rawBytes(_ entry: Entry) -> ArraySlice<UInt8> {
    bytes[dataStart + entry.offsets.lowerBound..<dataStart + entry.offsets.upperBound]
  }

  /// A tensor's elements in their own type.
  ///
  /// - Throws: `DataError.malformed` for a type other than F32, F64, I32, I64 and U8.
  public func tensor(_ entry: Entry) throws -> SafetensorsTensor {
    let start = dataStart + entry.offsets.lowerBound
    let count = entry.count
    let values: SafetensorsTensor.Values =
      switch entry.type {
      case .float32: .float32(LittleEndian.floats(bytes, at: start, count: count))
      case .float64: .float64(LittleEndian.doubles(bytes, at: start, count: count))
      case .int32: .int32(LittleEndian.integers(bytes, at: start, count: count, as: Int32.self))
      case .int64: .int64(LittleEndian.integers(bytes, at: start, count: count, as: Int64.self))
      case .uint8: .uint8(Array(rawBytes(entry)))
      default:
        throw DataError.malformed(
          path: path,
          reason: "tensor '\(entry.name.prefix(80))' is \(entry.type.rawValue); "
            + "F32, F64, I32, I64 and U8 are read")
      }
    return SafetensorsTensor(entry.name, shape: entry.shape, values)
  }

  /// A tensor's elements as real numbers, row-major.
  ///
  /// - Throws: as `tensor`, and for a 64-bit integer that has no exact Double.
  public func reals(_ entry: Entry) throws -> [Double] {
    switch try tensor(entry).values {
    case .float32(let values): return values.map(Double.init)
    case .float64(let values): return values
    case .int32(let values): return values.map(Double.init)
    case .uint8(let values): return values.map(Double.init)
    case .int64(let values):
      guard let exact = LittleEndian.exactReals(values) else {
        throw DataError.malformed(
          path: path,
          reason: "tensor '\(entry.name.prefix(80))' holds an integer beyond 2⁵³")
      }
      return exact
    }
  }
}
