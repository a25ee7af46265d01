import Laws
import Options
import Samples

/// How much of the real data's tails is left: `mass_pQ` is the mass beyond the real quantile Q (in
/// per cent, a point written as `_`), `ratio_pQ` its ratio to the real mass. `TailRegions` says
/// what "beyond" means in each space; categories take the quantiles from ½ only.
///
/// One-dimensional laws and categories are measured in closed form where the model has a law, all
/// else through samples.
public struct TailMetric: Metric {
  static let quantiles = Option<OptionValue>.any(
    "quantiles",
    .list(.real(RealRange(0, 1, includesLower: false, includesUpper: false))),
    default: .list([.real(0.01), .real(0.05), .real(0.95), .real(0.99)]),
    help: "Quantiles of the real data: tails below those under one half, above the others.")

  public static let component = Component(
    name: "tail", summary: "Mass beyond fixed quantiles of the real data.",
    source: "Shumailov et al. 2024", options: [MetricSource.option.spec, quantiles.spec])

  /// The names at the default quantiles.
  public static var worsening: [CollapseSign] {
    [
      CollapseSign("ratio_p99", .falls, tells: .tails), CollapseSign("ratio_p95", .falls, tells: .tails),
    ]
  }

  private let regions: TailRegions
  private let usesLaw: Bool
  public let quantities: [String]
  public var needsSamples: Bool { !usesLaw }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    var levels: [Double] = []
    if case .list(let values) = options[Self.quantiles] {
      for case .real(let level) in values where !levels.contains(level) { levels.append(level) }
    }
    if case .categories = reference.space { levels.removeAll { $0 < 0.5 } }
    guard !levels.isEmpty else { throw ComponentError(name, "no quantile is left to measure at") }
    regions = try TailRegions(reference, probabilities: levels, metric: name)
    let canUseLaw = try MetricSource.usesLaw(options, reference, metric: name)
    guard regions.takesLaws || options[MetricSource.option] != "model" else {
      throw ComponentError(
        name,
        "laws of \(reference.space.description) have no closed form here; use 'source: samples'")
    }
    usesLaw = canUseLaw && regions.takesLaws
    let labels = levels.map(Self.label)
    quantities = labels.map { "mass_\($0)" } + labels.map { "ratio_\($0)" }
    guard Set(quantities).count == quantities.count else {
      throw ComponentError(name, "quantiles closer than 1e-9 have the same name")
    }
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let masses = try tailMasses(
      regions, subject, usesLaw: usesLaw, metric: Self.component.name)
    return masses + zip(masses, regions.realMasses).map { $0 / $1 }
  }

  /// `p95`, `p99_5`: the quantile in per cent.
  static func label(_ level: Double) -> String {
    let percent = (level * 1e9).rounded() / 1e7
    let text = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
    return "p" + text.map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
  }
}

/// The mass of the model's law or of its samples in the real data's tails.
func tailMasses(
  _ regions: TailRegions, _ subject: Subject, usesLaw: Bool, metric: String
) throws -> [Double] {
  guard usesLaw else { return try regions.masses(samples: subject.samples) }
  let law = try subject.requireLaw(metric: metric)
  guard let masses = regions.masses(law: law) else {
    throw ComponentError(metric, "the model's law is \(law.kindName), which does not fit the data")
  }
  return masses
}
