/// An array of unsigned bytes in the IDX format of the MNIST files: two zero bytes, a type byte,
/// the number of dimensions, each dimension as a big-endian 32-bit number, the data row-major.
public struct IDXFile: Sendable {
  public let dimensions: [Int]
  /// [product of `dimensions`], row-major
  public let bytes: [UInt8]

  /// Reads a file, plain or compressed by gzip.
  ///
  /// - Parameter rank: the number of dimensions it must have: 3 for images, 1 for labels.
  /// - Throws: `DataError`; `malformed` for another type or rank, a dimension of 0, a size that is
  ///   not the product of the dimensions, damaged compression or trailing bytes.
  public init(path: String, rank: Int, hint: String = "") throws {
    try self.init(ByteReader(path: path, hint: hint), rank: rank)
  }

  /// As above, from bytes; `path` is for messages.
  public init(_ bytes: [UInt8], path: String, rank: Int) throws {
    try self.init(ByteReader(bytes, path: path), rank: rank)
  }

  private init(_ reader: ByteReader, rank: Int) throws {
    func malformed(_ reason: String) -> DataError { .malformed(path: reader.path, reason: reason) }
    let magic = try reader.read(4)
    guard magic[0] == 0, magic[1] == 0 else { throw malformed("not an IDX file: bad magic number") }
    guard magic[2] == 0x08 else {
      throw malformed("IDX element type \(magic[2]), expected 8 (unsigned bytes)")
    }
    guard Int(magic[3]) == rank else {
      throw malformed("\(magic[3]) dimensions, expected \(rank)")
    }
    let header = try reader.read(4 * rank)
    var dimensions: [Int] = []
    var size = 1
    for index in 0..<rank {
      let dimension = header[4 * index..<4 * index + 4].reduce(0) { $0 << 8 | Int($1) }
      guard dimension > 0 else { throw malformed("dimension \(index) is 0") }
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw malformed("the dimensions' product overflows") }
      dimensions.append(dimension)
      size = product
    }
    self.dimensions = dimensions
    self.bytes = try reader.read(size)
    try reader.expectEnd()
  }
}
