/// A checksum of a file's metadata and of the bytes of its tensors, kept among the metadata: what a disk
/// has made of a checkpoint is found before it is used.
extension SafetensorsFile {
  static let checksumKey = "crc32"

  /// - Throws: `SafetensorsError.malformed` for a file without a checksum or with another one than its
  ///   contents have.
  /// - Complexity: O(length of the file).
  public func requireChecksum() throws(SafetensorsError) {
    var others: [String: String] = [:]
    var stored: String?
    for (key, value) in metadata {
      if key == Self.checksumKey { stored = value } else { others[key] = value }
    }
    guard let stored else { throw .malformed(path: path, reason: "it has no checksum (\(Self.checksumKey))") }
    var sum = Self.checksum(of: others)
    if others[Self.nameKey] != nil { sum.add(layout) }
    for entry in entries { sum.add(try rawBytes(entry)) }
    guard sum.text == stored else {
      throw .malformed(
        path: path, reason: "damaged: its checksum is \(stored.prefix(20)), that of its contents \(sum.text)")
    }
  }

  /// The checksum of the metadata alone, to which the tensors are added: keys and values in the order of the
  /// keys, a zero byte behind each.
  static func checksum(of metadata: [String: String]) -> CyclicChecksum {
    var sum = CyclicChecksum()
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      sum.add(Array(key.utf8) + [0] + Array(value.utf8) + [0])
    }
    return sum
  }
}
