import Options
import Randomness
import Samples

/// Leaves every batch as it is.
struct NoCorrection: Corrector {
  static let component = Component(name: "none", summary: "no correction")

  init(options: OptionValues, reference: CorrectionReference) throws {}

  func correct(_ batch: SampleSet, generation: Int, key: RandomKey) throws -> SampleSet { batch }
}
