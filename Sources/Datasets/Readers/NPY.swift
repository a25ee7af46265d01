/// A numeric array in NumPy's `.npy` format, version 1 or 2.
public struct NPYFile: Sendable {
  /// The types that are read.
  public enum Element: String, Sendable, CaseIterable {
    case float32 = "<f4"
    case float64 = "<f8"
    case int32 = "<i4"
    case int64 = "<i8"
    case uint8 = "|u1"

    public var byteCount: Int {
      switch self {
      case .float64, .int64: 8
      case .float32, .int32: 4
      case .uint8: 1
      }
    }
  }

  public let element: Element
  public let shape: [Int]
  /// [product of `shape`], row-major
  public let values: [Double]

  /// NumPy itself writes headers of at most 10,000 bytes unless told otherwise.
  static let longestHeader = 1 << 16

  /// - Throws: `DataError`; `malformed` for anything but a row-major little-endian array of one of
  ///   the types of `Element` whose size is the product of its dimensions, and for a 64-bit integer
  ///   that has no exact Double. Values may be NaN or infinite.
  public init(path: String, hint: String = "") throws {
    try self.init(readFile(path, hint: hint), path: path)
  }

  /// As above, from bytes; `path` is for messages.
  public init(_ bytes: [UInt8], path: String) throws {
    func malformed(_ reason: String) -> DataError { .malformed(path: path, reason: reason) }
    guard bytes.count >= 10, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8) else {
      throw malformed("not a .npy file: bad magic number")
    }
    let length: Int
    let start: Int
    switch (bytes[6], bytes[7]) {
    case (1, 0):
      length = Int(LittleEndian.integers(bytes, at: 8, count: 1, as: UInt16.self)[0])
      start = 10
    case (2, 0):
      guard bytes.count >= 12 else { throw malformed("truncated header") }
      length = Int(LittleEndian.integers(bytes, at: 8, count: 1, as: UInt32.self)[0])
      start = 12
    default: throw malformed(".npy version \(bytes[6]).\(bytes[7]), expected 1.0 or 2.0")
    }
    guard length <= NPYFile.longestHeader else { throw malformed("header of \(length) bytes") }
    guard length <= bytes.count - start else { throw malformed("truncated header") }
    var header = NPYHeader(Array(bytes[start..<start + length]), path: path)
    try header.parse()
    guard let element = Element(rawValue: header.type) else {
      let known = Element.allCases.map(\.rawValue).joined(separator: ", ")
      throw malformed("element type '\(header.type)', expected one of \(known)")
    }
    guard !header.isColumnMajor else {
      throw malformed("the array is in Fortran order; save it with numpy.ascontiguousarray")
    }
    var size = element.byteCount
    for dimension in header.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw malformed("the dimensions' product overflows") }
      size = product
    }
    let given = bytes.count - start - length
    guard given == size else {
      throw malformed("\(given) bytes of data, \(size) expected for shape \(header.shape)")
    }
    let count = size / element.byteCount
    self.element = element
    self.shape = header.shape
    let data = start + length
    switch element {
    case .float32: self.values = LittleEndian.floats(bytes, at: data, count: count).map(Double.init)
    case .float64: self.values = LittleEndian.doubles(bytes, at: data, count: count)
    case .int32:
      self.values = LittleEndian.integers(bytes, at: data, count: count, as: Int32.self).map(
        Double.init)
    case .int64:
      let integers = LittleEndian.integers(bytes, at: data, count: count, as: Int64.self)
      guard let values = LittleEndian.exactReals(integers) else {
        throw malformed("an integer beyond 2⁵³ has no exact floating-point value")
      }
      self.values = values
    case .uint8: self.values = bytes[data...].map(Double.init)
    }
  }
}
