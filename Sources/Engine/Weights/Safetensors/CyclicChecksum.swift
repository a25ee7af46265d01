import CDeflate

/// CRC-32 (ISO 3309) as in zlib, gzip and PNG: the polynomial 0xedb88320, reflected, with all bits inverted
/// at both ends. Detects every burst of up to 32 bits.
public struct CyclicChecksum: Sendable {
  public private(set) var value: UInt32 = 0

  public init() {}

  /// - Complexity: O(bytes), about as fast as they can be read.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    // A null pointer would begin again.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    value = libdeflate_crc32(value, start, bytes.count)
  }

  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// Eight lower-case hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
