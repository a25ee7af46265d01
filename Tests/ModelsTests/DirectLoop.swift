import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// How the next training set is composed.
enum LoopPolicy {
  case replace
  case accumulate
  /// The real set and the newest synthetic one.
  case augment
}

/// Fits a model over and over to its own samples, in the plainest way: no farm, no plan, a new (cold)
/// model every time.
///
/// - Parameters:
///   - real: the training set of the first fit.
///   - samples: synthetic samples a generation.
///   - keepsValues: fit to samples instead of statistics.
/// - Returns: what `observe` says of each fitted model, and the fitting order is 1…fits.
func iterate<Model: GenerativeModel, Observation>(
  _: Model.Type, _ options: [String: OptionValue] = [:], real: SampleSet, fits: Int, samples: Int,
  policy: LoopPolicy = .replace, bias: Double = 1, keepsValues: Bool = false, key: RandomKey,
  observe: (Model, SampleSet?) throws -> Observation
) throws -> [Observation] {
  let values = try OptionValues(options, specs: Model.component.options)
  var observations: [Observation] = []
  let empty = try Model(options: values, space: real.space)
  let realStatistics = empty.summarize(real)
  var statistics = realStatistics
  var parts = [real]
  for fit in 0..<fits {
    var model = empty
    let training = TrainingSet(
      space: real.space, provenance: Provenance(.real, count: 1),
      parts: keepsValues ? parts : [], statistics: statistics)
    _ = try model.fit(training, key: key.folding(.fit).folding(UInt64(fit)))
    observations.append(try observe(model, keepsValues ? parts.last : nil))
    let drawn = try model.synthesize(
      SampleRequest(
        count: samples, bias: bias, key: key.folding(.sample).folding(UInt64(fit)), generation: fit,
        needsValues: keepsValues, real: real))
    let newest = drawn.samples.map { [$0] } ?? []
    switch policy {
    case .replace:
      statistics = drawn.statistics
      parts = newest
    case .accumulate:
      if let more = drawn.statistics { statistics?.merge(more) }
      parts += newest
    case .augment:
      statistics = realStatistics
      if let more = drawn.statistics { statistics?.merge(more) }
      parts = [real] + newest
    }
  }
  return observations
}

/// `count` standard normal vectors.
func standardNormals(_ count: Int, dimension: Int, key: RandomKey) -> SampleSet {
  var stream = RandomStream(key: key)
  return SampleSet(
    space: .vectors(dimension: dimension),
    reals: GaussianLaw.standard(dimension: dimension).sample(count, stream: &stream),
    provenance: Provenance(.real, count: count))
}

/// One observation a seed.
func overSeeds<Value>(_ seeds: Int, from seed: UInt64, _ run: (RandomKey) throws -> Value) rethrows
  -> [Value]
{
  try (0..<seeds).map { try run(RandomKey(seed: seed).folding(UInt64($0))) }
}

func gaussianLaw(_ model: some GenerativeModel) throws -> GaussianLaw {
  guard case .gaussian(let law)? = model.law else {
    Issue.record("no Gaussian law")
    throw FitError.degenerate("no Gaussian law")
  }
  return law
}
