import Options
import Samples

/// `npy`: the user's own array from a NumPy file.
public struct NPYDataset: FiniteDataset {
  static let path = Option.path(
    "path", default: nil, help: "A .npy file: [n], [n, …] or, for images, [n, channels, height, width]; float, 32/64-bit "
      + "integer or uint8.")
  static let labels = Option.any(
    "labels", .either(.choice(["none"]), .path), default: .text("none"),
    help: "A .npy file with one whole number a sample, or none.")
  static let subset = PoolOptions.subset(default: .random)

  public static let component = Component(
    name: "npy", summary: "Vectors or images from a NumPy .npy file, one a row.",
    options: [
      path.spec, labels.spec, PoolOptions.heldOutFraction.spec, PoolOptions.limit.spec, subset.spec,
      PoolOptions.subsetSeed.spec,
    ])

  public let pool: SamplePool

  public init(options: OptionValues, files: DataFiles) throws {
    let path = files.resolve(options[NPYDataset.path])
    let array = try NPYFile(path: path, hint: "set path to a .npy file")
    var labels: [Int32]?
    if case .text(let name) = options[NPYDataset.labels], name != "none" {
      let labelPath = files.resolve(name)
      let file = try NPYFile(path: labelPath, hint: "set labels to a .npy file")
      labels = try ArrayPool.labels(
        file.values, shape: file.shape, count: array.shape.first ?? 0, path: labelPath)
    }
    pool = try ArrayPool.make(
      values: array.values, shape: array.shape, labels: labels, path: path, options: options,
      subset: options.subset(NPYDataset.subset), component: NPYDataset.component.name)
  }
}
