import Glibc
import Laws
import Options
import Randomness
import Samples

/// `two-moons`: two interleaved half circles with noise.
public struct TwoMoons: DrawnDataset {
  static let noise = DrawnOptions.noise(default: 0.05)

  public static let component = Component(
    name: "two-moons", summary: "Two interleaved half circles in the plane; labels are the moons.",
    source: "scikit-learn make_moons",
    options: [noise.spec, DrawnOptions.samples.spec, DrawnOptions.heldOut.spec])

  public let space = SampleSpace.vectors(dimension: 2)
  public let count: Int
  public let heldOutCount: Int
  private let noise: Double

  public init(options: OptionValues, files: DataFiles) throws {
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    noise = options[TwoMoons.noise]
  }

  public var law: Law? { nil }

  /// With t uniform in [0, π]: moon 0 is (cos t, sin t), moon 1 is (1 − cos t, ½ − sin t); either
  /// with probability ½. The angles are drawn, where scikit-learn spaces them evenly: draws stay
  /// independent.
  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    var values: [Double] = []  // [count × 2]
    values.reserveCapacity(2 * count)
    var labels: [Int32] = []
    for _ in 0..<count {
      let moon = stream.integer(below: 2)
      let t = Double.pi * stream.uniform()
      values.append((moon == 0 ? cos(t) : 1 - cos(t)) + noise * stream.normal())
      values.append((moon == 0 ? sin(t) : 0.5 - sin(t)) + noise * stream.normal())
      labels.append(Int32(moon))
    }
    return SampleSet(
      space: space, reals: values, labels: labels, provenance: Provenance(origin, count: count))
  }
}
