import Datasets
import Loops
import Metrics
import Models
import Options

/// The five kinds of things a study file names.
public enum ComponentKind: String, Sendable, CaseIterable {
  case dataset, model, policy, corrector, metric

  /// The word for several, as in `list models`.
  public var plural: String { self == .policy ? "policies" : rawValue + "s" }

  /// The word in messages.
  var noun: String { self == .dataset ? "data set" : rawValue }
}

/// Everything a study file may name: what the registries hold, or what a test defines.
public struct Catalogue: Sendable {
  private let components: [ComponentKind: [Component]]

  public init(
    datasets: [Component], models: [Component], policies: [Component], correctors: [Component],
    metrics: [Component]
  ) {
    components = [
      .dataset: datasets, .model: models, .policy: policies, .corrector: correctors,
      .metric: metrics,
    ]
  }

  /// The registries' contents.
  public static let standard = Catalogue(
    datasets: DatasetRegistry.all.map { $0.component },
    models: ModelRegistry.all.map { $0.component },
    policies: PolicyRegistry.all.map { $0.component },
    correctors: CorrectorRegistry.all.map { $0.component },
    metrics: MetricRegistry.all.map { $0.component })

  /// The components of a kind, in the order of `list`.
  public func all(_ kind: ComponentKind) -> [Component] { components[kind] ?? [] }

  /// The component of a name; `nil` where there is none.
  public func component(_ kind: ComponentKind, named name: String) -> Component? {
    all(kind).first { $0.name == name }
  }
}
