import Options
import Samples

/// The kernel distance between the features of samples and of held-out real data: the mean of the
/// unbiased estimates over disjoint random subsets, `mmd_squared`, and its `standard_error`. See
/// `kernelDistances`.
///
/// With the features of an Inception network this is known as KID; with others its values are not
/// comparable to published ones.
public struct KernelDistanceMetric: Metric {
  static let samples = FeatureOptions.samples(default: 10_000)
  static let subsets = Option<Int>.integer(
    "subsets", in: 2...10_000, default: 10,
    help: "Disjoint subsets of equal size that the samples are dealt into.")

  public static let component = Component(
    name: "kernel-distance",
    summary: "Kernel distance between the features of samples and real data, with its error.",
    source: "Bińkowski et al. 2018", options: FeatureOptions.specs + [samples.spec, subsets.spec])

  public static var worsening: [CollapseSign] {
    [CollapseSign("mmd_squared", .rises, tells: .risk)]
  }

  private let features: FeatureComparison
  private let limit: Int
  private let subsets: Int
  private let real: FeatureComparison.Part
  private let realWithin: [Double]
  public let quantities = ["mmd_squared", "standard_error"]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    features = try FeatureComparison(options, reference, metric: name)
    limit = options[Self.samples]
    let subsets = options[Self.subsets]
    let real = try features.real(try reference.comparison, limit: limit)
    guard real.count >= 2 * subsets else {
      throw ComponentError(
        name, "\(real.count) real samples in \(subsets) subsets: lower 'subsets'")
    }
    let width = features.width
    self.subsets = subsets
    self.real = real
    realWithin = real.derived("cubic kernel sums of \(subsets)") {
      cubicKernelSums(within: real.values, dimension: width, subsets: subsets)
    }
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    guard let part = try features.model(subject, limit: limit, minimum: 2 * subsets) else {
      return quantities.map { _ in .nan }
    }
    let estimates = kernelDistances(
      part.values, real.values, dimension: features.width, yWithin: realWithin)
    let mean = estimates.reduce(0, +) / Double(subsets)
    let variance = axisVariances(estimates, mean: [mean])[0]
    return [mean, (variance / Double(subsets)).squareRoot()]
  }
}
