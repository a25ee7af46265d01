import Engine
import Foundation
import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

private struct Golden: Decodable {
  struct Parameters: Decodable {
    let weights: [Double]
    let means: [[Double]]
    let covariances: [[Double]]
  }
  struct Case: Decodable {
    let covariance: String
    let dimension: Int
    let steps: Int
    let regularisation: Double
    let points: [Double]
    let start: Parameters
    let expected: Parameters
    let logLikelihood: Double
    enum Keys: String, CodingKey {
      case covariance, dimension, steps, regularisation, points, start, expected
      case logLikelihood = "log_likelihood"
    }
    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Keys.self)
      covariance = try values.decode(String.self, forKey: .covariance)
      dimension = try values.decode(Int.self, forKey: .dimension)
      steps = try values.decode(Int.self, forKey: .steps)
      regularisation = try values.decode(Double.self, forKey: .regularisation)
      points = try values.decode([Double].self, forKey: .points)
      start = try values.decode(Parameters.self, forKey: .start)
      expected = try values.decode(Parameters.self, forKey: .expected)
      logLikelihood = try values.nestedContainer(keyedBy: Keys.self, forKey: .expected)
        .decode(Double.self, forKey: .logLikelihood)
    }
  }
  let cases: [Case]

  static func read() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Golden/mixture_em.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

/// The same start gives scikit-learn's parameters after the same number of steps: 12 cases, three
/// covariance families in 1, 2, 3 (vector kernel) and 5 dimensions (triangular solves).
@Test func sameStepsAsScikitLearn() throws {
  let golden = try Golden.read()
  #expect(golden.cases.count == 12)
  for item in golden.cases {
    let family = try #require(CovarianceFamily(rawValue: item.covariance))
    let d = item.dimension
    let components = zip(item.start.means, item.start.covariances).map { mean, covariance in
      family == .full
        ? GaussianLaw(mean: mean, covariance: covariance)
        : GaussianLaw(mean: mean, variances: (0..<d).map { covariance[$0 * d + $0] })
    }
    var ascent = ExpectationMaximisation(
      points: item.points, start: MixtureLaw(weights: item.start.weights, components: components),
      family: family, regularisation: item.regularisation)
    var likelihood = 0.0
    for _ in 0..<item.steps { likelihood = try ascent.step() }
    expectClose(likelihood, item.logLikelihood, relative: 1e-11)
    expectClose(ascent.parameters.weights, item.expected.weights, relative: 1e-10)
    for (k, component) in ascent.parameters.components.enumerated() {
      expectClose(component.mean, item.expected.means[k], relative: 1e-10, absolute: 1e-12)
      expectClose(
        component.covariance, item.expected.covariances[k], relative: 1e-9, absolute: 1e-12)
    }
  }
}

private func mixtureExample(_ d: Int) -> MixtureLaw {
  MixtureLaw(
    weights: [0.2, 0.3, 0.5],
    components: (0..<3).map { k in
      GaussianLaw(
        mean: (0..<d).map { Double(k * 3 - 3) + 0.5 * Double($0) },
        covariance: (0..<d * d).map { $0 % (d + 1) == 0 ? 1 + 0.3 * Double(k) : 0.2 })
    })
}

private func draws(_ d: Int, _ count: Int, seed: UInt64) -> SampleSet {
  var stream = RandomStream(key: RandomKey(seed: seed))
  return SampleSet(
    space: .vectors(dimension: d), reals: mixtureExample(d).sample(count, stream: &stream).values,
    provenance: Provenance(.real, count: count))
}

/// The sweep agrees with the densities of the law, whatever is left over after groups of eight.
@Test(arguments: [1, 2, 3, 4, 7])
func likelihoodIsThatOfTheLaw(_ d: Int) throws {
  for count in [5, 8, 17, 300, 1100] {
    let points = draws(d, count, seed: 3).reals
    let law = mixtureExample(d)
    let exact = law.logDensity(points, rows: count).reduce(0, +) / Double(count)
    var ascent = ExpectationMaximisation(points: points, start: law)
    expectClose(try ascent.step(), exact, relative: 1e-12)
  }
}

/// Far from every component the densities underflow; their logarithms must not.
@Test func farPoints() throws {
  let points = draws(2, 100, seed: 4).reals.map { $0 * 1e4 }
  let law = mixtureExample(2)
  let exact = law.logDensity(points, rows: 100).reduce(0, +) / 100
  var ascent = ExpectationMaximisation(points: points, start: law)
  expectClose(try ascent.step(), exact, relative: 1e-12)
}

/// Without regularisation the likelihood never falls (Dempster, Laird & Rubin); with it, the fall is
/// bounded by its effect.
@Test(arguments: [1, 2, 3, 5], CovarianceFamily.allCases)
func likelihoodNeverFalls(_ d: Int, _ family: CovarianceFamily) throws {
  let points = draws(d, 400, seed: 5).reals
  let start = MixtureLaw(
    weights: [0.25, 0.25, 0.25, 0.25],
    components: (0..<4).map { k in
      GaussianLaw(
        mean: Array(points[k * d..<(k + 1) * d]), variances: [Double](repeating: 9, count: d))
    })
  for (regularisation, slack) in [(0.0, 1e-11), (1e-6, 1e-5)] {
    var ascent = ExpectationMaximisation(
      points: points, start: start, family: family, regularisation: regularisation)
    var last = -Double.infinity
    for step in 0..<60 {
      let next = try ascent.step()
      #expect(next >= last - slack, "step \(step): \(next) after \(last)")
      last = next
    }
  }
}

@Test func kernelBitsDoNotDependOnTheInstructionSet() throws {
  let points = draws(2, 1003, seed: 6).reals
  let active = VectorISA.active
  defer { try? active.select() }
  var results: [[UInt64]] = []
  for isa in VectorISA.allCases where isa.isSupported {
    try isa.select()
    var ascent = ExpectationMaximisation(points: points, start: mixtureExample(2))
    var bits: [UInt64] = []
    for _ in 0..<5 { bits.append(try ascent.step().bitPattern) }
    for component in ascent.parameters.components {
      bits += (component.mean + component.covariance).map(\.bitPattern)
    }
    results.append(bits)
  }
  #expect(!results.isEmpty)
  for other in results.dropFirst() { #expect(other == results[0]) }
}

private func mixture(_ options: [String: OptionValue], _ d: Int) throws -> GaussianMixture {
  try GaussianMixture(
    options: OptionValues(options, specs: GaussianMixture.component.options),
    space: .vectors(dimension: d))
}

private func training(_ samples: SampleSet) -> TrainingSet<NoStatistics> {
  TrainingSet(
    space: samples.space, provenance: samples.provenance, parts: [samples], statistics: nil)
}

private func fittedLaw(_ model: GaussianMixture) throws -> MixtureLaw {
  guard case .mixture(let law)? = model.law else { throw FitError.degenerate("no mixture") }
  return law
}

/// A mixture's parameters come back from 10,000 samples, with both starts and in a dimension of each
/// path. (From random points the ascent may end in another local maximum; this key does not.)
@Test(arguments: [("k-means++", 2), ("random", 2), ("k-means++", 5)])
func recoversAMixture(_ start: String, _ d: Int) throws {
  var model = try mixture(
    [
      "components": .integer(3), "initialisation": .text(start), "maximum_steps": .integer(1000),
      "tolerance": .real(1e-7),
    ], d)
  let report = try model.fit(training(draws(d, 10_000, seed: 7)), key: RandomKey(seed: 8))
  let values = Dictionary(uniqueKeysWithValues: report.values.map { ($0.name, $0.value) })
  #expect(values["converged"] == 1 && values["empty_components"] == 0)
  #expect(try #require(values["steps"]) > 1)
  let law = try fittedLaw(model)
  let order = law.components.indices.sorted {
    law.components[$0].mean[0] < law.components[$1].mean[0]
  }
  let truth = mixtureExample(d)
  for (k, found) in order.enumerated() {
    expectClose(law.weights[found], truth.weights[k], relative: 0, absolute: 0.03)
    expectClose(law.components[found].mean, truth.components[k].mean, relative: 0, absolute: 0.12)
    expectClose(
      law.components[found].covariance, truth.components[k].covariance, relative: 0,
      absolute: 0.15)
  }
}

/// A warm start continues: the second fit of the same data needs fewer steps and ends no lower.
@Test func warmStart() throws {
  var model = try mixture(
    [
      "components": .integer(3), "tolerance": .real(1e-8),
      "maximum_steps": .integer(2000),
    ], 2)
  let data = draws(2, 2000, seed: 9)
  let cold = try model.fit(training(data), key: RandomKey(seed: 1))
  let warm = try model.fit(training(data), key: RandomKey(seed: 2))
  #expect(cold.values[0].name == "steps" && cold.values[2].name == "log_likelihood")
  #expect(warm.values[0].value < cold.values[0].value)
  #expect(warm.values[2].value >= cold.values[2].value - 1e-7)
}

/// A component that no point belongs to keeps its place at weight zero and is reported.
@Test func emptyComponents() throws {
  let far = MixtureLaw(
    weights: [0.5, 0.5],
    components: [
      GaussianLaw(mean: [0, 0], variances: [1, 1]),
      GaussianLaw(mean: [1e3, 0], variances: [1, 1]),
    ])
  var model = try mixture(["covariance": .text("diagonal")], 2)
  let exact = TrainingSet<NoStatistics>(
    space: .vectors(dimension: 2), provenance: Provenance(), parts: [], statistics: nil,
    laws: [(1, .mixture(far))])
  _ = try model.fit(exact, key: RandomKey(seed: 1))
  #expect(try fittedLaw(model).components[1].mean == [1e3, 0])
  let report = try model.fit(
    training(standardNormals(200, dimension: 2, key: RandomKey(seed: 3))), key: RandomKey(seed: 1))
  #expect(report.values.last?.name == "empty_components" && report.values.last?.value == 1)
  #expect(try fittedLaw(model).weights == [1, 0])
}

@Test func mixtureRefusals() throws {
  var model = try mixture(["components": .integer(3), "regularisation": .real(0)], 2)
  let two = draws(2, 2, seed: 1)
  #expect(throws: FitError.self) { try model.fit(training(two), key: RandomKey(seed: 1)) }
  let same = two.selecting([0, 0, 0, 0, 0])
  #expect(throws: FitError.self) { try model.fit(training(same), key: RandomKey(seed: 1)) }
  let many = MixtureLaw(
    weights: [0.25, 0.25, 0.25, 0.25],
    components: (0..<4).map { GaussianLaw(mean: [Double($0), 0], variances: [1, 1]) })
  let laws = TrainingSet<NoStatistics>(
    space: .vectors(dimension: 2), provenance: Provenance(), parts: [], statistics: nil,
    laws: [(1, .mixture(many))])
  #expect(throws: FitError.self) { try model.fit(laws, key: RandomKey(seed: 1)) }
}
