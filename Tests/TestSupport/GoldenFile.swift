import Engine
import Foundation
import Testing

/// A file of golden values that PyTorch calculated: `Tests/Golden/engine/NAME.safetensors`.
public struct GoldenFile {
  public let file: SafetensorsFile

  public init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden/engine")
    file = try SafetensorsFile(path: folder.appending(path: "\(name).safetensors").path)
  }

  public func metadata(_ key: String) throws -> String {
    try #require(file.metadata.first { $0.key == key }?.value, "no metadata \(key)")
  }

  /// Shape and values of a tensor.
  public func tensor(_ name: String) throws -> (shape: [Int], values: [Double]) {
    let entry = try #require(file.entry(name), "no tensor \(name)")
    return (entry.shape, try file.reals(entry))
  }

  /// What follows `prefix` in the names that begin with it.
  public func names(_ prefix: String) -> [String] {
    file.entries.map(\.name).filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// The tensors whose names begin with `prefix`, under names that begin with `replacement` instead, as
  /// a file of their own.
  public func part(_ prefix: String, as replacement: String = "") throws -> SafetensorsFile {
    let tensors = try names(prefix).map { name in
      let tensor = try file.tensor(try #require(file.entry(prefix + name)))
      return SafetensorsTensor(replacement + name, shape: tensor.shape, tensor.values)
    }
    return try SafetensorsFile(SafetensorsFile.encode(tensors), path: file.path)
  }
}

/// Images are channels first in the golden files, [n, c, h, w], and channels last here.
public enum ImageOrder {
  /// [n, c, h, w] → [n, h, w, c]; other ranks as they are.
  public static func channelsLast(_ shape: [Int], _ values: [Double]) -> (shape: [Int], values: [Double]) {
    guard shape.count == 4 else { return (shape, values) }
    let (n, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
    var result = values
    for image in 0..<n {
      for channel in 0..<c {
        for pixel in 0..<h * w {
          result[(image * h * w + pixel) * c + channel] = values[(image * c + channel) * h * w + pixel]
        }
      }
    }
    return ([n, h, w, c], result)
  }

  /// [n, h, w, c] → [n, c, h, w]; other ranks as they are.
  public static func channelsFirst(_ shape: [Int], _ values: [Double]) -> [Double] {
    guard shape.count == 4 else { return values }
    // The same exchange with the roles of channels and pixels swapped.
    return channelsLast([shape[0], shape[1] * shape[2], shape[3], 1], values).values
  }
}
