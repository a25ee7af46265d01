import Metrics
import Options
import Results

/// What a study means by collapse.
public struct CollapseSpec: Sendable, Hashable {
  public var definitions: [CollapseDefinition]
  public var thresholds: CollapseThresholds

  public init(
    definitions: [CollapseDefinition] = CollapseDefinition.allCases,
    thresholds: CollapseThresholds = CollapseThresholds()
  ) {
    self.definitions = definitions
    self.thresholds = thresholds
  }

  /// The definitions with the quantities that the study's metrics offer for them.
  func criteria(metrics: [String]) -> CollapseCriteria {
    CollapseCriteria(
      definitions: definitions, thresholds: thresholds,
      quantities: metrics.flatMap { MetricRegistry.collapseSigns(of: $0) }.map { sign in
        CollapseQuantity(
          metric: sign.quantity, rises: sign.way == .rises,
          aspect: CollapseQuantity.Aspect(sign.aspect))
      })
  }

  var optionValue: OptionValue {
    .map([
      "definitions": .list(definitions.map { .text($0.rawValue) }),
      "risk_factor": .real(thresholds.riskFactor), "fraction": .real(thresholds.fraction),
    ])
  }
}

extension CollapseQuantity.Aspect {
  /// The tables know no metrics.
  fileprivate init(_ aspect: CollapseSign.Aspect) {
    self =
      switch aspect {
      case .risk: .risk
      case .variance: .variance
      case .tails: .tails
      case .modes: .modes
      case .fidelity: .fidelity
      }
  }
}

extension StudyDecoder {
  /// The mapping `collapse`.
  mutating func collapse(_ node: StudyNode?) -> CollapseSpec? {
    guard let node else { return CollapseSpec() }
    guard
      let keys = decoder.mapping(node, keys: StudyKeys.collapse.map(\.name), subject: "collapse")
    else { return nil }
    var values: [OptionValue] = []
    for spec in StudyKeys.collapse {
      if let value = decoder.value(spec, keys[spec.name], subject: "'collapse.\(spec.name)'") {
        values.append(value)
      }
    }
    guard values.count == 3, case .list(let names) = values[0], case .real(let factor) = values[1],
      case .real(let fraction) = values[2]
    else { return nil }
    let definitions = CollapseDefinition.allCases.filter { names.contains(.text($0.rawValue)) }
    return CollapseSpec(
      definitions: definitions,
      thresholds: CollapseThresholds(riskFactor: factor, fraction: fraction))
  }
}
