import Laws
import Options
import Randomness
import Samples

/// A categorical law fitted to exact frequencies.
///
/// The sampling bias λ is a temperature: samples come from p^(1/λ), normalised; λ → 0 gives the mode.
public struct Categorical: GenerativeModel {
  public typealias Statistics = CountStatistics

  static let smoothing = Option.real(
    "smoothing", in: .nonNegative, unit: "counts", default: 0,
    help: "Pseudo-count added to every category (0 = exact frequencies).")

  public static let component = Component(
    name: "categorical", summary: "A categorical law fitted to frequencies.",
    source: "Shumailov et al. 2024",
    options: [smoothing.spec, FitSteps.stepsOption.spec, FitSteps.rateOption.spec])

  let space: SampleSpace
  let categories: Int
  let smoothing: Double
  let steps: FitSteps
  private(set) var fitted: CategoricalLaw?

  /// - Throws: `ComponentError` for samples that are not categories.
  public init(options: OptionValues, space: SampleSpace) throws {
    guard case .categories(let count) = space else {
      throw ComponentError("categorical", "models categories, not \(space.description)")
    }
    self.space = space
    categories = count
    smoothing = options[Categorical.smoothing]
    steps = FitSteps(options: options)
  }

  public var law: Law? { fitted.map { .categorical($0) } }

  public func summarize(_ samples: SampleSet) -> CountStatistics? { CountStatistics(of: samples) }

  /// Fits p = (counts + s)/(n + s·K), or the weighted mixture of exact laws (smoothing does not
  /// apply to laws). The damped fit (`FitSteps`) starts from the present law, the uniform law for a
  /// model never fitted; frequencies are the mean parameters of the family.
  ///
  /// Reports `support`, the number of categories with positive probability.
  ///
  /// - Throws: `FitError.degenerate` for an empty set, `.notFinite` for laws with non-finite
  ///   probabilities, `.needsSamples` for other laws.
  /// - Complexity: O(categories).
  public mutating func fit(
    _ training: TrainingSet<CountStatistics>, key: RandomKey
  ) throws -> FitReport {
    var target: [Double]
    if let laws = training.laws {
      target = try mixture(of: laws)
    } else {
      target = try frequencies(of: statistics(of: training))
    }
    if steps.steps != nil {
      let weight = steps.startWeight
      let uniform = [Double](repeating: 1 / Double(categories), count: categories)
      let start = fitted?.probabilities ?? uniform
      for index in target.indices {
        target[index] = (1 - weight) * target[index] + weight * start[index]
      }
    }
    fitted = CategoricalLaw(probabilities: target)
    return FitReport([("support", Double(target.count { $0 > 0 }))])
  }

  private func frequencies(of statistics: CountStatistics) throws(FitError) -> [Double] {
    let denominator = Double(statistics.total) + smoothing * Double(categories)
    guard denominator > 0 else {
      throw .degenerate("a categorical law needs at least one sample")
    }
    return statistics.counts.map { (Double($0) + smoothing) / denominator }
  }

  private func mixture(of laws: [(weight: Double, law: Law)]) throws(FitError) -> [Double] {
    guard !laws.isEmpty else { throw .degenerate("no law to fit") }
    var result = [Double](repeating: 0, count: categories)
    for (weight, law) in laws {
      guard case .categorical(let part) = law, part.probabilities.count == categories else {
        throw Categorical.cannotFit(law)
      }
      for index in result.indices { result[index] += weight * part.probabilities[index] }
    }
    guard result.allSatisfy(\.isFinite) else {
      throw .notFinite(quantity: "a probability of the laws to fit")
    }
    return result
  }

  /// Draws the counts (multinomial); when the values are asked for they are expanded and shuffled
  /// with the numbers of a key of its own, so the counts are the same bits either way.
  ///
  /// - Throws: `FitError.degenerate` before the first fit.
  public func synthesize(_ request: SampleRequest) throws -> Synthesis<CountStatistics> {
    guard let fitted else { throw FitError.degenerate("categorical: sampled before the first fit") }
    var stream = RandomStream(key: request.key)
    let counts = stream.multinomial(
      trials: request.count, weights: fitted.biased(by: request.bias).probabilities)
    let statistics = CountStatistics(counts: counts)
    guard request.needsValues else { return Synthesis(samples: nil, statistics: statistics) }
    var values: [Int32] = []
    values.reserveCapacity(request.count)
    for (category, count) in counts.enumerated() {
      values.append(contentsOf: repeatElement(Int32(category), count: count))
    }
    var order = RandomStream(key: request.key.folding(.order))
    order.shuffle(&values)
    return Synthesis(
      samples: SampleSet(space: space, indices: values, provenance: request.provenance),
      statistics: statistics)
  }
}
