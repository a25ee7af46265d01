import Glibc
import Laws
import Options

/// `gaussian-ring`: Gaussians with their centres evenly on a circle.
public struct GaussianRing: MixtureDataset {
  static let modes = Option.integer(
    "modes", in: 1...10_000, default: 8, help: "Number of Gaussians on the circle.")
  static let radius = Option.real(
    "radius", in: .positive, default: 2, help: "Radius of the circle.")
  static let standardDeviation = Option.real(
    "standard_deviation", in: .positive, default: 0.02,
    help: "Standard deviation of each Gaussian, the same in both directions.")

  public static let component = Component(
    name: "gaussian-ring", summary: "A ring of Gaussians in the plane; labels are the modes.",
    source: "Metz et al. 2017",
    options: [
      modes.spec, radius.spec, standardDeviation.spec, DrawnOptions.samples.spec,
      DrawnOptions.heldOut.spec,
    ])

  public let count: Int
  public let heldOutCount: Int
  public let mixture: MixtureLaw

  public init(options: OptionValues, files: DataFiles) throws {
    let modes = options[GaussianRing.modes]
    let radius = options[GaussianRing.radius]
    let centres = (0..<modes).map { mode in
      let angle = 2 * Double.pi * Double(mode) / Double(modes)
      return [radius * cos(angle), radius * sin(angle)]
    }
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    mixture = MixtureLaw(
      centres: centres, standardDeviation: options[GaussianRing.standardDeviation])
  }
}
