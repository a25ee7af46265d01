// Numbers are copied as they lie in memory: the machines that this runs on are little-endian.

extension SafetensorsFile {
  /// What the header says of a tensor to be written.
  struct Description {
    var name: String
    var type: SafetensorsType
    var shape: [Int]
  }

  /// The order in which tensors are written, by index: that of the reference implementation, wider
  /// elements first and then by name, so that every tensor is aligned to its own element and the
  /// file is the same whatever the order of the arguments.
  static func order(of tensors: [Description]) -> [Int] {
    // The format's own ranking of the types that are written.
    let ranking: [SafetensorsType] = [.int64, .float64, .float32, .int32, .uint8]
    func rank(_ index: Int) -> Int { ranking.firstIndex(of: tensors[index].type) ?? 0 }
    return tensors.indices.sorted {
      rank($0) != rank($1)
        ? rank($0) < rank($1)
        : tensors[$0].name.utf8.lexicographicallyPrecedes(tensors[$1].name.utf8)
    }
  }

  /// The bytes in front of the tensors' own, for tensors in the order in which they are written. The
  /// header is padded with spaces to a multiple of 8 bytes.
  ///
  /// - Parameter metadata: written sorted by key.
  static func header(of tensors: [Description], metadata: [String: String]) -> [UInt8] {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "a tensor name is used twice")
    precondition(!tensors.contains { $0.name == "__metadata__" }, "__metadata__ names no tensor")
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for tensor in tensors {
      let start = end
      end += tensor.shape.reduce(tensor.type.byteCount, *)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
    }
    var header = Array("{\(fields.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
  }

  /// The bytes of a file with these tensors.
  ///
  /// - Parameters:
  ///   - metadata: written sorted by key.
  ///   - isChecked: whether the metadata hold a checksum; see `requireChecksum`.
  public static func encode(
    _ tensors: [SafetensorsTensor], metadata: [String: String] = [:], isChecked: Bool = false
  ) -> [UInt8] {
    let descriptions = tensors.map {
      Description(name: $0.name, type: $0.values.type, shape: $0.shape)
    }
    let order = order(of: descriptions)
    return encode(order.map { descriptions[$0] }, metadata: metadata, isChecked: isChecked) {
      append(tensors[order[$0]].values, to: &$1)
    }
  }

  /// The bytes of a file with these tensors, in this order.
  ///
  /// - Parameter append: appends the bytes of a tensor.
  static func encode(
    _ tensors: [Description], metadata: [String: String], isChecked: Bool,
    append: (_ tensor: Int, _ bytes: inout [UInt8]) -> Void
  ) -> [UInt8] {
    let count = tensors.reduce(0) { $0 + $1.shape.reduce($1.type.byteCount, *) }
    guard isChecked else {
      var bytes = header(of: tensors, metadata: metadata)
      bytes.reserveCapacity(bytes.count + count)
      for tensor in tensors.indices { append(tensor, &bytes) }
      return bytes
    }
    var data: [UInt8] = []
    data.reserveCapacity(count)
    for tensor in tensors.indices { append(tensor, &data) }
    var metadata = metadata
    metadata[checksumKey] = nil
    var sum = checksum(of: metadata)
    sum.add(data)
    metadata[checksumKey] = sum.text
    return header(of: tensors, metadata: metadata) + data
  }

  private static func append(_ values: SafetensorsTensor.Values, to bytes: inout [UInt8]) {
    switch values {
    case .float32(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .float64(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .int32(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .int64(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .uint8(let values): bytes.append(contentsOf: values)
    }
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
