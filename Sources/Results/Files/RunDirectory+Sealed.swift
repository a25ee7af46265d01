import Engine

/// Safetensors files of the run: kept samples, kept models and states. Each says which file of the run it
/// is and carries a checksum.
extension RunDirectory {
  /// Publishes a safetensors file at once, sealed under its name.
  ///
  /// - Throws: `SafetensorsError` for bytes that are no such file, `ResultsError`.
  public func publish(sealing bytes: [UInt8], as name: String) throws {
    try publish(SafetensorsFile.sealed(bytes, as: name), as: name)
  }

  /// Reads a file that `publish(sealing:as:)` wrote; nil where there is none.
  ///
  /// - Throws: `SafetensorsError.malformed` for one that is damaged or belongs elsewhere.
  public func sealedContentsIfPresent(of name: String) throws -> [UInt8]? {
    guard let bytes = try contentsIfPresent(of: name) else { return nil }
    try SafetensorsFile(bytes, path: file(name)).requireSeal(name)
    return bytes
  }

  /// What is wrong with a sealed file; nil for a sound one.
  ///
  /// - Throws: `ResultsError` where it cannot be read at all.
  func damage(of name: String) throws -> String? {
    do {
      return try sealedContentsIfPresent(of: name) == nil ? "\(file(name)): not there" : nil
    } catch let error as SafetensorsError {
      return "\(error)"
    }
  }
}
