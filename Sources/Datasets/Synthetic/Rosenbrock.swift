import Laws
import Options
import Randomness
import Samples

/// `rosenbrock`: the curved density ∝ exp(−x₁²/2 − (x₂ − x₁²)²).
public struct Rosenbrock: DrawnDataset {
  public static let component = Component(
    name: "rosenbrock", summary: "The curved density exp(−x₁²/2 − (x₂ − x₁²)²) in the plane.",
    source: "Alemohammad et al. 2024",
    options: [DrawnOptions.samples.spec, DrawnOptions.heldOut.spec])

  public let space = SampleSpace.vectors(dimension: 2)
  public let count: Int
  public let heldOutCount: Int

  public init(options: OptionValues, files: DataFiles) throws {
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
  }

  public var law: Law? { nil }

  /// Exact: x₁ ~ N(0, 1) and, given x₁, x₂ ~ N(x₁², ½).
  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    let deviation = 0.5.squareRoot()
    var values = [Double](repeating: 0, count: 2 * count)  // [count × 2]
    stream.fillNormals(&values)
    for row in 0..<count {
      let x = values[2 * row]
      values[2 * row + 1] = x * x + deviation * values[2 * row + 1]
    }
    return SampleSet(
      space: space, reals: values, provenance: Provenance(origin, count: count))
  }
}
