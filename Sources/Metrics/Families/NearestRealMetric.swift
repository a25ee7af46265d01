import Options
import Samples

/// How near samples come to the real training data, in the space of the features: a model that
/// repeats its training data comes nearer than other real data do.
///
/// - `distance`: the mean over samples of the distance to the nearest training sample.
/// - `distance_p5`: the 5 % quantile of that distance.
/// - `ratio`: `distance` divided by the same mean over held-out real data; about 1 for a model as
///   good as the truth, towards 0 for one that repeats. NaN where nothing is held out.
public struct NearestRealMetric: Metric {
  static let samples = FeatureOptions.samples(default: 2000)
  static let training = Option<Int>.integer(
    "training_samples", in: 1...100_000_000, unit: "samples", default: 10_000,
    help: "Most real training samples that are searched, chosen at random.")

  public static let component = Component(
    name: "nearest-real",
    summary: "Distance of samples to the nearest real training sample: signs of memorisation.",
    options: FeatureOptions.specs + [samples.spec, training.spec])

  private let features: FeatureComparison
  private let limit: Int
  private let real: FeatureComparison.Part
  private let realDistance: Double
  public let quantities = ["distance", "distance_p5", "ratio"]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    features = try FeatureComparison(options, reference, metric: Self.component.name)
    limit = options[Self.samples]
    let training = try features.real(
      reference.training, limit: options[Self.training], minimum: 1)
    real = training
    let heldOut = try reference.heldOut
    guard heldOut.count > 0 else {
      realDistance = .nan
      return
    }
    realDistance = Self.mean(
      try Self.distances(
        try features.real(heldOut, limit: limit, minimum: 1), to: training, width: features.width))
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    guard let part = try features.model(subject, limit: limit, minimum: 1) else {
      return quantities.map { _ in .nan }
    }
    let nearest = try Self.distances(part, to: real, width: features.width).sorted()
    let mean = Self.mean(nearest)
    return [
      mean, quantile(0.05, ofSorted: nearest), realDistance > 0 ? mean / realDistance : .nan,
    ]
  }

  private static func distances(
    _ part: FeatureComparison.Part, to real: FeatureComparison.Part, width: Int
  ) throws -> [Double] {
    try nearestDistances(
      from: part.values, to: real.values, dimension: width, check: Interruption.check)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }
}
