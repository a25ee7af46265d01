import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

private func categoricalLaw(_ model: Categorical) throws -> [Double] {
  guard case .categorical(let law)? = model.law else { throw FitError.degenerate("no law") }
  return law.probabilities
}

private func tokenLaw(_ model: CountSoftmax) throws -> TokenLaw {
  guard case .tokens(let law)? = model.law else { throw FitError.degenerate("no law") }
  return law
}

private func categories(_ count: Int, _ counts: [Int]) -> SampleSet {
  let values = counts.enumerated().flatMap { index, n in
    [Int32](repeating: Int32(index), count: n)
  }
  return SampleSet(
    space: .categories(count: count), indices: values,
    provenance: Provenance(.real, count: values.count))
}

private func heterozygosity(_ p: [Double]) -> Double { 1 - p.reduce(0) { $0 + $1 * $1 } }

/// E H_n = H_0 (1 − 1/M)^n under replace and H_0 Π(1 − 1/(M i²)) under accumulate, H = 1 − Σp²; the
/// real set is part of the law here, so one factor fewer.
@Test(arguments: [false, true])
func discreteChain(_ keepsValues: Bool) throws {
  let (m, n) = (30, 12)
  let real = categories(5, [12, 9, 6, 2, 1])
  let start = heterozygosity([0.4, 0.3, 0.2, 2.0 / 30, 1.0 / 30])
  let policies: [(LoopPolicy, Double)] = [
    (.replace, (1..<n).reduce(start) { value, _ in value * (1 - 1 / Double(m)) }),
    (.accumulate, (2...n).reduce(start) { $0 * (1 - 1 / (Double(m) * Double($1 * $1))) }),
  ]
  for (policy, exact) in policies {
    let values = try overSeeds(3000, from: 21) { key in
      let last = try iterate(
        Categorical.self, real: real, fits: n, samples: m, policy: policy,
        keepsValues: keepsValues, key: key
      ) { model, _ in heterozygosity(try categoricalLaw(model)) }.last
      return try #require(last)
    }
    expectWithinFourStandardErrors(values, exact: exact)
  }
}

@Test func frequenciesAndTemperature() throws {
  let real = categories(3, [5, 3, 2])
  var model = try Categorical(
    options: OptionValues(
      ["smoothing": .real(0.5)], specs: Categorical.component.options), space: real.space)
  _ = try model.fit(
    TrainingSet(
      space: real.space, provenance: real.provenance, parts: [real], statistics: nil),
    key: RandomKey(seed: 1))
  expectClose(try categoricalLaw(model), [5.5 / 11.5, 3.5 / 11.5, 2.5 / 11.5])
  // Five samplings at temperature 0.9 with the statistical error off (papers: p^(τ^−5)).
  var law = Law.categorical(CategoricalLaw(probabilities: [0.5, 0.3, 0.2]))
  for _ in 0..<5 {
    let exact = TrainingSet<CountStatistics>(
      space: real.space, provenance: Provenance(), parts: [], statistics: nil,
      laws: [(1, law.biased(by: 0.9))])
    _ = try model.fit(exact, key: RandomKey(seed: 1))
    law = try #require(model.law)
  }
  expectClose(try categoricalLaw(model), [0.61241, 0.25783, 0.12976], relative: 0, absolute: 6e-6)
  let modes = CategoricalLaw(probabilities: [0.5, 0.3, 0.2]).biased(by: 1e-3)
  expectClose(modes.probabilities, [1, 0, 0], relative: 0, absolute: 1e-100)
}

/// The bias of drawn samples is that of the biased law.
@Test func drawsAtATemperature() throws {
  let real = categories(3, [5, 3, 2])
  let shares = try overSeeds(200, from: 22) { key in
    var model = try Categorical(
      options: OptionValues([:], specs: Categorical.component.options), space: real.space)
    _ = try model.fit(
      TrainingSet(space: real.space, provenance: real.provenance, parts: [real], statistics: nil),
      key: key)
    let drawn = try model.synthesize(
      SampleRequest(
        count: 500, bias: 0.5, key: key, generation: 0, needsValues: true, real: real))
    return Double(try #require(drawn.samples).indices.count { $0 == 0 }) / 500
  }
  expectWithinFourStandardErrors(shares, exact: 25.0 / 38)
}

/// Seddik et al.: a fixed real set of N and n synthetic samples a generation; D_m = E‖p_m − p_1‖²,
/// D_{m+1} = α²[(1 − S_1)/n + (1 − 1/n) D_m], α = n/(N + n). One context.
@Test func partiallySyntheticSoftmax() throws {
  let (big, small, fits) = (60, 30, 6)
  let tokens = [25, 18, 10, 5, 2]
  var values: [Int32] = []
  for (token, count) in tokens.enumerated() {
    for _ in 0..<count { values += [0, Int32(token)] }
  }
  let real = SampleSet(
    space: .tokens(contexts: 1, vocabulary: 5), indices: values,
    provenance: Provenance(.real, count: big))
  let first = tokens.map { Double($0) / Double(big) }
  let alpha = Double(small) / Double(big + small)
  var exact = 0.0
  for _ in 1..<fits {
    exact =
      alpha * alpha
      * (heterozygosity(first) / Double(small) + (1 - 1 / Double(small)) * exact)
  }
  let gaps = try overSeeds(4000, from: 23) { key in
    let last = try iterate(
      CountSoftmax.self, real: real, fits: fits, samples: small, policy: .augment, key: key
    ) { model, _ in
      zip(try tokenLaw(model).tokenProbabilities, first).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
    }.last
    return try #require(last)
  }
  expectWithinFourStandardErrors(gaps, exact: exact)
}

@Test func unseenContexts() throws {
  let space = SampleSpace.tokens(contexts: 2, vocabulary: 2)
  let both = SampleSet(
    space: space, indices: [0, 1, 1, 0, 1, 0, 1, 1], provenance: Provenance(.real, count: 4))
  let one = both.selecting([0])
  func training(_ set: SampleSet) -> TrainingSet<CountStatistics> {
    TrainingSet(space: space, provenance: set.provenance, parts: [set], statistics: nil)
  }
  let cases: [(String, [Double])] = [
    ("uniform", [0, 1, 0.5, 0.5]), ("first", [0, 1, 2.0 / 3, 1.0 / 3]),
  ]
  for (rule, expected) in cases {
    var model = try CountSoftmax(
      options: OptionValues(
        ["unseen": .text(rule), "contexts": .text("real")], specs: CountSoftmax.component.options),
      space: space)
    _ = try model.fit(training(both), key: RandomKey(seed: 1))
    let report = try model.fit(training(one), key: RandomKey(seed: 1))
    #expect(report.values[0].name == "unseen_contexts" && report.values[0].value == 1)
    expectClose(try tokenLaw(model).tokenProbabilities, expected)
    expectClose(try tokenLaw(model).contextProbabilities, [1, 0])
    let drawn = try model.synthesize(
      SampleRequest(
        count: 400, bias: 1, key: RandomKey(seed: 2), generation: 0, needsValues: false,
        real: both))
    let counts = try #require(drawn.statistics).counts
    #expect(counts[0] == 0 && counts[1] > 50 && counts[2] > 50 && counts[3] > 50)
  }
}
