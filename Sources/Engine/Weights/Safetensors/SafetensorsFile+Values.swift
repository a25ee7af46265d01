extension SafetensorsFile {
  /// A tensor's elements in their own type.
  ///
  /// - Throws: `SafetensorsError.malformed` for a type other than F32, F64, I32, I64 and U8.
  public func tensor(_ entry: Entry) throws(SafetensorsError) -> SafetensorsTensor {
    let bytes = try rawBytes(entry)
    let values: SafetensorsTensor.Values
    switch entry.type {
    case .float32: values = .float32(elements(bytes, UInt32.self).map(Float.init(bitPattern:)))
    case .float64: values = .float64(elements(bytes, UInt64.self).map(Double.init(bitPattern:)))
    case .int32: values = .int32(elements(bytes, Int32.self))
    case .int64: values = .int64(elements(bytes, Int64.self))
    case .uint8: values = .uint8(bytes)
    default: throw unread(entry, "F32, F64, I32, I64 and U8")
    }
    return SafetensorsTensor(entry.name, shape: entry.shape, values)
  }

  /// A tensor's elements as real numbers, row-major.
  ///
  /// - Throws: `SafetensorsError.malformed` for a type other than F16, BF16, F32, F64, I32, I64 and U8,
  ///   and for a 64-bit integer that has no exact Double.
  public func reals(_ entry: Entry) throws(SafetensorsError) -> [Double] {
    let bytes = try rawBytes(entry)
    switch entry.type {
    case .float16: return elements(bytes, UInt16.self).map { Double(Float16(bitPattern: $0)) }
    case .bfloat16: return elements(bytes, UInt16.self).map { Double(Self.bfloat($0)) }
    case .float32: return elements(bytes, UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .float64: return elements(bytes, UInt64.self).map(Double.init(bitPattern:))
    case .int32: return elements(bytes, Int32.self).map(Double.init)
    case .uint8: return bytes.map(Double.init)
    case .int64:
      let integers = elements(bytes, Int64.self)
      let values = integers.map(Double.init)
      guard zip(integers, values).allSatisfy({ Int64(exactly: $1) == $0 }) else {
        throw .malformed(
          path: path, reason: "tensor '\(entry.name.prefix(80))' holds an integer beyond 2⁵³")
      }
      return values
    default: throw unread(entry, "F16, BF16, F32, F64, I32, I64 and U8")
    }
  }

  /// A tensor's elements as float32, row-major, into `target`: those of F32, F16 and BF16 exactly, of
  /// F64 rounded.
  ///
  /// - Throws: `SafetensorsError.malformed` as `reals`, and for a number that is finite and too large
  ///   for float32, and an integer that has no exact float32.
  public func floats(
    _ entry: Entry, into target: UnsafeMutableBufferPointer<Float>
  ) throws(SafetensorsError) {
    precondition(target.count == entry.count, "\(target.count) places for \(entry.count) elements")
    if entry.type == .float32 {
      try read(entry, into: UnsafeMutableRawBufferPointer(target))
      return
    }
    let isInteger = entry.type != .float64 && entry.type != .float16 && entry.type != .bfloat16
    for (index, value) in try reals(entry).enumerated() {
      let rounded = Float(value)
      guard rounded.isFinite == value.isFinite, !isInteger || Double(rounded) == value else {
        throw .malformed(
          path: path, reason: "tensor '\(entry.name.prefix(80))' holds \(value), which is no float32")
      }
      target[index] = rounded
    }
  }

  private static func bfloat(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  private func unread(_ entry: Entry, _ known: String) -> SafetensorsError {
    .malformed(
      path: path,
      reason: "tensor '\(entry.name.prefix(80))' is \(entry.type.rawValue); \(known) are read")
  }

  /// Little-endian numbers, all of `bytes`.
  private func elements<T: FixedWidthInteger>(_ bytes: [UInt8], _ type: T.Type) -> [T] {
    let width = MemoryLayout<T>.size
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / width).map {
        T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * width, as: T.self))
      }
    }
  }
}
