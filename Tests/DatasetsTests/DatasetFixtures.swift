import CZlib
import Datasets
import Foundation
import Options

/// Names, files and data sets that the tests of this target share.
enum Fixtures {
  /// Tests/Golden.
  static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Golden")

  /// Data kept beside the checkout: `OUROBOROS_TEST_DATA`, or `../shared/data` from the package.
  static let data: URL = {
    if let path = ProcessInfo.processInfo.environment["OUROBOROS_TEST_DATA"] {
      return URL(filePath: path)
    }
    return golden.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "shared/data")
  }()

  static let fashion = "/usr/share/datasets/fashion-mnist"
  static let mnist = data.appending(path: "mnist").path
  static let digits = data.appending(path: "digits8x8/digits.csv.gz").path

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func decode<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: golden.appending(path: name)))
  }

  /// The data set of a name with these options.
  static func dataset(
    _ name: String, _ options: [String: OptionValue] = [:], directory: String = "/nowhere"
  ) throws -> any Dataset {
    guard let type = DatasetRegistry.named(name) else { throw FixtureError.noSuchDataset(name) }
    return try type.init(
      options: OptionValues(options, specs: type.component.options),
      files: DataFiles(directory: directory))
  }

  /// Runs `body` with a new directory that holds `files`, in sub-folders where their names have some, and
  /// removes it afterwards.
  static func withFiles<Result>(
    _ files: [String: [UInt8]], _ body: (String) throws -> Result
  ) throws -> Result {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, bytes) in files {
      let file = directory.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    return try body(directory.path)
  }
}

enum FixtureError: Error {
  case noSuchDataset(String)
  case compression
}

extension Array where Element == UInt8 {
  /// The bytes of a hexadecimal text.
  init(hex: String) {
    let digits = [Character](hex)
    self = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0
    }
  }

  /// Compressed by gzip.
  func gzipped() throws -> [UInt8] {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw FixtureError.compression }
    defer { deflateEnd(&stream) }
    var input = self
    var output = [UInt8](repeating: 0, count: count + count / 100 + 256)
    let written = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target -> Int in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return -1 }
        return target.count - Int(stream.avail_out)
      }
    }
    guard written >= 0 else { throw FixtureError.compression }
    return Array(output[..<written])
  }

  /// An IDX file of unsigned bytes.
  static func idx(_ dimensions: [Int], _ data: [UInt8], type: UInt8 = 8) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, type, UInt8(dimensions.count)]
    for dimension in dimensions {
      for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: dimension >> shift)) }
    }
    return bytes + data
  }

  /// A .npy file, version 1.0, with this header text and data.
  static func npy(_ header: String, _ data: [UInt8], version: [UInt8] = [1, 0]) -> [UInt8] {
    let text = Array(header.utf8)
    return [0x93] + Array("NUMPY".utf8) + version
      + [UInt8(text.count & 255), UInt8(text.count >> 8)] + text + data
  }
}
