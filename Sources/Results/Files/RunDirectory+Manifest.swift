import Engine
import Foundation
import Glibc

extension RunDirectory {
  private static let unsealed = String(repeating: "0", count: 64)
  /// The members of manifests that are older than the checksum.
  private static let oldKeys: Set<String> = ["environment", "format", "numerics", "plan", "sessions"]

  /// Publishes the manifest with a checksum: the SHA-256 of the file with zeros in its place.
  public func write(_ manifest: RunManifest) throws {
    var manifest = manifest
    manifest.checksum = Self.unsealed
    let bytes = Array(try JSONEncoder.ofRun.encode(manifest)) + [UInt8(ascii: "\n")]
    try publish(Self.replace(Self.unsealed, by: sha256Hex(bytes), in: bytes), as: "manifest.json")
  }

  /// - Throws: `ResultsError.missing`, `.malformed`, also where the checksum does not match.
  public func readManifest() throws -> RunManifest {
    let bytes = try contents(of: "manifest.json")
    func damaged(_ reason: String) -> ResultsError {
      .malformed(path: manifest, line: 0, reason: reason)
    }
    var found: RunManifest
    do {
      found = try JSONDecoder().decode(RunManifest.self, from: Data(bytes))
    } catch {
      throw damaged("\(error)")
    }
    let keys = (try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])?.keys.map { $0 }
    if let stored = found.checksum {
      guard stored.utf8.count == 64,
        sha256Hex(Self.replace(stored, by: Self.unsealed, in: bytes)) == stored
      else { throw damaged("damaged: the checksum does not match the contents") }
    } else if Set(keys ?? []) != Self.oldKeys {
      throw damaged("damaged: it has no checksum")
    }
    found.checksum = nil
    return found
  }

  /// The checksum stands first, since its key does.
  private static func replace(_ text: String, by other: String, in bytes: [UInt8]) -> [UInt8] {
    let data = Data(bytes)
    guard let range = data.firstRange(of: Data(text.utf8)) else { return bytes }
    return Array(data[..<range.lowerBound]) + Array(other.utf8) + Array(data[range.upperBound...])
  }

  /// The bytes of every segment by its name relative to the run.
  public func segmentSizes() throws(ResultsError) -> [String: Int] {
    var sizes: [String: Int] = [:]
    for path in try segmentPaths() {
      sizes["segments/" + splitPath(path).name] = try SystemFile(path, O_RDONLY).status().size
    }
    return sizes
  }

  /// The CRC-32 of `results.sqlite` as eight hexadecimal digits.
  ///
  /// - Throws: `ResultsError.missing`, `.io`.
  /// - Complexity: O(length of the file), memory of a megabyte.
  public func databaseChecksum() throws(ResultsError) -> String {
    let file = try SystemFile(database, O_RDONLY)
    var sum = CyclicChecksum()
    var offset = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try chunk.withUnsafeMutableBufferPointer { (bytes) throws(ResultsError) in
        try file.read(into: bytes, at: offset)
      }
      if count == 0 { break }
      chunk.withUnsafeBytes { sum.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      offset += count
    }
    return sum.text
  }
}
