import Laws
import Options
import Randomness
import Samples

/// The toy of Gillman et al. 2024: the batch's law is estimated by a histogram over its bounding box and
/// a new batch is drawn from (1−t)·histogram + t·p*, t = γ/(1+γ).
///
/// The published code draws from this law by rejection with p* as proposal. Here it is drawn by
/// composition (choose the component, then a bin by its count and a uniform point in it): the same law,
/// no rejection constant to guess, and no stall when the batch lies where p* has hardly any mass.
struct HistogramCorrection: Corrector {
  static let strength = Option<Double>.real(
    "strength", in: .nonNegative, default: 1, help: "γ: the weight of the real law beside the histogram.")
  static let bins = Option<Int>.integer(
    "bins", in: 1...1000, unit: "bins", default: 10, help: "Bins along each axis.")
  static let component = Component(
    name: "histogram", summary: "a new batch from a histogram of the old one mixed with the real law",
    source: "Gillman et al. 2024, Gaussian toy", options: [strength.spec, bins.spec])

  private let share: Double
  private let bins: Int
  private let reference: CorrectionReference

  init(options: OptionValues, reference: CorrectionReference) throws {
    let gamma = options[Self.strength]
    share = gamma / (1 + gamma)
    bins = options[Self.bins]
    self.reference = reference
    guard case .vectors = reference.space else {
      throw ComponentError(
        Self.component.name, "works on vectors, not on \(reference.space.description)")
    }
  }

  func correct(_ batch: SampleSet, generation: Int, key: RandomKey) throws -> SampleSet {
    guard batch.count > 0 else { return batch }
    var stream = RandomStream(key: key)
    let width = batch.space.width
    var low = [Double](repeating: .infinity, count: width)
    var high = [Double](repeating: -.infinity, count: width)
    for row in 0..<batch.count {
      for column in 0..<width {
        low[column] = min(low[column], batch.reals[row * width + column])
        high[column] = max(high[column], batch.reals[row * width + column])
      }
    }
    // A bin has the mass of the samples in it: choosing a sample uniformly chooses its bin.
    var values = [Double](repeating: 0, count: batch.reals.count)
    var replaced: [Int] = []
    for row in 0..<batch.count {
      if stream.uniform() < share {
        replaced.append(row)
        continue
      }
      let chosen = stream.integer(below: batch.count)
      for column in 0..<width {
        let step = (high[column] - low[column]) / Double(bins)
        let value = batch.reals[chosen * width + column]
        let bin = step > 0 ? min(Double(bins - 1), ((value - low[column]) / step).rounded(.down)) : 0
        values[row * width + column] = low[column] + (bin + stream.uniform()) * step
      }
    }
    let drawn = SampleSet(
      space: batch.space, reals: values, provenance: Provenance(.corrected(generation), count: batch.count))
    let real = reference.draw(replaced.count, stream: &stream)
    return drawn.replacing(replaced, by: real, origin: .corrected(generation))
  }
}
