import Options
import Samples

/// The Fréchet distance between Gaussian laws with the moments of the features of samples and of
/// held-out real data: `distance` is the sum of `mean` and `covariance`, see `frechetDistance`.
///
/// With the features of an Inception network this is known as FID; with others its values are not
/// comparable to published ones.
public struct FrechetMetric: Metric {
  static let samples = FeatureOptions.samples(default: 10_000)

  public static let component = Component(
    name: "frechet", summary: "Fréchet distance between the features of samples and real data.",
    source: "Heusel et al. 2017", options: FeatureOptions.specs + [samples.spec])

  public static var worsening: [CollapseSign] {
    [CollapseSign("distance", .rises, tells: .risk)]
  }

  private let features: FeatureComparison
  private let limit: Int
  private let real: FeatureMoments
  public let quantities = ["distance", "mean", "covariance"]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    features = try FeatureComparison(options, reference, metric: name)
    limit = options[Self.samples]
    let part = try features.real(try reference.comparison, limit: limit)
    let width = features.width
    let moments = part.derived("moments") { FeatureMoments(part.values, width: width) }
    guard let moments else {
      throw ComponentError(name, "the covariance of the real features is not finite")
    }
    real = moments
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    guard let part = try features.model(subject, limit: limit),
      let moments = FeatureMoments(part.values, width: features.width)
    else { return quantities.map { _ in .nan } }
    let terms = frechetDistance(moments, real)
    return [terms.mean + terms.covariance, terms.mean, terms.covariance]
  }
}
