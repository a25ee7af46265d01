import Laws
import Options
import Samples

/// Collapse as two flags, 0 or 1 (Shumailov et al. 2024: early collapse loses the tails, late
/// collapse the variance).
///
/// - `early`: the mass in the real data's tails has fallen below `tail_threshold` of the real mass
///   while the variance is not yet lost. The tails hold `tail_probability` of the real data:
///   half of it on either side in one dimension, beyond a radius in more, the rare categories.
/// - `late`: the variance, as its ratio to the real one, has fallen below `variance_threshold`. The
///   variance is tr Σ; for categories 1 − Σp².
/// - `tail_ratio` and `variance_ratio`, which the flags are made from.
public struct CollapseFlagsMetric: Metric {
  static let tailProbability = Option<Double>.real(
    "tail_probability", in: RealRange(0, 0.5, includesLower: false), default: 0.05,
    help: "Real mass in the tails.")
  static let tailThreshold = Option<Double>.real(
    "tail_threshold", in: RealRange(0, 1, includesLower: false), default: 0.5,
    help: "Early collapse: the share of the real tail mass below which tails count as lost.")
  static let varianceThreshold = Option<Double>.real(
    "variance_threshold", in: RealRange(0, 1, includesLower: false), default: 0.1,
    help: "Late collapse: the share of the real variance below which it counts as lost.")

  public static let component = Component(
    name: "collapse-flags",
    summary: "Early collapse (tails lost) and late collapse (variance lost).",
    source: "Shumailov et al. 2024",
    options: [
      MetricSource.option.spec, tailProbability.spec, tailThreshold.spec, varianceThreshold.spec,
    ])

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("variance_ratio", .falls, tells: .variance),
      CollapseSign("tail_ratio", .falls, tells: .tails),
    ]
  }

  private let regions: TailRegions
  private let realTail: Double
  private let realVariance: Double
  private let tailThreshold: Double
  private let varianceThreshold: Double
  private let usesLaw: Bool
  private let space: SampleSpace
  public let quantities = ["early", "late", "tail_ratio", "variance_ratio"]
  public var needsSamples: Bool { !usesLaw }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    space = reference.space
    tailThreshold = options[Self.tailThreshold]
    varianceThreshold = options[Self.varianceThreshold]
    let probability = options[Self.tailProbability]
    let levels =
      space == .vectors(dimension: 1)
      ? [0.5 * probability, 1 - 0.5 * probability] : [1 - probability]
    regions = try TailRegions(reference, probabilities: levels, metric: name)
    realTail = regions.realMasses.reduce(0, +)
    if case .categories(let count) = space {
      realVariance = try reference.categoricalLaw(categories: count).heterozygosity
    } else if let law = reference.law?.moments {
      realVariance = law.varianceTrace
    } else {
      realVariance = Self.variance(reference.training.reals, dimension: space.width)
    }
    guard realVariance > 0, realTail > 0 else {
      throw ComponentError(name, "the real data have no variance or no tail")
    }
    let canUseLaw = try MetricSource.usesLaw(options, reference, metric: name)
    guard regions.takesLaws || options[MetricSource.option] != "model" else {
      throw ComponentError(
        name, "laws of \(space.description) have no closed form here; use 'source: samples'")
    }
    usesLaw = canUseLaw && regions.takesLaws
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    let tail = try tailMasses(regions, subject, usesLaw: usesLaw, metric: name).reduce(0, +)
    var variance = Double.nan
    if case .categories(let count) = space {
      variance = try subject.categoricalLaw(metric: name, usesLaw: usesLaw, categories: count)
        .heterozygosity
    } else if usesLaw {
      variance = try subject.requireLaw(metric: name).moments?.varianceTrace ?? .nan
    } else {
      variance = Self.variance(subject.samples.reals, dimension: space.width)
    }
    let tailRatio = tail / realTail
    let varianceRatio = variance / realVariance
    guard tailRatio.isFinite, varianceRatio.isFinite else {
      return [.nan, .nan, tailRatio, varianceRatio]
    }
    let late = varianceRatio < varianceThreshold
    let early = tailRatio < tailThreshold && !late
    return [early ? 1 : 0, late ? 1 : 0, tailRatio, varianceRatio]
  }

  private static func variance(_ points: [Double], dimension: Int) -> Double {
    axisVariances(points, mean: sampleMean(points, dimension: dimension)).reduce(0, +)
  }
}
