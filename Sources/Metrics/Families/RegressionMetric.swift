import Laws
import Options
import Samples

/// Errors of a fitted linear regression: `test_error` ‖ŵ−w‖², which is the excess risk for x ~
/// N(0, I) (where the true coefficients are known), and `held_out_mse`, the mean squared residual on
/// held-out real pairs.
public struct RegressionMetric: Metric {
  public static let component = Component(
    name: "regression", summary: "Excess risk and held-out error of a linear regression.",
    source: "Gerstgrasser et al. 2024")

  public static var worsening: [CollapseSign] {
    [
      CollapseSign("test_error", .rises, tells: .risk),
      CollapseSign("held_out_mse", .rises, tells: .risk),
    ]
  }

  private let dimension: Int
  private let truth: [Double]?
  private let heldOut: SampleSet
  public let quantities: [String]
  public var needsSamples: Bool { false }

  public init(options: OptionValues, reference: Reference) throws {
    let name = Self.component.name
    guard case .regression(let dimension) = reference.space else {
      throw unsupported(name, reference.space, needs: "regression pairs")
    }
    guard reference.modelHasLaw else {
      throw ComponentError(name, "needs a model that has regression coefficients")
    }
    self.dimension = dimension
    heldOut = try reference.heldOut
    if case .regression(let law)? = reference.law { truth = law.coefficients } else { truth = nil }
    quantities = truth == nil ? ["held_out_mse"] : ["test_error", "held_out_mse"]
  }

  public func measure(_ subject: Subject) throws -> [Double] {
    let name = Self.component.name
    let fitted = try subject.requireLaw(metric: name)
    guard case .regression(let law) = fitted, law.coefficients.count == dimension else {
      throw ComponentError(
        name, "the model's law is \(fitted.kindName), not a regression on \(dimension) inputs")
    }
    let residuals = squaredResiduals(law.coefficients, heldOut)
    let held = residuals.reduce(0, +) / Double(residuals.count)
    return truth.map { [squaredDistance(law.coefficients, $0), held] } ?? [held]
  }
}

/// (y − xᵀw)² of every pair of a regression set.
func squaredResiduals(_ coefficients: [Double], _ samples: SampleSet) -> [Double] {
  let width = coefficients.count + 1
  return (0..<samples.count).map { row in
    var residual = samples.reals[row * width + width - 1]
    for axis in 0..<(width - 1) {
      residual -= samples.reals[row * width + axis] * coefficients[axis]
    }
    return residual * residual
  }
}
