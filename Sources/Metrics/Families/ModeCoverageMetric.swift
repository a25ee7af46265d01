import Engine
import Laws
import Options
import Samples

/// How the samples cover the modes of a mixture: `modes`, `high_quality_share`,
/// `mean_modal_variance`, `within_mode_standard_deviation` (see `ModeCoverage`).
public struct ModeCoverageMetric: Metric {
  static let radius = Option<Double>.real(
    "radius_sd", in: .positive, unit: "standard deviations", default: 3,
    help: "Distance from a mode within which a sample is of high quality.")

  public static let component = Component(
    name: "mode-coverage", summary: "Modes of the real mixture that the samples cover.",
    source: "Srivastava et al. 2017; Alemohammad et al. 2024", options: [radius.spec])

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("modes", .falls, tells: .modes),
      CollapseSign("high_quality_share", .falls, tells: .fidelity),
    ]
  }

  private let law: MixtureLaw
  private let radius: Double
  public let quantities = [
    "modes", "high_quality_share", "mean_modal_variance", "within_mode_standard_deviation",
  ]
  public var needsSamples: Bool { true }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    guard case .mixture(let law)? = reference.law else {
      throw ComponentError(name, "needs real data from a Gaussian mixture whose law is known")
    }
    guard law.components.allSatisfy({ $0.factor.isTriangular }) else {
      throw ComponentError(name, "a component of the real mixture has a singular covariance")
    }
    self.law = law
    radius = options[Self.radius]
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    guard let coverage = ModeCoverage(subject.samples.reals, law: law, radius: radius) else {
      return quantities.map { _ in .nan }
    }
    return [
      Double(coverage.modes), coverage.highQualityShare, coverage.meanModalVariance,
      coverage.withinModeStandardDeviation,
    ]
  }
}
