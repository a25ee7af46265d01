import Options
import Samples

/// `precision`, the share of samples within the manifold of the held-out real data, and `recall`, the
/// share of those real data within the manifold of the samples; see `NeighbourOverlap`.
public struct PrecisionRecallMetric: Metric {
  public static let component = Component(
    name: "precision-recall",
    summary: "Shares of samples that look real and of real data that the samples cover.",
    source: "Kynkäänniemi et al. 2019", options: NeighbourOptions.specs)

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("recall", .falls, tells: .tails),
      CollapseSign("precision", .falls, tells: .fidelity),
    ]
  }

  private let features: FeatureComparison
  private let limit: Int
  private let neighbours: Int
  private let real: FeatureComparison.Part
  private let realRadii: [Double]
  public let quantities = ["precision", "recall"]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    features = try FeatureComparison(options, reference, metric: Self.component.name)
    limit = options[NeighbourOptions.samples]
    neighbours = options[NeighbourOptions.neighbours]
    real = try features.real(
      try reference.comparison, limit: limit, minimum: neighbours + 1)
    realRadii = try real.radii(width: features.width, neighbours: neighbours)
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    guard let part = try features.model(subject, limit: limit, minimum: neighbours + 1) else {
      return quantities.map { _ in .nan }
    }
    let overlap = try NeighbourOverlap(
      real: real.values, samples: part.values, dimension: features.width, neighbours: neighbours,
      realRadii: realRadii,
      sampleRadii: try part.radii(width: features.width, neighbours: neighbours),
      check: Interruption.check)
    return [overlap.precision, overlap.recall]
  }
}
