import Glibc
import Laws
import Options
import Randomness
import Samples

/// `circles`: two concentric circles with noise.
public struct Circles: DrawnDataset {
  static let factor = Option.real(
    "factor", in: RealRange(0, 1, includesUpper: false), default: 0.8,
    help: "Radius of the inner circle; the outer one has radius 1.")
  static let noise = DrawnOptions.noise(default: 0.05)

  public static let component = Component(
    name: "circles", summary: "Two concentric circles in the plane; labels are 0 outer, 1 inner.",
    source: "scikit-learn make_circles",
    options: [factor.spec, noise.spec, DrawnOptions.samples.spec, DrawnOptions.heldOut.spec])

  public let space = SampleSpace.vectors(dimension: 2)
  public let count: Int
  public let heldOutCount: Int
  private let factor: Double
  private let noise: Double

  public init(options: OptionValues, files: DataFiles) throws {
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    factor = options[Circles.factor]
    noise = options[Circles.noise]
  }

  public var law: Law? { nil }

  /// The angle is uniform, either circle has probability ½.
  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    var values: [Double] = []  // [count × 2]
    values.reserveCapacity(2 * count)
    var labels: [Int32] = []
    for _ in 0..<count {
      let circle = stream.integer(below: 2)
      let radius = circle == 0 ? 1 : factor
      let angle = 2 * Double.pi * stream.uniform()
      values.append(radius * cos(angle) + noise * stream.normal())
      values.append(radius * sin(angle) + noise * stream.normal())
      labels.append(Int32(circle))
    }
    return SampleSet(
      space: space, reals: values, labels: labels, provenance: Provenance(origin, count: count))
  }
}
