import Engine

/// The array files that are written for other programs.
public enum ArrayFormat: String, Sendable, CaseIterable {
  case npy
  case safetensors

  /// The format of a file by its extension; nil for any other.
  public init?(path: String) {
    let name = splitPath(path).name
    guard let dot = name.lastIndex(of: ".") else { return nil }
    self.init(rawValue: name[name.index(after: dot)...].lowercased())
  }

  /// The bytes of a file with these tensors; `.npy` holds one array, the one called `samples`.
  public func encode(_ tensors: [SafetensorsTensor], metadata: [String: String]) -> [UInt8] {
    switch self {
    case .safetensors: return SafetensorsFile.encode(tensors, metadata: metadata)
    case .npy:
      guard let samples = tensors.first(where: { $0.name == "samples" }) else {
        preconditionFailure("no tensor 'samples'")
      }
      return Self.npy(samples)
    }
  }

  /// Version 1.0 of NumPy's format: magic, length of the header, the header as a Python literal padded
  /// to 64 bytes, the elements. Numbers are little-endian, as those of all machines this runs on.
  private static func npy(_ tensor: SafetensorsTensor) -> [UInt8] {
    let type =
      switch tensor.values {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int32: "<i4"
      case .int64: "<i8"
      case .uint8: "|u1"
      }
    let shape =
      tensor.shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let start = 10
    header += String(repeating: " ", count: 63 - (start + header.utf8.count) % 64) + "\n"
    var bytes: [UInt8] = [0x93]
    bytes.append(literal: "NUMPY")
    bytes += [1, 0, UInt8(header.utf8.count & 0xff), UInt8(header.utf8.count >> 8)]
    bytes.append(literal: header)
    switch tensor.values {
    case .float32(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .float64(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .int32(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .int64(let values): values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    case .uint8(let values): bytes.append(contentsOf: values)
    }
    return bytes
  }
}

/// Writes all kept samples of a run to `directory/CELL-seed-S-gen-G` with the format's extension.
///
/// - Parameter directory: Created where it does not exist; its parent has to. Older files are
///   replaced.
/// - Returns: The number of files.
/// - Throws: `ResultsError`, `SafetensorsError`.
@discardableResult
public func exportSamples(
  _ run: RunDirectory, to directory: String, as format: ArrayFormat
) throws -> Int {
  let kept = try KeptFile.all(.samples, in: run)
  if kept.isEmpty { return 0 }
  try makeExportDirectory(directory)
  for samples in kept {
    let (tensors, metadata) = try samples.readSamples(from: run)
    try publishFile(
      format.encode(tensors, metadata: metadata),
      at: "\(directory)/\(samples.cell)-seed-\(samples.seed)-gen-\(samples.generation)"
        + ".\(format.rawValue)")
  }
  return kept.count
}
