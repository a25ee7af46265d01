import Glibc
import Laws
import Options
import Randomness
import Samples

/// `swiss-roll`: a rolled-up sheet in three dimensions with noise.
public struct SwissRoll: DrawnDataset {
  static let noise = DrawnOptions.noise(default: 0.05)

  public static let component = Component(
    name: "swiss-roll", summary: "A rolled-up sheet in three dimensions.",
    source: "scikit-learn make_swiss_roll",
    options: [noise.spec, DrawnOptions.samples.spec, DrawnOptions.heldOut.spec])

  public let space = SampleSpace.vectors(dimension: 3)
  public let count: Int
  public let heldOutCount: Int
  private let noise: Double

  public init(options: OptionValues, files: DataFiles) throws {
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    noise = options[SwissRoll.noise]
  }

  public var law: Law? { nil }

  /// (t cos t, h, t sin t) with t uniform in [3π/2, 9π/2] and h uniform in [0, 21].
  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    var values: [Double] = []  // [count × 3]
    values.reserveCapacity(3 * count)
    for _ in 0..<count {
      let t = 1.5 * Double.pi * (1 + 2 * stream.uniform())
      let height = 21 * stream.uniform()
      values.append(t * cos(t) + noise * stream.normal())
      values.append(height + noise * stream.normal())
      values.append(t * sin(t) + noise * stream.normal())
    }
    return SampleSet(
      space: space, reals: values, provenance: Provenance(origin, count: count))
  }
}
