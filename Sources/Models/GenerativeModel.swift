import Laws
import Options
import Randomness
import Samples

/// A generative model: fits a training set, draws samples. It knows nothing of policies, generations
/// or ranks.
public protocol GenerativeModel: Sendable {
  /// What the model needs to know of a training set; `NoStatistics` for models that need every sample.
  associatedtype Statistics: SufficientStatistics = NoStatistics

  /// Name, summary and options.
  static var component: Component { get }

  /// An unfitted model.
  ///
  /// - Throws: `ComponentError` when the model cannot represent samples of `space`.
  init(options: OptionValues, space: SampleSpace) throws

  /// Fits the model. Called on a fitted model it continues from there (warm start) where the fit is
  /// iterative.
  ///
  /// - Throws: `FitError` when the data give no fit; `Interrupted` when a stop was requested, which an
  ///   iterative fit checks (`Interruption.check`) at least every half second of work.
  mutating func fit(_ training: TrainingSet<Statistics>, key: RandomKey) throws -> FitReport

  /// The same for models that are trained in many steps, on the ranks of a group, with checkpoints.
  mutating func fit(
    _ training: TrainingSet<Statistics>, key: RandomKey, context: TrainingContext
  ) throws -> FitReport

  /// Draws samples from the fitted model.
  func synthesize(_ request: SampleRequest) throws -> Synthesis<Statistics>

  /// The same with the work shared by the ranks of a group; all of them get all samples.
  func synthesize(
    _ request: SampleRequest, context: TrainingContext
  ) throws -> Synthesis<Statistics>

  /// Whether fits take so long that fitted models are saved and groups of ranks can share a fit.
  static var isTrained: Bool { get }

  /// Floating-point operations of a fit to `count` samples in products and convolutions; nil where
  /// `isTrained` is not.
  func operations(fitting count: Int) throws -> Double?
  /// Bytes of the programs and copies of weights that a process holds while it fits and draws; 0 where the
  /// samples are all that counts.
  func workingBytes() throws -> Double

  /// The fitted model as a safetensors file, with what its fit reported; nil where `isTrained` is not.
  func encodedState(report: FitReport) throws -> [UInt8]?

  /// Becomes the model that was saved.
  ///
  /// - Returns: what its fit reported.
  /// - Throws: `SafetensorsError`, `WeightsError` when the bytes are not of such a model.
  mutating func restore(state: [UInt8]) throws -> FitReport

  /// What this model, as generation 0, sees in the samples of a generation: recorded as
  /// `first_model.NAME`. The names are the same for all sets.
  func view(of samples: SampleSet) throws -> [(name: String, value: Double)]

  /// The sufficient statistics of a set; `nil` where the model has none.
  func summarize(_ samples: SampleSet) -> Statistics?

  /// The fitted law in closed form; `nil` where there is none.
  var law: Law? { get }
}

extension GenerativeModel {
  public func summarize(_ samples: SampleSet) -> Statistics? { nil }
  public var law: Law? { nil }

  // Fits in closed form have no use for a context, and nothing worth saving.
  public mutating func fit(
    _ training: TrainingSet<Statistics>, key: RandomKey, context: TrainingContext
  ) throws -> FitReport { try fit(training, key: key) }
  public func synthesize(
    _ request: SampleRequest, context: TrainingContext
  ) throws -> Synthesis<Statistics> { try synthesize(request) }
  public static var isTrained: Bool { false }
  public func operations(fitting count: Int) throws -> Double? { nil }
  public func workingBytes() throws -> Double { 0 }
  public func encodedState(report: FitReport) throws -> [UInt8]? { nil }
  public mutating func restore(state: [UInt8]) throws -> FitReport {
    preconditionFailure("\(Self.component.name) has no state")
  }
  public func view(of samples: SampleSet) throws -> [(name: String, value: Double)] { [] }
}

/// Statistics of a set from which a model can be fitted without the samples.
public protocol SufficientStatistics: Sendable {
  /// Adds another set's statistics. The order of merging is part of the result's bits.
  mutating func merge(_ other: Self)
}

/// The statistics of models that have none.
public enum NoStatistics: SufficientStatistics {
  public mutating func merge(_ other: NoStatistics) {}
}

/// What a model is fitted to.
public struct TrainingSet<Statistics: SufficientStatistics> {
  public let space: SampleSpace
  public let provenance: Provenance
  /// The sets one after another; empty when only `statistics` or `laws` were asked for.
  public let parts: [SampleSet]
  /// The merged statistics of all parts, for models that have them.
  public let statistics: Statistics?
  /// With the statistical error switched off: the exact laws to fit and their weights (sum 1).
  public let laws: [(weight: Double, law: Law)]?
  /// Where every epoch has samples of its own instead of `parts`: makes them, `count` each time.
  public let refresh: ((_ epoch: Int) throws -> SampleSet)?

  public init(
    space: SampleSpace, provenance: Provenance, parts: [SampleSet], statistics: Statistics?,
    laws: [(weight: Double, law: Law)]? = nil, refresh: ((_ epoch: Int) throws -> SampleSet)? = nil
  ) {
    self.space = space
    self.provenance = provenance
    self.parts = parts
    self.statistics = statistics
    self.laws = laws
    self.refresh = refresh
  }

  /// The number of training samples.
  public var count: Int { provenance.count }

  /// All samples as one set.
  public var samples: SampleSet { parts.isEmpty ? SampleSet(emptyIn: space) : .concatenating(parts) }
}

/// An order for samples.
public struct SampleRequest: Sendable {
  public let count: Int
  /// The universal sampling bias λ in (0, 1]: 1 samples the fitted law, towards 0 only its modes.
  public let bias: Double
  public let key: RandomKey
  /// The generation of the model, for the samples' provenance.
  public let generation: Int
  /// Whether the values themselves are needed; models with statistics may skip them otherwise.
  public let needsValues: Bool
  /// The chain's real training data, for models that keep a part of it (a regression's design).
  public let real: SampleSet

  public init(
    count: Int, bias: Double, key: RandomKey, generation: Int, needsValues: Bool, real: SampleSet
  ) {
    self.count = count
    self.bias = bias
    self.key = key
    self.generation = generation
    self.needsValues = needsValues
    self.real = real
  }

  /// The provenance of the samples.
  public var provenance: Provenance { Provenance(.generation(generation), count: count) }
}

/// Samples drawn from a model. Statistics, where the model has them, are the same bits whether or not
/// the values were asked for.
public struct Synthesis<Statistics: SufficientStatistics>: Sendable {
  public let samples: SampleSet?
  public let statistics: Statistics?
  public init(samples: SampleSet?, statistics: Statistics? = nil) {
    self.samples = samples
    self.statistics = statistics
  }
}

/// What a fit has to say: named numbers recorded as `fit.NAME`, e.g. `steps`, `log_likelihood`.
public struct FitReport: Sendable {
  public var values: [(name: String, value: Double)]
  public init(_ values: [(name: String, value: Double)] = []) { self.values = values }
}

/// A fit that has no result. The chain ends here and says so; other chains go on.
public enum FitError: Error, Sendable, CustomStringConvertible {
  /// The training data hold a number that is not finite.
  case notFinite(quantity: String)
  /// The data are too few or too degenerate for the model.
  case degenerate(String)
  /// The model cannot be fitted to exact laws (statistical error off).
  case needsSamples(String)

  public var description: String {
    switch self {
    case .notFinite(let quantity): "\(quantity) is not finite"
    case .degenerate(let reason): reason
    case .needsSamples(let model):
      "\(model) is fitted to samples: the statistical error cannot be switched off"
    }
  }
}
