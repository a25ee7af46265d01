/// Fixed-width numbers from little-endian bytes. Each function reads `count` numbers that start at
/// `start`; the caller has checked that they are there.
enum LittleEndian {
  static func integers<T: FixedWidthInteger>(
    _ bytes: [UInt8], at start: Int, count: Int, as type: T.Type
  ) -> [T] {
    let width = MemoryLayout<T>.size
    precondition(start >= 0 && start + count * width <= bytes.count, "\(count) numbers at \(start)")
    return bytes.withUnsafeBytes { raw in
      (0..<count).map {
        T(littleEndian: raw.loadUnaligned(fromByteOffset: start + $0 * width, as: T.self))
      }
    }
  }

  static func floats(_ bytes: [UInt8], at start: Int, count: Int) -> [Float] {
    integers(bytes, at: start, count: count, as: UInt32.self).map { Float(bitPattern: $0) }
  }

  static func doubles(_ bytes: [UInt8], at start: Int, count: Int) -> [Double] {
    integers(bytes, at: start, count: count, as: UInt64.self).map { Double(bitPattern: $0) }
  }

  /// 64-bit integers as reals; `nil` when one of them has no exact Double.
  static func exactReals(_ integers: [Int64]) -> [Double]? {
    let values = integers.map(Double.init)
    return zip(integers, values).allSatisfy { Int64(exactly: $1) == $0 } ? values : nil
  }
}

extension Array where Element == UInt8 {
  /// Adds the little-endian bytes of an integer.
  mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
