import Laws
import Options
import Randomness
import Samples

/// `linear-regression`: y = xᵀw + N(0, σ²) with x ~ N(0, I).
public struct LinearRegression: DrawnDataset {
  static let dimension = Option.integer(
    "dimension", in: 1...100_000, default: 10, help: "Number of inputs d.")
  static let noiseVariance = Option.real(
    "noise_variance", in: .nonNegative, default: 1, help: "Variance σ² of the response's noise.")
  static let coefficients = Option.any(
    "coefficients", .either(.choice(["unit", "zero"]), .list(.real(.any))), default: .text("unit"),
    help: "The true w: unit (every entry 1/√d, so ‖w‖ = 1), zero, or a list of d numbers.")

  public static let component = Component(
    name: "linear-regression", summary: "Gaussian inputs with a noisy linear response.",
    source: "Gerstgrasser et al. 2024",
    options: [
      dimension.spec, noiseVariance.spec, coefficients.spec, DrawnOptions.samples.spec,
      DrawnOptions.heldOut.spec,
    ])

  public let space: SampleSpace
  public let count: Int
  public let heldOutCount: Int
  private let regression: RegressionLaw

  public init(options: OptionValues, files: DataFiles) throws {
    let dimension = options[LinearRegression.dimension]
    let coefficients: [Double]
    switch options[LinearRegression.coefficients] {
    case .text("unit"):
      coefficients = [Double](repeating: 1 / Double(dimension).squareRoot(), count: dimension)
    case .text: coefficients = [Double](repeating: 0, count: dimension)
    case let list: coefficients = list.reals
    }
    guard coefficients.count == dimension else {
      throw ComponentError(
        LinearRegression.component.name,
        "coefficients has \(coefficients.count) entries, dimension is \(dimension)")
    }
    space = .regression(dimension: dimension)
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    regression = RegressionLaw(
      coefficients: coefficients, noiseVariance: options[LinearRegression.noiseVariance])
  }

  public var law: Law? { .regression(regression) }

  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    let width = space.width
    let deviation = regression.noiseVariance.squareRoot()
    var values = [Double](repeating: 0, count: count * width)  // [count × (d + 1)]
    stream.fillNormals(&values)
    for row in 0..<count {
      var response = deviation * values[row * width + width - 1]
      for (column, coefficient) in regression.coefficients.enumerated() {
        response += coefficient * values[row * width + column]
      }
      values[row * width + width - 1] = response
    }
    return SampleSet(
      space: space, reals: values, provenance: Provenance(origin, count: count))
  }
}
