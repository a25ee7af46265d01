import Glibc
import Laws
import Options
import Randomness
import Samples

/// A kernel density estimate with a spherical Gaussian kernel: it keeps every training sample.
///
/// The sampling bias λ multiplies the kernel variance h²: a draw is a training sample plus
/// N(0, λh²I). λ → 0 is the bootstrap.
public struct KernelDensity: GenerativeModel {
  static let bandwidth = Option.any(
    "bandwidth", .either(.choice(["scott", "silverman"]), .real(.positive)),
    default: .text("scott"),
    help:
      "Kernel standard deviation: a number, n^(−1/(d+4)) (scott) or (n(d+2)/4)^(−1/(d+4)) (silverman)."
  )
  static let scaling = Option.flag(
    "scale_by_data", default: false,
    help: "Multiply the bandwidth by the data's standard deviation, averaged over the coordinates.")

  public static let component = Component(
    name: "kernel-density", summary: "A kernel density estimate with a Gaussian kernel.",
    source: "Kazdan et al. 2024", options: [bandwidth.spec, scaling.spec])

  /// The rules of Scott 1992 and Silverman 1986 for unit-variance data, or a number.
  enum Rule: Sendable {
    case scott, silverman
    case fixed(Double)
  }

  let space: SampleSpace
  let rule: Rule
  let scalesByData: Bool
  private(set) var fitted: KernelDensityLaw?

  /// - Throws: `ComponentError` for samples that are not vectors or images.
  public init(options: OptionValues, space: SampleSpace) throws {
    switch space {
    case .vectors, .images: break
    default:
      throw ComponentError(
        "kernel-density", "models vectors and images, not \(space.description)")
    }
    self.space = space
    switch options[KernelDensity.bandwidth] {
    case .real(let value): rule = .fixed(value)
    case .text("silverman"): rule = .silverman
    default: rule = .scott
    }
    scalesByData = options[KernelDensity.scaling]
  }

  public var law: Law? { fitted.map { .kernelDensity($0) } }

  /// Keeps the samples and computes the bandwidth. Reports `bandwidth`.
  ///
  /// - Throws: `FitError.notFinite`; `.degenerate` for an empty set, and for identical samples when
  ///   the bandwidth is scaled by the data; `.needsSamples` for exact laws.
  /// - Complexity: O(samples · dimension).
  public mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws
    -> FitReport
  {
    guard training.laws == nil else { throw FitError.needsSamples("kernel-density") }
    let samples = training.samples
    guard samples.count > 0 else {
      throw FitError.degenerate("a kernel density needs at least one sample")
    }
    guard samples.reals.allSatisfy(\.isFinite) else {
      throw FitError.notFinite(quantity: "a training sample")
    }
    let width = try kernelWidth(samples)
    fitted = KernelDensityLaw(
      dimension: space.width, points: samples.reals, bandwidth: width)
    return FitReport([("bandwidth", width)])
  }

  private func kernelWidth(_ samples: SampleSet) throws(FitError) -> Double {
    let n = Double(samples.count)
    let d = Double(space.width)
    var width =
      switch rule {
      case .fixed(let value): value
      case .scott: pow(n, -1 / (d + 4))
      case .silverman: pow(n * (d + 2) / 4, -1 / (d + 4))
      }
    if scalesByData {
      let statistics = GaussianStatistics(of: samples)
      var trace = 0.0
      for index in 0..<space.width { trace += statistics.scatter[index * space.width + index] }
      width *= (trace / (n * d)).squareRoot()
      guard width > 0 else {
        throw .degenerate("the samples are identical: they give no scale for the bandwidth")
      }
    }
    guard width.isFinite else { throw .notFinite(quantity: "the bandwidth") }
    return width
  }

  /// Draws training samples with replacement and adds kernel noise.
  ///
  /// - Throws: `FitError.degenerate` before the first fit.
  public func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    guard let fitted else {
      throw FitError.degenerate("kernel-density: sampled before the first fit")
    }
    let d = space.width
    var stream = RandomStream(key: request.key)
    let chosen = (0..<request.count).map { _ in stream.integer(below: fitted.count) }
    var values = [Double](repeating: 0, count: request.count * d)
    stream.fillNormals(&values)
    let width = fitted.bandwidth * request.bias.squareRoot()
    values.withUnsafeMutableBufferPointer { values in
      fitted.points.withUnsafeBufferPointer { points in
        for row in 0..<request.count {
          for column in 0..<d {
            values[row * d + column] =
              points[chosen[row] * d + column] + width * values[row * d + column]
          }
        }
      }
    }
    return Synthesis(
      samples: SampleSet(space: space, reals: values, provenance: request.provenance))
  }
}
