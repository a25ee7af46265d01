import Models
import Samples

/// Real data and the model fitted to them: what arms that differ in the loop alone have in common.
final class FirstGeneration<Model: GenerativeModel>: Sendable {
  let real: SampleSet
  /// Statistics of `real`, for models that have some.
  let statistics: Model.Statistics?
  /// The model before any fit: what a cold start begins from.
  let blank: Model
  let model: Model
  let report: FitReport
  /// Whether the model was fitted before and kept.
  let isRestored: Bool

  init(
    real: SampleSet, statistics: Model.Statistics?, blank: Model, model: Model, report: FitReport,
    isRestored: Bool
  ) {
    self.real = real
    self.statistics = statistics
    self.blank = blank
    self.model = model
    self.report = report
    self.isRestored = isRestored
  }
}

/// The generation 0 a process fitted last. Chains are dispatched so that arms sharing one follow each
/// other.
public struct FirstGenerationCache {
  private var scope = ""
  private var seed = 0
  private var value: Any?
  /// How often generation 0 was fitted and how often it was taken from here.
  public private(set) var fitted = 0
  public private(set) var reused = 0
  /// What the fits took.
  public private(set) var fitSeconds = 0.0

  public init() {}

  mutating func value<Model: GenerativeModel>(
    scope: String, seed: Int, make: () throws -> FirstGeneration<Model>
  ) rethrows -> FirstGeneration<Model> {
    if scope == self.scope, seed == self.seed, let kept = value as? FirstGeneration<Model> {
      reused += 1
      return kept
    }
    let start = monotonicSeconds()
    let made = try make()
    self.scope = scope
    self.seed = seed
    value = made
    if made.isRestored {
      reused += 1
    } else {
      fitted += 1
      fitSeconds += monotonicSeconds() - start
    }
    return made
  }
}
