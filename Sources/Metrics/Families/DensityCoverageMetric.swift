import Options
import Samples

/// `density`, how deep the samples lie within the manifold of the held-out real data, and `coverage`,
/// the share of those real data with a sample nearby; see `NeighbourOverlap`.
public struct DensityCoverageMetric: Metric {
  public static let component = Component(
    name: "density-coverage",
    summary: "Density of samples around real data and the share of real data with one nearby.",
    source: "Naeem et al. 2020", options: NeighbourOptions.specs)

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("coverage", .falls, tells: .modes),
      CollapseSign("density", .falls, tells: .fidelity),
    ]
  }

  private let features: FeatureComparison
  private let limit: Int
  private let neighbours: Int
  private let real: FeatureComparison.Part
  private let realRadii: [Double]
  public let quantities = ["density", "coverage"]
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
    guard let part = try features.model(subject, limit: limit, minimum: 1) else {
      return quantities.map { _ in .nan }
    }
    let overlap = try NeighbourOverlap(
      real: real.values, samples: part.values, dimension: features.width, neighbours: neighbours,
      realRadii: realRadii, sampleRadii: nil, check: Interruption.check)
    return [overlap.density, overlap.coverage]
  }
}
