import Laws
import Options
import Randomness
import Samples
import Synchronization

/// A measure of a generation against the real data. Prepared once a chain, measured every generation.
public protocol Metric: Sendable {
  /// Name (the family of the quantities), summary and options.
  static var component: Component { get }

  /// The quantities that are known to go one way when a model collapses, most telling first.
  static var worsening: [CollapseSign] { get }

  /// Prepares what does not change over generations.
  ///
  /// - Throws: `ComponentError` when the metric does not apply to this data.
  init(options: OptionValues, reference: Reference) throws

  /// The quantities in the order of `measure`'s result, e.g. `variance_trace`; recorded as
  /// `family.quantity`.
  var quantities: [String] { get }
  /// Whether `measure` needs samples (as opposed to the model's law alone).
  var needsSamples: Bool { get }

  /// The values, one a quantity. A value that does not exist is NaN (recorded as null).
  func measure(_ subject: Subject) throws -> [Double]

  /// Appends the values to a row; for metrics that take less time than an array.
  func measure(_ subject: Subject, into row: inout [Double]) throws
}

extension Metric {
  public static var worsening: [CollapseSign] { [] }

  public func measure(_ subject: Subject, into row: inout [Double]) throws {
    row += try measure(subject)
  }
}

/// The real side of a comparison.
public struct Reference: Sendable {
  public let space: SampleSpace
  /// The true law where it is known.
  public let law: Law?
  /// The chain's real training set.
  public let training: SampleSet
  /// Real data the models never see. Drawn or read when first asked for: many metrics need none.
  public var heldOut: SampleSet { get throws { try held.value() } }
  private let held: Held
  /// A key for random projections and the like, fixed over the generations of a chain.
  public let key: RandomKey
  /// Whether the model of the chain exposes its fitted law.
  public let modelHasLaw: Bool
  /// Feature extractors, shared by the chains on this data set.
  public let features: FeatureStore

  /// - Parameter features: `nil` makes a store of the training set alone, which keeps nothing.
  public init(
    space: SampleSpace, law: Law?, training: SampleSet,
    heldOut: @autoclosure @escaping @Sendable () throws -> SampleSet, key: RandomKey,
    modelHasLaw: Bool, features: FeatureStore? = nil
  ) {
    self.space = space
    self.law = law
    self.training = training
    held = Held(heldOut)
    self.key = key
    self.modelHasLaw = modelHasLaw
    self.features = features ?? FeatureStore(real: { training })
  }
}

/// A sample set made when it is first asked for.
private final class Held: Sendable {
  private let make: @Sendable () throws -> SampleSet
  private let made = Mutex<SampleSet?>(nil)

  init(_ make: @escaping @Sendable () throws -> SampleSet) { self.make = make }

  func value() throws -> SampleSet {
    try made.withLock { kept in
      if let kept { return kept }
      let value = try make()
      kept = value
      return value
    }
  }
}

/// The model side of a comparison: one generation.
public struct Subject: Sendable {
  public let generation: Int
  /// The model's fitted law where it has one.
  public let law: Law?
  /// The law of generation 0's model.
  public let firstLaw: Law?
  /// The samples drawn from this generation's model (after correction); empty where no metric needs
  /// them.
  public let samples: SampleSet
  public let key: RandomKey
  /// What the metrics of this generation have computed of its samples; nil without samples.
  let features: SubjectFeatures?

  public init(generation: Int, law: Law?, firstLaw: Law?, samples: SampleSet, key: RandomKey) {
    self.generation = generation
    self.law = law
    self.firstLaw = firstLaw
    self.samples = samples
    self.key = key
    features = samples.count > 0 ? SubjectFeatures() : nil
  }
}
