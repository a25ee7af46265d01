import Laws
import Options

/// `gaussian-grid`: Gaussians with their centres on a square grid around the origin.
public struct GaussianGrid: MixtureDataset {
  static let side = Option.integer(
    "side", in: 1...100, default: 5, help: "Gaussians along each side of the grid.")
  static let spacing = Option.real(
    "spacing", in: .positive, default: 2, help: "Distance of neighbouring centres.")
  static let standardDeviation = Option.real(
    "standard_deviation", in: .positive, default: 0.05,
    help: "Standard deviation of each Gaussian, the same in both directions.")

  public static let component = Component(
    name: "gaussian-grid",
    summary: "A square grid of Gaussians in the plane; labels are the modes.",
    source: "Dumoulin et al. 2017",
    options: [
      side.spec, spacing.spec, standardDeviation.spec, DrawnOptions.samples.spec,
      DrawnOptions.heldOut.spec,
    ])

  public let count: Int
  public let heldOutCount: Int
  public let mixture: MixtureLaw

  public init(options: OptionValues, files: DataFiles) throws {
    let side = options[GaussianGrid.side]
    let spacing = options[GaussianGrid.spacing]
    let middle = Double(side - 1) / 2
    let centres = (0..<side * side).map { mode in
      [(Double(mode / side) - middle) * spacing, (Double(mode % side) - middle) * spacing]
    }
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    mixture = MixtureLaw(
      centres: centres, standardDeviation: options[GaussianGrid.standardDeviation])
  }
}
