import Laws
import Options
import Randomness
import Samples

/// `gaussian`: N(mean, diag(standard deviation²)).
public struct Gaussian: DrawnDataset {
  static let dimension = Option.integer(
    "dimension", in: 1...4096, default: 1, help: "Number of coordinates.")
  static let mean = Option.any(
    "mean", .either(.real(.any), .list(.real(.any))), default: .real(0),
    help: "Mean of every coordinate, or a list with one for each.")
  static let standardDeviation = Option.any(
    "standard_deviation", .either(.real(.positive), .list(.real(.positive))), default: .real(1),
    help: "Standard deviation of every coordinate, or a list with one for each.")

  public static let component = Component(
    name: "gaussian", summary: "Vectors from a Gaussian with independent coordinates.",
    options: [
      dimension.spec, mean.spec, standardDeviation.spec, DrawnOptions.samples.spec,
      DrawnOptions.heldOut.spec,
    ])

  public let space: SampleSpace
  public let count: Int
  public let heldOutCount: Int
  private let gaussian: GaussianLaw

  public init(options: OptionValues, files: DataFiles) throws {
    let dimension = options[Gaussian.dimension]
    let mean = try Gaussian.perCoordinate(options, Gaussian.mean, dimension)
    let deviations = try Gaussian.perCoordinate(options, Gaussian.standardDeviation, dimension)
    space = .vectors(dimension: dimension)
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    gaussian = GaussianLaw(mean: mean, variances: deviations.map { $0 * $0 })
  }

  public var law: Law? { .gaussian(gaussian) }

  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    SampleSet(
      space: space, reals: gaussian.sample(count, stream: &stream),
      provenance: Provenance(origin, count: count))
  }

  /// One number for every coordinate, from a single number or a list of the right length.
  private static func perCoordinate(
    _ options: OptionValues, _ option: Option<OptionValue>, _ dimension: Int
  ) throws -> [Double] {
    let value = options[option]
    if case .real(let real) = value { return [Double](repeating: real, count: dimension) }
    let list = value.reals
    guard list.count == dimension else {
      throw ComponentError(
        component.name, "\(option.spec.name) has \(list.count) entries, dimension is \(dimension)")
    }
    return list
  }
}

extension OptionValue {
  /// The entries of a list of real numbers; empty for any other value.
  var reals: [Double] {
    guard case .list(let values) = self else { return [] }
    return values.compactMap { if case .real(let real) = $0 { real } else { nil } }
  }
}
