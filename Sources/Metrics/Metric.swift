import Laws
import Options
import Randomness
import Samples

/// A measure of a generation against the real data. Prepared once a chain, measured every generation.
public protocol Metric: Sendable {
  /// Name (the family of the quantities), summary and options.
  static var component: Component { get }

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
}

/// The real side of a comparison.
public struct Reference: Sendable {
  public let space: SampleSpace
  /// The true law where it is known.
  public let law: Law?
  /// The chain's real training set.
  public let training: SampleSet
  /// Real data the models never see.
  public let heldOut: SampleSet
  /// A key for random projections and the like, fixed over the generations of a chain.
  public let key: RandomKey
  /// Whether the model of the chain exposes its fitted law.
  public let modelHasLaw: Bool

  public init(
    space: SampleSpace, law: Law?, training: SampleSet, heldOut: SampleSet, key: RandomKey,
    modelHasLaw: Bool
  ) {
    self.space = space
    self.law = law
    self.training = training
    self.heldOut = heldOut
    self.key = key
    self.modelHasLaw = modelHasLaw
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

  public init(generation: Int, law: Law?, firstLaw: Law?, samples: SampleSet, key: RandomKey) {
    self.generation = generation
    self.law = law
    self.firstLaw = firstLaw
    self.samples = samples
    self.key = key
  }
}
