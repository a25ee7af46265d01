import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// What makes the fits of trained models short.
private let short: [String: [String: OptionValue]] = [
  "vae": [
    "steps": .integer(4), "width": .integer(4), "latent": .integer(2), "batch": .integer(16),
    // The examples are no probabilities.
    "likelihood": .text("gaussian"),
  ],
  "wgan": [
    "steps": .integer(3), "critic_steps": .integer(2), "width": .integer(4), "latent": .integer(2),
    "hidden_layers": .integer(1), "batch": .integer(16),
  ],
]

@Test(arguments: ModelRegistry.all.map { $0.component.name })
func conforms(_ name: String) throws {
  let model = try #require(ModelRegistry.named(name))
  #expect(model.isTrained == (short[name] != nil), "a trained model needs short settings here")
  try checkModelConformance(model, options: short[name] ?? [:])
}

/// The options that change how a model is fitted or sampled keep it conforming.
@Test(arguments: [
  ("gaussian", ["covariance": OptionValue.text("diagonal"), "estimator": .text("biased")]),
  ("gaussian", ["covariance": .text("spherical")]),
  ("gaussian", ["optimisation_steps": .integer(3)]),
  ("categorical", ["optimisation_steps": .integer(3), "smoothing": .real(0.5)]),
  ("gaussian-mixture", ["covariance": .text("diagonal"), "initialisation": .text("random")]),
  ("gaussian-mixture", ["covariance": .text("spherical"), "components": .integer(3)]),
  ("kernel-density", ["bandwidth": .text("silverman"), "scale_by_data": .flag(true)]),
  ("kernel-density", ["bandwidth": .real(0.3)]),
  ("linear-regression", ["design": .text("fresh"), "noise_variance": .real(0.5)]),
  ("count-softmax", ["smoothing": .real(0.1), "contexts": .text("real")]),
  ("count-softmax", ["unseen": .text("first")]),
  ("vae", ["output": .text("draw"), "steps": .integer(0), "epochs": .integer(1)]),
  ("wgan", ["constraint": .text("clip"), "batch_norm": .text("both")]),
  ("wgan", ["constraint": .text("spectral-norm"), "loss": .text("hinge")]),
  ("wgan", ["batch_norm": .text("generator"), "schedule": .text("linear"), "output": .text("linear")]),
])
func conformsWithOptions(_ name: String, _ options: [String: OptionValue]) throws {
  try checkModelConformance(
    #require(ModelRegistry.named(name)), options: (short[name] ?? [:]).merging(options) { $1 })
}

@Test func registryNamesAreDistinct() {
  let names = ModelRegistry.all.map { $0.component.name }
  #expect(Set(names).count == names.count)
  #expect(ModelRegistry.named("no-such-model") == nil)
  #expect(
    names.prefix(8) == [
      "gaussian", "gaussian-mixture", "categorical", "kernel-density", "linear-regression",
      "count-softmax", "vae", "wgan",
    ])
}

/// Draws its training samples with replacement.
private struct Bootstrap: GenerativeModel {
  static let component = Component(name: "bootstrap", summary: "Its own training samples.")
  let space: SampleSpace
  var kept: SampleSet

  init(options: OptionValues, space: SampleSpace) throws {
    self.space = space
    kept = SampleSet(emptyIn: space)
  }

  mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws -> FitReport {
    guard training.samples.reals.allSatisfy(\.isFinite) else {
      throw FitError.notFinite(quantity: "a sample")
    }
    kept = training.samples
    return FitReport()
  }

  func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    var stream = RandomStream(key: request.key)
    var drawn = kept.selecting((0..<request.count).map { _ in stream.integer(below: kept.count) })
    drawn.provenance = request.provenance
    return Synthesis(samples: drawn)
  }
}

/// Forgets the count, the key and the check of its input.
private struct Careless: GenerativeModel {
  static let component = Component(name: "careless", summary: "A model with faults.")
  let space: SampleSpace

  init(options: OptionValues, space: SampleSpace) throws {
    guard space == .vectors(dimension: 1) else { throw ComponentError("careless", "one number") }
    self.space = space
  }

  mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws -> FitReport {
    FitReport()
  }

  func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    Synthesis(
      samples: SampleSet(space: space, reals: [0], provenance: Provenance(.real, count: 1)))
  }
}

@Test func aModelDefinedInATestConforms() throws {
  try checkModelConformance(Bootstrap.self)
}

@Test func theSuiteFindsFaults() {
  withKnownIssue { try checkModelConformance(Careless.self) }
}
