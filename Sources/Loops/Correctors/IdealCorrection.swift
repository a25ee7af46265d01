import Laws
import Options
import Randomness
import Samples

/// The ideal corrector π_γ p_θ = (p_θ + γ·p*)/(1 + γ): each sample is kept with probability 1/(1+γ) and
/// otherwise replaced by a draw from the real law p* (Gillman et al. 2024, Definition of π_γ). Where the
/// data have no law in closed form, p* is the empirical law of the real training set.
struct IdealCorrection: Corrector {
  static let strength = Option<OptionValue>.any(
    "strength", .either(.real(.nonNegative), .choice(["ideal"])), default: .text("ideal"),
    help: "γ: 0 changes nothing, `ideal` (γ → ∞) replaces every sample by a real one.")
  static let component = Component(
    name: "ideal", summary: "π_γ: a share γ/(1+γ) of each batch is redrawn from the real law",
    source: "Gillman et al. 2024", options: [strength.spec])

  private let share: Double
  private let reference: CorrectionReference

  init(options: OptionValues, reference: CorrectionReference) throws {
    if case .real(let gamma) = options[Self.strength] {
      share = gamma / (1 + gamma)
    } else {
      share = 1
    }
    self.reference = reference
  }

  func correct(_ batch: SampleSet, generation: Int, key: RandomKey) throws -> SampleSet {
    var stream = RandomStream(key: key)
    let replaced = (0..<batch.count).filter { _ in stream.uniform() < share }
    let real = reference.draw(replaced.count, stream: &stream)
    return batch.replacing(replaced, by: real, origin: .corrected(generation))
  }
}

extension CorrectionReference {
  /// Independent draws from the real law, or from the empirical law of the training set.
  func draw(_ count: Int, stream: inout RandomStream) -> SampleSet {
    if let law { return law.sample(count, space: space, origin: .fresh, stream: &stream) }
    let rows = (0..<count).map { _ in stream.integer(below: training.count) }
    return training.selecting(rows)
  }
}

extension SampleSet {
  /// This set with the samples at `rows` taken from `other`, one after another, and every sample marked
  /// with `origin`. Labels stay only where both sets have them.
  func replacing(_ rows: [Int], by other: SampleSet, origin: Origin) -> SampleSet {
    precondition(rows.count == other.count, "\(other.count) samples for \(rows.count) rows")
    let width = space.width
    var result = self
    for (index, row) in rows.enumerated() {
      for column in 0..<width {
        if space.isDiscrete {
          result.indices[row * width + column] = other.indices[index * width + column]
        } else {
          result.reals[row * width + column] = other.reals[index * width + column]
        }
      }
      if let label = other.labels?[index] { result.labels?[row] = label }
    }
    if other.labels == nil, !rows.isEmpty { result.labels = nil }
    result.provenance = Provenance(origin, count: count)
    return result
  }
}
