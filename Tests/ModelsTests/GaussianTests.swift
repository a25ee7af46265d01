import Engine
import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

private func model(_ options: [String: OptionValue] = [:], dimension: Int) throws -> Gaussian {
  try Gaussian(
    options: OptionValues(options, specs: Gaussian.component.options),
    space: .vectors(dimension: dimension))
}

private func training(_ samples: SampleSet) -> TrainingSet<GaussianStatistics> {
  TrainingSet(
    space: samples.space, provenance: samples.provenance, parts: [samples],
    statistics: GaussianStatistics(of: samples))
}

private func laws(_ laws: [(weight: Double, law: Law)], _ d: Int) -> TrainingSet<GaussianStatistics>
{
  TrainingSet(
    space: .vectors(dimension: d), provenance: Provenance(), parts: [], statistics: nil, laws: laws)
}

private let key = RandomKey(seed: 5)

private let square = SampleSet(
  space: .vectors(dimension: 2), reals: [0, 0, 2, 0, 0, 4, 2, 4],
  provenance: Provenance(.real, count: 4))

@Test func gaussianMoments() throws {
  let expected: [(String, String, [Double])] = [
    ("biased", "full", [1, 0, 0, 4]), ("unbiased", "full", [4.0 / 3, 0, 0, 16.0 / 3]),
    ("biased", "diagonal", [1, 0, 0, 4]), ("biased", "spherical", [2.5, 0, 0, 2.5]),
  ]
  for (estimator, covariance, matrix) in expected {
    var gaussian = try model(
      ["estimator": .text(estimator), "covariance": .text(covariance)], dimension: 2)
    let report = try gaussian.fit(training(square), key: key)
    let law = try gaussianLaw(gaussian)
    expectClose(law.mean, [1, 2])
    expectClose(law.covariance, matrix)
    #expect(report.values.map(\.name) == ["rank"] && report.values[0].value == 2)
  }
}

@Test func gaussianRefusals() throws {
  var gaussian = try model(dimension: 2)
  #expect(throws: FitError.self) { try gaussian.fit(training(square.selecting([0])), key: key) }
  #expect(throws: FitError.self) { try gaussian.fit(training(square.selecting([])), key: key) }
  var biased = try model(["estimator": .text("biased")], dimension: 2)
  _ = try biased.fit(training(square.selecting([1])), key: key)
  #expect(try gaussianLaw(biased).factor.rank == 0)
  let request = SampleRequest(
    count: 3, bias: 1, key: key, generation: 0, needsValues: true, real: square)
  #expect(try biased.synthesize(request).samples?.reals == [2, 0, 2, 0, 2, 0])
  #expect(throws: FitError.self) { try gaussian.synthesize(request) }
  var direct = try model(["route": .text("statistics")], dimension: 2)
  _ = try direct.fit(training(square), key: key)
  #expect(throws: ComponentError.self) { try direct.synthesize(request) }
  #expect(throws: ComponentError.self) {
    try Gaussian(
      options: OptionValues([:], specs: Gaussian.component.options), space: .categories(count: 3))
  }
  #expect(throws: FitError.self) {
    try gaussian.fit(laws([(1, .categorical(CategoricalLaw(probabilities: [1])))], 2), key: key)
  }
}

/// With the statistical error off, a Gaussian is kept exactly, and a mixture loses its shape once.
@Test func exactLaws() throws {
  let law = GaussianLaw(mean: [1, -2], covariance: [2, 0.5, 0.5, 1])
  var gaussian = try model(dimension: 2)
  for _ in 0..<3 {
    _ = try gaussian.fit(laws([(1, gaussian.law ?? .gaussian(law))], 2), key: key)
    #expect(try gaussianLaw(gaussian).covariance == law.covariance)
    #expect(try gaussianLaw(gaussian).mean == law.mean)
  }
  let mixture = MixtureLaw(
    weights: [0.25, 0.75],
    components: [
      GaussianLaw(mean: [4], covariance: [1]), GaussianLaw(mean: [0], covariance: [2]),
    ])
  var one = try model(dimension: 1)
  _ = try one.fit(laws([(1, .mixture(mixture))], 1), key: key)
  expectClose(try gaussianLaw(one).mean, [1])
  expectClose(try gaussianLaw(one).covariance, [1.75 + 3])
  let other = GaussianLaw(mean: [3], covariance: [1])
  _ = try one.fit(laws([(0.5, .mixture(mixture)), (0.5, .gaussian(other))], 1), key: key)
  expectClose(try gaussianLaw(one).mean, [2])
  expectClose(try gaussianLaw(one).covariance, [(4.75 + 1) / 2 + 1])
  let kernel = KernelDensityLaw(dimension: 1, points: [0, 2], bandwidth: 0.5)
  _ = try one.fit(laws([(1, .kernelDensity(kernel))], 1), key: key)
  expectClose(try gaussianLaw(one).covariance, [1.25])
}

/// θ_k = θ̂ + (1 − rate)^k (θ₀ − θ̂) in (E x, E xxᵀ), and k steps are k times one step.
@Test func optimisationSteps() throws {
  let target = GaussianLaw(mean: [3], covariance: [4])
  let options: [String: OptionValue] = ["learning_rate": .real(0.25)]
  var many = try model(options.merging(["optimisation_steps": .integer(4)]) { $1 }, dimension: 1)
  var one = try model(options.merging(["optimisation_steps": .integer(1)]) { $1 }, dimension: 1)
  _ = try many.fit(laws([(1, .gaussian(target))], 1), key: key)
  for _ in 0..<4 { _ = try one.fit(laws([(1, .gaussian(target))], 1), key: key) }
  let left = 0.75 * 0.75 * 0.75 * 0.75
  let mean = 3 * (1 - left)
  let second = (1 - left) * (4 + 9) + left
  expectClose(try gaussianLaw(many).mean, [mean])
  expectClose(try gaussianLaw(many).covariance, [second - mean * mean])
  expectClose(try gaussianLaw(one).mean, [mean], relative: 1e-12)
  expectClose(try gaussianLaw(one).covariance, [second - mean * mean], relative: 1e-12)
  var full = try model(
    ["optimisation_steps": .integer(1), "learning_rate": .real(1)], dimension: 1)
  _ = try full.fit(laws([(1, .gaussian(target))], 1), key: key)
  expectClose(try gaussianLaw(full).covariance, [4])
}

/// Few samples in many dimensions, and dimensions on both sides of the change from loops to BLAS.
@Test func conformsWhenSingular() throws {
  for route in ["full", "diagonal"] {
    try checkModelConformance(Gaussian.self, options: ["covariance": .text(route)], count: 3)
  }
}

@Test(arguments: [1, 2, 8, 9, 12, 13, 40])
func statisticsAreThoseOfTheValues(_ d: Int) throws {
  var gaussian = try model(dimension: d)
  let real = exampleSamples(in: .vectors(dimension: d), count: 3 * d + 5, key: key)
  _ = try gaussian.fit(training(real), key: key)
  for count in [1, 2, 7, 50] {
    let drawn = try gaussian.synthesize(
      SampleRequest(
        count: count, bias: 0.5, key: key, generation: 0, needsValues: true, real: real))
    let statistics = try #require(drawn.statistics)
    let again = GaussianStatistics(of: try #require(drawn.samples))
    #expect(statistics.count == count && again.count == count)
    expectClose(statistics.mean, again.mean, relative: 1e-10, absolute: 1e-10)
    expectClose(statistics.scatter, again.scatter, relative: 1e-10, absolute: 1e-9)
  }
}
