import Engine
import Options
import Samples

/// `mnist`: handwritten digits from the user's copy of the four files.
public struct MNIST: ImageDataset {
  static let directory = Option.path(
    "data_dir", default: nil,
    help: "Directory with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte "
      + "and t10k-labels-idx1-ubyte, plain or with .gz.")
  static let subset = PoolOptions.subset(default: .first)

  public static let component = Component(
    name: "mnist", summary: "MNIST: 28×28 grey images of handwritten digits, values in [0, 1].",
    source: "LeCun et al. 1998",
    options: [
      directory.spec, PoolOptions.limit.spec, subset.spec, PoolOptions.subsetSeed.spec,
      ImagePool.components.spec, ImagePool.classes.spec, ImagePool.heldOut.spec,
    ])

  private let images: ImagePool

  public init(options: OptionValues, files: DataFiles) throws {
    let (training, test) = try IDXImages.read(
      directory: files.resolve(options[MNIST.directory]),
      hint: "set data_dir to a directory with the four MNIST files")
    images = try ImagePool(
      training: training, test: test,
      heldOutLimit: PoolOptions.number(options[ImagePool.heldOut]), levels: IDXImages.levels,
      options: options, subset: options.subset(MNIST.subset), component: MNIST.component.name)
  }

  public var pool: SamplePool { images.pool }
  public var imageSpace: SampleSpace { images.imageSpace }
  public var principalComponents: PrincipalComponents? { images.principalComponents }
}
