import Engine
import Options
import Samples

/// `safetensors`: the user's own array from a safetensors file, for instance an earlier run's
/// samples.
public struct SafetensorsDataset: FiniteDataset {
  static let path = Option.path("path", default: nil, help: "A safetensors file.")
  static let tensor = Option.any(
    "tensor", .text(maximumLength: 256), default: .text("samples"),
    help: "Name of the tensor: [n] or [n, …] in F16, BF16, F32, F64, I32, I64 or U8.")
  static let labels = Option.any(
    "labels", .text(maximumLength: 256), default: .text(""),
    help: "Name of a tensor with one whole number a sample; empty for none.")
  static let subset = PoolOptions.subset(default: .random)

  public static let component = Component(
    name: "safetensors", summary: "Vectors from a tensor of a safetensors file, one a row.",
    options: [
      path.spec, tensor.spec, labels.spec, PoolOptions.heldOutFraction.spec, PoolOptions.limit.spec,
      subset.spec, PoolOptions.subsetSeed.spec,
    ])

  public let pool: SamplePool

  public init(options: OptionValues, files: DataFiles) throws {
    let path = files.resolve(options[SafetensorsDataset.path])
    do {
      let file = try SafetensorsFile(path: path)
      let entry = try SafetensorsDataset.entry(options[SafetensorsDataset.tensor], in: file)
      var labels: [Int32]?
      if options[SafetensorsDataset.labels] != .text("") {
        let found = try SafetensorsDataset.entry(options[SafetensorsDataset.labels], in: file)
        labels = try ArrayPool.labels(
          file.reals(found), shape: found.shape, count: entry.shape.first ?? 0, path: path)
      }
      pool = try ArrayPool.make(
        values: file.reals(entry), shape: entry.shape, labels: labels, path: path, options: options,
        subset: options.subset(SafetensorsDataset.subset),
        component: SafetensorsDataset.component.name)
    } catch let error as SafetensorsError {
      switch error.kind {
      case .missing:
        throw DataError.missing(path: path, hint: "\(error.reason); set path to a safetensors file")
      case .malformed: throw DataError.malformed(path: path, reason: error.reason)
      }
    }
  }

  private static func entry(
    _ name: OptionValue, in file: SafetensorsFile
  ) throws -> SafetensorsFile.Entry {
    guard case .text(let name) = name, let entry = file.entry(name) else {
      let names = file.entries.map(\.name)
      let known = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
      throw ComponentError(
        component.name, "\(file.path) has no tensor \(name.shown) (tensors: \(known))")
    }
    return entry
  }
}
