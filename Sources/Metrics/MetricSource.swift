import Laws
import Options
import Randomness
import Samples

/// What a metric looks at: the model's fitted law or the samples drawn from it.
enum MetricSource {
  static let option = Option<String>.choice(
    "source", ["auto", "model", "samples"], default: "auto",
    help: "What is measured: the model's fitted law, its samples, or the law where there is one.")

  /// Whether the fitted law is measured rather than the samples.
  ///
  /// - Throws: `ComponentError` when the law is asked for and the model has none.
  static func usesLaw(
    _ options: OptionValues, _ reference: Reference, metric: String
  ) throws -> Bool {
    switch options[option] {
    case "samples": return false
    case "model":
      guard reference.modelHasLaw else {
        throw ComponentError(
          metric, "'source: model' needs a model with a law in closed form; use 'samples'")
      }
      return true
    default: return reference.modelHasLaw
    }
  }
}

extension Subject {
  /// The fitted law.
  ///
  /// - Throws: `ComponentError` when the model has none.
  func requireLaw(metric: String) throws -> Law {
    guard let law else { throw ComponentError(metric, "the model has no law in closed form") }
    return law
  }

  /// The categorical law of the model, or the frequencies of its samples.
  func categoricalLaw(metric: String, usesLaw: Bool, categories: Int) throws -> CategoricalLaw {
    guard usesLaw else {
      return try categoryFrequencies(samples.indices, categories: categories)
    }
    let fitted = try requireLaw(metric: metric)
    guard case .categorical(let law) = fitted, law.probabilities.count == categories else {
      throw ComponentError(
        metric, "the model's law is \(fitted.kindName), not \(categories) categories")
    }
    return law
  }

  /// The token law of the model, or the frequencies of its samples.
  func tokenLaw(
    metric: String, usesLaw: Bool, contexts: Int, vocabulary: Int
  ) throws -> TokenLaw {
    guard usesLaw else {
      return try tokenFrequencies(samples.indices, contexts: contexts, vocabulary: vocabulary)
    }
    let fitted = try requireLaw(metric: metric)
    guard case .tokens(let law) = fitted, law.contexts == contexts, law.vocabulary == vocabulary
    else {
      throw ComponentError(metric, "the model's law is \(fitted.kindName), not one of tokens")
    }
    return law
  }
}

extension Reference {
  /// The real categorical law: the true one where it is known, otherwise the training frequencies.
  func categoricalLaw(categories: Int) throws -> CategoricalLaw {
    if case .categorical(let law)? = law { return law }
    return try categoryFrequencies(training.indices, categories: categories)
  }

  /// The real token law: the true one where it is known, otherwise the training frequencies.
  func tokenLaw(contexts: Int, vocabulary: Int) throws -> TokenLaw {
    if case .tokens(let law)? = law { return law }
    return try tokenFrequencies(training.indices, contexts: contexts, vocabulary: vocabulary)
  }

  /// The real mean and covariance: of the true law where it is known, otherwise of the training set
  /// (unbiased).
  ///
  /// - Complexity: O(samples · dimension²).
  func moments() -> GaussianLaw {
    if let moments = law?.moments { return moments }
    let mean = sampleMean(training.reals, dimension: space.width)
    return GaussianLaw(mean: mean, covariance: sampleCovariance(training.reals, mean: mean))
  }

  /// The real samples that the model's are compared with: the held-out ones; the training set where
  /// a data set holds nothing out.
  var comparison: SampleSet { get throws { try heldOut.count > 0 ? heldOut : training } }
}

/// At most `limit` of the points [rows×dimension], chosen at random without replacement; all of
/// them, in their order, when there are no more.
func subset(_ points: [Double], dimension: Int, limit: Int, key: RandomKey) -> [Double] {
  let rows = points.count / dimension
  guard rows > limit else { return points }
  var stream = RandomStream(key: key)
  var order = Array(0..<rows)
  var chosen: [Double] = []
  chosen.reserveCapacity(limit * dimension)
  for place in 0..<limit {
    order.swapAt(place, place + stream.integer(below: rows - place))
    chosen += points[order[place] * dimension..<(order[place] + 1) * dimension]
  }
  return chosen
}

/// The message of a metric that does not apply to a space.
func unsupported(_ metric: String, _ space: SampleSpace, needs: String) -> ComponentError {
  ComponentError(metric, "does not apply to \(space.description): it needs \(needs)")
}
