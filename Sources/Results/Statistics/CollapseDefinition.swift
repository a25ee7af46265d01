/// What is meant by collapse: the eight meanings in use (Schaeffer et al. 2025, arXiv 2503.03150).
public enum CollapseDefinition: String, Sendable, CaseIterable {
  case catastrophicRisk = "catastrophic-risk"
  case anyRiskIncrease = "any-risk-increase"
  case divergingRisk = "diverging-risk"
  case scalingLaw = "scaling-law"
  case variance, modes, tails, hallucination

  /// The quantity a definition looks at.
  var aspect: CollapseQuantity.Aspect {
    switch self {
    case .catastrophicRisk, .anyRiskIncrease, .divergingRisk, .scalingLaw: .risk
    case .variance: .variance
    case .modes: .modes
    case .tails: .tails
    case .hallucination: .fidelity
    }
  }

  /// What is compared with the threshold, in a sentence.
  public func meaning(_ thresholds: CollapseThresholds) -> String {
    switch self {
    case .catastrophicRisk:
      "Median ratio of the last generation's risk to generation 0's; collapse from "
        + "\(thresholds.riskFactor.shortText) on."
    case .anyRiskIncrease: "Mean change of the risk since generation 0; collapse above 0."
    case .divergingRisk:
      "Mean slope of the risk over the second half of the generations; collapse above 0."
    case .scalingLaw:
      "Mean change since generation 0 of the exponent with which the risk falls in the number of "
        + "samples; collapse above 0."
    case .variance:
      "Median ratio of the last generation's variance to generation 0's; collapse below "
        + "\(thresholds.fraction.shortText)."
    case .modes: "Mean change since generation 0 of the modes that are covered; collapse below 0."
    case .tails: "Mean change since generation 0 of what is left of the tails; collapse below 0."
    case .hallucination:
      "Mean change since generation 0 of the share of samples that are like real data; collapse "
        + "below 0."
    }
  }
}

/// From where on a change is a collapse.
public struct CollapseThresholds: Sendable, Hashable {
  /// Catastrophic is a risk of so many times generation 0's.
  public var riskFactor: Double
  /// Of generation 0's value: below it a variance, and in the time to collapse also tails, modes and
  /// fidelity, are lost.
  public var fraction: Double

  public init(riskFactor: Double = 10, fraction: Double = 0.5) {
    self.riskFactor = riskFactor
    self.fraction = fraction
  }
}

/// A recorded quantity that tells collapse.
public struct CollapseQuantity: Sendable, Hashable {
  public enum Aspect: Sendable, Hashable {
    case risk, variance, tails, modes, fidelity
  }

  /// `family.quantity`.
  public let metric: String
  /// Whether it rises when a model collapses; otherwise it falls.
  public let rises: Bool
  public let aspect: Aspect

  public init(metric: String, rises: Bool, aspect: Aspect) {
    self.metric = metric
    self.rises = rises
    self.aspect = aspect
  }
}

extension Double {
  /// Without a fraction where it is whole.
  fileprivate var shortText: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}
