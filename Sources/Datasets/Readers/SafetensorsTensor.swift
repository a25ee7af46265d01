import Options

/// A named array, as safetensors files hold them.
public struct SafetensorsTensor: Sendable, Hashable {
  /// The elements, row-major.
  public enum Values: Sendable, Hashable {
    case float32([Float])
    case float64([Double])
    case int32([Int32])
    case int64([Int64])
    case uint8([UInt8])

    public var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int32(let values): values.count
      case .int64(let values): values.count
      case .uint8(let values): values.count
      }
    }

    public var type: SafetensorsType {
      switch self {
      case .float32: .float32
      case .float64: .float64
      case .int32: .int32
      case .int64: .int64
      case .uint8: .uint8
      }
    }
  }

  public let name: String
  public let shape: [Int]
  public let values: Values

  public init(_ name: String, shape: [Int], _ values: Values) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension SafetensorsFile {
  /// The bytes of a file with these tensors.
  ///
  /// The order is that of the reference implementation, wider elements first and then by name, so
  /// that every tensor is aligned to its own element and the file is the same whatever the order of
  /// the arguments. The header is padded with spaces to a multiple of 8 bytes.
  ///
  /// - Parameter metadata: written sorted by key.
  public static func encode(
    _ tensors: [SafetensorsTensor], metadata: [String: String] = [:]
  ) -> [UInt8] {
    // The format's own ranking of the types that are written.
    let ranking: [SafetensorsType] = [.int64, .float64, .float32, .int32, .uint8]
    func rank(_ tensor: SafetensorsTensor) -> Int {
      ranking.firstIndex(of: tensor.values.type) ?? 0
    }
    let sorted = tensors.sorted {
      rank($0) != rank($1)
        ? rank($0) < rank($1) : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    precondition(Set(tensors.map(\.name)).count == tensors.count, "a tensor name is used twice")
    precondition(!tensors.contains { $0.name == "__metadata__" }, "__metadata__ names no tensor")
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        OptionValue.quoted($0.key) + ":" + OptionValue.quoted($0.value)
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for tensor in sorted {
      let start = end
      end += tensor.values.count * tensor.values.type.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(OptionValue.quoted(tensor.name)):{\"dtype\":\"\(tensor.values.type.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    bytes.append(littleEndian: UInt64(header.count))
    bytes.append(contentsOf: header)
    for tensor in sorted { append(tensor.values, to: &bytes) }
    return bytes
  }

  private static func append(_ values: SafetensorsTensor.Values, to bytes: inout [UInt8]) {
    switch values {
    case .float32(let values): for value in values { bytes.append(littleEndian: value.bitPattern) }
    case .float64(let values): for value in values { bytes.append(littleEndian: value.bitPattern) }
    case .int32(let values): for value in values { bytes.append(littleEndian: value) }
    case .int64(let values): for value in values { bytes.append(littleEndian: value) }
    case .uint8(let values): bytes.append(contentsOf: values)
    }
  }
}
