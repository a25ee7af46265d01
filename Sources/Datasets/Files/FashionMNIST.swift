import Engine
import Options
import Samples

/// `fashion-mnist`: images of clothing from the Debian package or the user's copy.
public struct FashionMNIST: ImageDataset {
  static let directory = Option.path(
    "data_dir", default: "/usr/share/datasets/fashion-mnist",
    help: "Directory with the four files in the format of MNIST.")
  static let subset = PoolOptions.subset(default: .first)

  public static let component = Component(
    name: "fashion-mnist",
    summary: "Fashion-MNIST: 28×28 grey images of ten kinds of clothing, values in [0, 1].",
    source: "Xiao et al. 2017",
    options: [
      directory.spec, PoolOptions.limit.spec, subset.spec, PoolOptions.subsetSeed.spec,
      ImagePool.components.spec, ImagePool.classes.spec, ImagePool.heldOut.spec,
    ])

  private let images: ImagePool

  public init(options: OptionValues, files: DataFiles) throws {
    let (training, test) = try IDXImages.read(
      directory: files.resolve(options[FashionMNIST.directory]),
      hint: "install the Debian package dataset-fashion-mnist or set data_dir")
    images = try ImagePool(
      training: training, test: test,
      heldOutLimit: PoolOptions.number(options[ImagePool.heldOut]), levels: IDXImages.levels,
      options: options, subset: options.subset(FashionMNIST.subset),
      component: FashionMNIST.component.name)
  }

  public var pool: SamplePool { images.pool }
  public var imageSpace: SampleSpace { images.imageSpace }
  public var principalComponents: PrincipalComponents? { images.principalComponents }
}
