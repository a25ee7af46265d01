import Laws
import Options
import Randomness
import Samples

/// Kernel distances between samples and the held-out real data.
///
/// `mmd_squared` is the unbiased estimate, which may be below zero. With `kernel: energy` the
/// kernel is −‖x−y‖, so that `mmd_squared` is the unbiased squared energy distance;
/// `energy_distance` is then the energy distance of the two empirical laws.
public struct DiscrepancyMetric: Metric {
  static let kernel = Option<String>.choice(
    "kernel", ["gaussian", "energy"], default: "gaussian", help: "The kernel.")
  static let bandwidth = Option<OptionValue>.any(
    "bandwidth", .either(.real(.positive), .choice(["median"])), default: .text("median"),
    help:
      "Standard deviation of the Gaussian kernel; median is the median distance of real samples.")
  static let samples = Option<Int>.integer(
    "samples", in: 2...100_000, unit: "samples", default: 1000,
    help: "Most samples of each side, chosen at random.")

  public static let component = Component(
    name: "mmd", summary: "Maximum mean discrepancy or energy distance to the real data.",
    source: "Gretton et al. 2012; Székely and Rizzo 2013",
    options: [kernel.spec, bandwidth.spec, samples.spec])

  public static var worsening: [CollapseSign] {
    [CollapseSign("mmd_squared", .rises, tells: .risk)]
  }

  private let chosen: DiscrepancyKernel
  private let dimension: Int
  private let limit: Int
  private let real: [Double]
  private let realSum: Double
  public let quantities: [String]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    switch reference.space {
    case .vectors, .images: break
    default: throw unsupported(name, reference.space, needs: "vectors or images")
    }
    dimension = reference.space.width
    limit = options[Self.samples]
    real = subset(
      try reference.comparison.reals, dimension: dimension, limit: limit,
      key: reference.key.folding(.measure))
    guard real.count >= 2 * dimension, real.allSatisfy(\.isFinite) else {
      throw ComponentError(name, "needs at least two finite real samples")
    }
    if options[Self.kernel] == "energy" {
      chosen = .energy
      quantities = ["mmd_squared", "energy_distance"]
    } else {
      var width = medianDistance(real, dimension: dimension)
      if case .real(let given) = options[Self.bandwidth] { width = given }
      guard width > 0 else {
        throw ComponentError(name, "the median distance of the real samples is 0: give 'bandwidth'")
      }
      chosen = .gaussian(bandwidth: width)
      quantities = ["mmd_squared"]
    }
    realSum = try kernelSum(
      within: real, dimension: dimension, kernel: chosen, check: Interruption.check)
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let points = subset(
      subject.samples.reals, dimension: dimension, limit: limit, key: subject.key)
    guard points.allSatisfy(\.isFinite) else { return quantities.map { _ in .nan } }
    let n = points.count / dimension
    let m = real.count / dimension
    let within = try kernelSum(
      within: points, dimension: dimension, kernel: chosen, check: Interruption.check)
    let between = try kernelSum(
      between: points, and: real, dimension: dimension, kernel: chosen, check: Interruption.check)
    let squared = mmdSquared(
      withinX: within, countX: n, withinY: realSum, countY: m, between: between)
    guard chosen == .energy else { return [squared] }
    return [
      squared,
      energyDistance(withinX: within, countX: n, withinY: realSum, countY: m, between: between),
    ]
  }
}
