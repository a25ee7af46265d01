import Engine
import Options
import Randomness
import Samples

/// `digits`: the small 8×8 digits of the UCI collection, as scikit-learn ships them.
public struct Digits: ImageDataset {
  static let path = Option.path(
    "path", default: nil,
    help: "CSV file, plain or compressed by gzip: 64 values from 0 to 16 and the digit on a line.")
  static let subset = PoolOptions.subset(default: .random)

  public static let component = Component(
    name: "digits", summary: "8×8 grey images of handwritten digits, values in [0, 1].",
    source: "Alpaydin and Kaynak 1998",
    options: [
      path.spec, PoolOptions.heldOutFraction.spec, PoolOptions.limit.spec, subset.spec,
      PoolOptions.subsetSeed.spec, ImagePool.components.spec, ImagePool.classes.spec,
    ])

  /// The brightest pixel.
  private static let white = 16

  private let images: ImagePool

  public init(options: OptionValues, files: DataFiles) throws {
    let all = try Digits.read(files.resolve(options[Digits.path]))
    let subset = options.subset(Digits.subset)
    let parts = try PoolOptions.split(
      all.count, fraction: options[PoolOptions.heldOutFraction], subset: subset,
      key: options.subsetKey(.heldOutData), component: Digits.component.name)
    images = try ImagePool(
      training: all.selecting(parts.training), test: all.selecting(parts.heldOut),
      heldOutLimit: nil, levels: (0..<256).map { Double($0) / Double(Digits.white) },
      options: options, subset: subset, component: Digits.component.name)
  }

  public var pool: SamplePool { images.pool }
  public var imageSpace: SampleSpace { images.imageSpace }
  public var principalComponents: PrincipalComponents? { images.principalComponents }

  private static func read(_ path: String) throws -> LabelledImages {
    let table = try CSVTable(
      path: path, columns: 65, hint: "set path to scikit-learn's digits.csv.gz")
    var images = LabelledImages(height: 8, width: 8, bytes: [], labels: [])
    for row in 0..<table.rows {
      let fields = table.values[row * 65..<(row + 1) * 65].map { UInt8(exactly: $0) }
      for (column, field) in fields.enumerated() {
        let largest = column < 64 ? white : 9
        guard let field, field <= largest else {
          throw DataError.malformed(
            path: path,
            reason:
              "line \(row + 1): field \(column + 1) is not a whole number from 0 to \(largest)")
        }
        if column < 64 { images.bytes.append(field) } else { images.labels.append(field) }
      }
    }
    return images
  }
}
