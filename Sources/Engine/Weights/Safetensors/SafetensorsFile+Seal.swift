/// Files of a run say in their metadata which file of the run they are, and their checksum covers that, the
/// names, types and shapes of the tensors and their bytes: a file that was changed, or that stands where
/// another one belongs, is found before it is used.
extension SafetensorsFile {
  static let nameKey = "file"

  /// A file with the same tensors and metadata that says what it is called.
  ///
  /// - Parameter name: e.g. `samples/3f2a/seed-1/gen-0.safetensors`.
  /// - Throws: `SafetensorsError.malformed` for bytes that are no safetensors file.
  /// - Complexity: O(length of the file).
  public static func sealed(_ bytes: [UInt8], as name: String) throws(SafetensorsError) -> [UInt8] {
    let file = try SafetensorsFile(bytes, path: name)
    var metadata: [String: String] = [:]
    for (key, value) in file.metadata { metadata[key] = value }
    metadata[checksumKey] = nil
    metadata[nameKey] = name
    var sum = checksum(of: metadata)
    sum.add(file.layout)
    let data = Array(bytes.suffix(file.entries.last?.offsets.upperBound ?? 0))
    sum.add(data)
    metadata[checksumKey] = sum.text
    return header(
      of: file.entries.map { Description(name: $0.name, type: $0.type, shape: $0.shape) },
      metadata: metadata) + data
  }

  /// - Throws: `SafetensorsError.malformed` for a file that `sealed` has not made under this name, or whose
  ///   contents have changed. A file with neither name nor checksum is older than both and passes; a
  ///   damaged one still has one of them.
  /// - Complexity: O(length of the file).
  public func requireSeal(_ name: String) throws(SafetensorsError) {
    let stored = metadata.first { $0.key == Self.nameKey }?.value
    guard stored != nil || metadata.contains(where: { $0.key == Self.checksumKey }) else { return }
    try requireChecksum()
    if let stored, stored != name {
      throw .malformed(path: path, reason: "it is \(stored.prefix(200)) and stands where \(name) belongs")
    }
  }

  /// The names, types and shapes of the tensors, as the checksum of a sealed file covers them.
  var layout: [UInt8] {
    Array(entries.map { "\($0.name)\u{0}\($0.type.rawValue)\($0.shape)\u{0}" }.joined().utf8)
  }
}
