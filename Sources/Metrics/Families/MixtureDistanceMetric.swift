import Laws
import Options
import Samples

/// Squared L2 distances between mixture densities in closed form: `to_first` to generation 0's
/// model, `to_real` to the true law where that is a Gaussian or a mixture; and the components'
/// standard deviations √(tr Σ/d), `smallest_component_sd` and `largest_component_sd`.
public struct MixtureDistanceMetric: Metric {
  public static let component = Component(
    name: "mixture-l2", summary: "L2² between Gaussian mixture densities; component widths.",
    source: "Shumailov et al. 2024")

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("to_real", .rises, tells: .risk), CollapseSign("to_first", .rises, tells: .risk),
      CollapseSign("smallest_component_sd", .falls, tells: .variance),
    ]
  }

  private let real: MixtureLaw?
  public let quantities: [String]
  public var needsSamples: Bool { false }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    guard case .vectors = reference.space else {
      throw unsupported(name, reference.space, needs: "vectors")
    }
    guard reference.modelHasLaw else {
      throw ComponentError(name, "needs a model whose law is a Gaussian or a Gaussian mixture")
    }
    real = reference.law?.asMixture
    quantities =
      (real == nil ? ["to_first"] : ["to_first", "to_real"])
      + ["smallest_component_sd", "largest_component_sd"]
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    let law = try subject.requireLaw(metric: name)
    guard let mixture = law.asMixture else {
      throw ComponentError(name, "the model's law is \(law.kindName), not a Gaussian mixture")
    }
    guard let first = subject.firstLaw?.asMixture else {
      throw ComponentError(name, "the law of generation 0 is missing or not a Gaussian mixture")
    }
    var values = [mixtureL2Squared(mixture, first)]
    if let real { values.append(mixtureL2Squared(mixture, real)) }
    var smallest = Double.infinity
    var largest = 0.0
    for component in mixture.components {
      let deviation = (component.varianceTrace / Double(component.dimension)).squareRoot()
      guard deviation.isFinite else { return values + [.nan, .nan] }
      smallest = min(smallest, deviation)
      largest = max(largest, deviation)
    }
    return values + [smallest, largest]
  }
}
