import Laws
import Options
import Randomness

/// `gaussian-blob`: one spherical Gaussian at the origin, or several around random centres.
///
/// The centres are part of the law: they come from `layout`, never from a chain's key, so that the
/// training and the held-out set share them.
public struct GaussianBlob: MixtureDataset {
  static let dimension = Option.integer(
    "dimension", in: 1...4096, default: 2, help: "Number of coordinates.")
  static let blobs = Option.integer(
    "blobs", in: 1...10_000, default: 1,
    help: "Number of Gaussians; a single one is centred at the origin.")
  static let standardDeviation = Option.real(
    "standard_deviation", in: .positive, default: 1,
    help: "Standard deviation of each Gaussian, the same in every direction.")
  static let box = Option.real(
    "box", in: .positive, default: 10,
    help: "Several centres are uniform in [−box, box] along every coordinate.")
  static let layout = Option.integer(
    "layout", in: 0 ... .max, default: 0, help: "Number of the random layout of several centres.")

  public static let component = Component(
    name: "gaussian-blob", summary: "One or several spherical Gaussians; labels are the blobs.",
    source: "Kazdan et al. 2024",
    options: [
      dimension.spec, blobs.spec, standardDeviation.spec, box.spec, layout.spec,
      DrawnOptions.samples.spec, DrawnOptions.heldOut.spec,
    ])

  public let count: Int
  public let heldOutCount: Int
  public let mixture: MixtureLaw

  public init(options: OptionValues, files: DataFiles) throws {
    let dimension = options[GaussianBlob.dimension]
    let blobs = options[GaussianBlob.blobs]
    guard blobs * dimension * dimension <= 1 << 26 else {
      throw ComponentError(
        GaussianBlob.component.name, "\(blobs) blobs of dimension \(dimension) are too many")
    }
    var centres = [[Double](repeating: 0, count: dimension)]
    if blobs > 1 {
      let box = options[GaussianBlob.box]
      var stream = RandomStream(key: RandomKey(seed: UInt64(options[GaussianBlob.layout])))
      centres = (0..<blobs).map { _ in
        (0..<dimension).map { _ in box * (2 * stream.uniform() - 1) }
      }
    }
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    mixture = MixtureLaw(
      centres: centres, standardDeviation: options[GaussianBlob.standardDeviation])
  }
}
