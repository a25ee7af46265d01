import Laws
import Options
import Randomness
import Samples

/// Maps a batch of synthetic samples to a corrected batch of the same size (Gillman et al. 2024).
public protocol Corrector: Sendable {
  /// Name, summary and options.
  static var component: Component { get }

  /// - Throws: `ComponentError` when the corrector cannot work on this data.
  init(options: OptionValues, reference: CorrectionReference) throws

  func correct(_ batch: SampleSet, generation: Int, key: RandomKey) throws -> SampleSet
}

/// What a corrector may know of the real data.
public struct CorrectionReference: Sendable {
  public let space: SampleSpace
  /// The true law where it is known.
  public let law: Law?
  /// The chain's real training set.
  public let training: SampleSet

  public init(space: SampleSpace, law: Law?, training: SampleSet) {
    self.space = space
    self.law = law
    self.training = training
  }
}
