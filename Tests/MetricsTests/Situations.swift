import Laws
import Metrics
import Options
import Randomness
import Samples
import Testing

/// A real side and a model side of a comparison, for tests over every metric.
struct Situation: Sendable, CustomTestStringConvertible {
  let name: String
  let reference: Reference
  let subject: Subject
  var testDescription: String { name }

  /// The same with other samples.
  func with(_ samples: SampleSet, law: Law? = nil) -> Subject {
    Subject(
      generation: 3, law: law ?? subject.law, firstLaw: subject.firstLaw, samples: samples,
      key: subject.key)
  }
}

/// The options of a component with its defaults and `given`.
func options(_ component: Component, _ given: [String: OptionValue] = [:]) throws -> OptionValues {
  try OptionValues(given, specs: component.options)
}

/// Draws of a law as a set.
func draw(_ law: Law, _ count: Int, _ space: SampleSpace, seed: UInt64) -> SampleSet {
  var stream = RandomStream(key: RandomKey(seed: seed))
  let origin = Provenance(.real, count: count)
  func category(_ probabilities: ArraySlice<Double>) -> Int32 {
    var u = stream.uniform()
    for (index, probability) in probabilities.enumerated() {
      if u < probability { return Int32(index) }
      u -= probability
    }
    return Int32(probabilities.count - 1)
  }
  switch law {
  case .gaussian(let law):
    return SampleSet(space: space, reals: law.sample(count, stream: &stream), provenance: origin)
  case .mixture(let law):
    return SampleSet(
      space: space, reals: law.sample(count, stream: &stream).values, provenance: origin)
  case .kernelDensity(let law):
    var values: [Double] = []
    for _ in 0..<count {
      let row = stream.integer(below: law.count)
      for axis in 0..<law.dimension {
        values.append(law.points[row * law.dimension + axis] + law.bandwidth * stream.normal())
      }
    }
    return SampleSet(space: space, reals: values, provenance: origin)
  case .categorical(let law):
    return SampleSet(
      space: space, indices: (0..<count).map { _ in category(law.probabilities[...]) },
      provenance: origin)
  case .tokens(let law):
    var indices: [Int32] = []
    for _ in 0..<count {
      let context = category(law.contextProbabilities[...])
      indices += [context, category(law.law(after: Int(context)).probabilities[...])]
    }
    return SampleSet(space: space, indices: indices, provenance: origin)
  case .regression(let law):
    var values: [Double] = []
    for _ in 0..<count {
      var response = law.noiseVariance.squareRoot() * stream.normal()
      for coefficient in law.coefficients {
        let x = stream.normal()
        values.append(x)
        response += coefficient * x
      }
      values.append(response)
    }
    return SampleSet(space: space, reals: values, provenance: origin)
  }
}

/// A situation with `real` data and a model that has fitted `fitted`.
func situation(
  _ name: String, _ space: SampleSpace, real: Law, fitted: Law, lawKnown: Bool = true,
  modelHasLaw: Bool = true, count: Int = 200
) -> Situation {
  let reference = Reference(
    space: space, law: lawKnown ? real : nil, training: draw(real, count, space, seed: 1),
    heldOut: draw(real, count, space, seed: 2), key: RandomKey(seed: 3), modelHasLaw: modelHasLaw)
  let law = modelHasLaw ? fitted : nil
  return Situation(
    name: name, reference: reference,
    subject: Subject(
      generation: 1, law: law, firstLaw: modelHasLaw ? real : nil,
      samples: draw(fitted, count, space, seed: 4), key: RandomKey(seed: 5)))
}

/// One situation of every space and kind of law.
let situations: [Situation] = {
  let line = GaussianLaw(mean: [0.2], covariance: [0.8])
  let plane = GaussianLaw(mean: [0.1, -0.3], covariance: [1.1, 0.2, 0.2, 0.7])
  func mixture(_ spread: Double) -> MixtureLaw {
    MixtureLaw(
      weights: [0.3, 0.7],
      components: [-3.0, 3.0].map {
        GaussianLaw(mean: [$0, spread / 4], covariance: [spread, 0.05, 0.05, spread])
      })
  }
  let points = draw(.gaussian(line), 60, .vectors(dimension: 1), seed: 9).reals
  func tokens(_ tilt: Double) -> TokenLaw {
    TokenLaw(
      contexts: 2, vocabulary: 3, contextProbabilities: [0.4, 0.6],
      tokenProbabilities: [0.5 - tilt, 0.3, 0.2 + tilt, 0.1, 0.6 + tilt, 0.3 - tilt])
  }
  let image = SampleSpace.images(channels: 1, height: 2, width: 2)
  let flat = GaussianLaw.standard(dimension: 4)
  return [
    situation(
      "Gaussian, d = 1", .vectors(dimension: 1), real: .gaussian(.standard(dimension: 1)),
      fitted: .gaussian(line)),
    situation(
      "Gaussian, d = 2", .vectors(dimension: 2), real: .gaussian(.standard(dimension: 2)),
      fitted: .gaussian(plane)),
    situation(
      "mixture", .vectors(dimension: 2), real: .mixture(mixture(0.4)),
      fitted: .mixture(mixture(0.3))),
    situation(
      "kernel density", .vectors(dimension: 1), real: .gaussian(.standard(dimension: 1)),
      fitted: .kernelDensity(KernelDensityLaw(dimension: 1, points: points, bandwidth: 0.3))),
    situation(
      "unknown laws", .vectors(dimension: 2), real: .mixture(mixture(0.4)),
      fitted: .gaussian(plane),
      lawKnown: false, modelHasLaw: false),
    situation(
      "images", image, real: .gaussian(flat), fitted: .gaussian(flat), lawKnown: false,
      modelHasLaw: false),
    labelledImages,
    situation(
      "categories", .categories(count: 4),
      real: .categorical(CategoricalLaw(probabilities: [0.4, 0.3, 0.2, 0.1])),
      fitted: .categorical(CategoricalLaw(probabilities: [0.5, 0.25, 0.2, 0.05]))),
    situation(
      "tokens", .tokens(contexts: 2, vocabulary: 3), real: .tokens(tokens(0)),
      fitted: .tokens(tokens(0.05))),
    situation(
      "regression", .regression(dimension: 2),
      real: .regression(RegressionLaw(coefficients: [1, -2], noiseVariance: 0.5)),
      fitted: .regression(RegressionLaw(coefficients: [1.1, -1.9], noiseVariance: 0.6))),
  ]
}()

/// Images 1×8×8 of four classes with labels on the real side.
private let labelledImages: Situation = {
  let training = FeatureFixtures.images(240, seed: 11)
  let reference = Reference(
    space: training.space, law: nil, training: training,
    heldOut: FeatureFixtures.images(200, seed: 12), key: RandomKey(seed: 3), modelHasLaw: false)
  var samples = FeatureFixtures.images(200, seed: 13, noise: 0.3)
  samples.labels = nil
  return Situation(
    name: "labelled images", reference: reference,
    subject: Subject(
      generation: 1, law: nil, firstLaw: nil, samples: samples, key: RandomKey(seed: 5)))
}()
