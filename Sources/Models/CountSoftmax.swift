import Laws
import Options
import Randomness
import Samples

/// A linear softmax on one-hot contexts at its maximum likelihood, which is the table of relative
/// frequencies of tokens in every context (Seddik et al. 2024).
///
/// The sampling bias λ is a temperature on the tokens: p(token | context)^(1/λ), normalised.
public struct CountSoftmax: GenerativeModel {
  public typealias Statistics = CountStatistics

  static let smoothing = Option.real(
    "smoothing", in: .nonNegative, unit: "counts", default: 0,
    help: "Pseudo-count added to every token of every context (0 = exact frequencies).")
  static let unseen = Option.choice(
    "unseen", ["uniform", "first"], default: "uniform",
    help:
      "Tokens of a context without counts: uniform, or as in the first fit of a model that is kept "
      + "over generations (start warm or base; a cold start has no earlier fit and is uniform).")
  static let contexts = Option.choice(
    "contexts", ["fitted", "real"], default: "fitted",
    help: "Contexts of samples: by the fitted frequencies, or by those of the real training data.")

  public static let component = Component(
    name: "count-softmax",
    summary: "A softmax language model on one-hot contexts, fitted to counts.",
    source: "Seddik et al. 2024", options: [smoothing.spec, unseen.spec, contexts.spec])

  let space: SampleSpace
  let contextCount: Int
  let vocabulary: Int
  let smoothing: Double
  let keepsFirst: Bool
  let usesRealContexts: Bool
  private(set) var fitted: TokenLaw?
  private(set) var first: TokenLaw?

  /// - Throws: `ComponentError` for samples that are not tokens.
  public init(options: OptionValues, space: SampleSpace) throws {
    guard case .tokens(let contexts, let vocabulary) = space else {
      throw ComponentError("count-softmax", "models tokens in contexts, not \(space.description)")
    }
    self.space = space
    contextCount = contexts
    self.vocabulary = vocabulary
    smoothing = options[CountSoftmax.smoothing]
    keepsFirst = options[CountSoftmax.unseen] == "first"
    usesRealContexts = options[CountSoftmax.contexts] == "real"
  }

  public var law: Law? { fitted.map { .tokens($0) } }

  public func summarize(_ samples: SampleSet) -> CountStatistics? { CountStatistics(of: samples) }

  /// Fits p(t | c) = (n_ct + s)/(n_c + s·V) and p(c) = n_c/n, or the weighted mixture of exact laws.
  ///
  /// Reports `unseen_contexts`, the contexts without a count.
  ///
  /// - Throws: `FitError.degenerate` for an empty set, `.needsSamples` for other laws.
  /// - Complexity: O(contexts · vocabulary).
  public mutating func fit(
    _ training: TrainingSet<CountStatistics>, key: RandomKey
  ) throws -> FitReport {
    // [contexts×vocabulary]: counts, or joint probabilities of the laws.
    let joint: [Double]
    if let laws = training.laws {
      joint = try jointProbabilities(of: laws)
    } else {
      joint = try statistics(of: training).counts.map(Double.init)
    }
    let smoothing = training.laws == nil ? smoothing : 0
    var contexts = [Double](repeating: 0, count: contextCount)
    var tokens = joint
    var unseen = 0
    for context in 0..<contextCount {
      let row = context * vocabulary
      var sum = 0.0
      for token in 0..<vocabulary { sum += joint[row + token] }
      contexts[context] = sum
      if sum == 0 { unseen += 1 }
      let denominator = sum + smoothing * Double(vocabulary)
      for token in 0..<vocabulary {
        tokens[row + token] =
          denominator > 0
          ? (joint[row + token] + smoothing) / denominator : unseenProbability(row + token)
      }
    }
    let total = contexts.reduce(0, +)
    guard total.isFinite else {
      throw FitError.notFinite(quantity: "a probability of the laws to fit")
    }
    guard total > 0 else { throw FitError.degenerate("a token law needs at least one sample") }
    let law = TokenLaw(
      contexts: contextCount, vocabulary: vocabulary,
      contextProbabilities: contexts.map { $0 / total }, tokenProbabilities: tokens)
    fitted = law
    if keepsFirst, first == nil { first = law }
    return FitReport([("unseen_contexts", Double(unseen))])
  }

  private func unseenProbability(_ index: Int) -> Double {
    first?.tokenProbabilities[index] ?? 1 / Double(vocabulary)
  }

  private func jointProbabilities(
    of laws: [(weight: Double, law: Law)]
  ) throws(FitError) -> [Double] {
    var joint = [Double](repeating: 0, count: contextCount * vocabulary)
    for (weight, law) in laws {
      guard case .tokens(let part) = law, part.contexts == contextCount,
        part.vocabulary == vocabulary
      else { throw CountSoftmax.cannotFit(law) }
      for index in joint.indices {
        joint[index] +=
          weight * part.contextProbabilities[index / vocabulary] * part.tokenProbabilities[index]
      }
    }
    return joint
  }
}
