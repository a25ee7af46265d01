import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

private func regressionLaw(_ model: LinearRegression) throws -> RegressionLaw {
  guard case .regression(let law)? = model.law else { throw FitError.degenerate("no law") }
  return law
}

/// T pairs with inputs N(0, I), y = x₁ + N(0, 1).
private func pairs(_ count: Int, _ d: Int, key: RandomKey) -> SampleSet {
  var stream = RandomStream(key: key.folding(.realData))
  var values: [Double] = []
  for _ in 0..<count {
    let inputs = (0..<d).map { _ in stream.normal() }
    values += inputs + [inputs[0] + stream.normal()]
  }
  return SampleSet(
    space: .regression(dimension: d), reals: values, provenance: Provenance(.real, count: count))
}

/// Gerstgrasser et al. 2024: E‖ŵ_n − w‖² = c·n under replace and c·Σ 1/i² under accumulate, with
/// c = σ²d/(T − d − 1) and the design used again; under replace a fresh design changes nothing.
@Test(arguments: ["same", "fresh"])
func regressionChain(_ design: String) throws {
  let (d, t, n) = (4, 40, 8)
  let c = Double(d) / Double(t - d - 1)
  let sum = (1...n).reduce(0.0) { $0 + 1 / Double($1 * $1) }
  let policies: [(LoopPolicy, Double)] =
    design == "same"
    ? [(.replace, c * Double(n)), (.accumulate, c * sum)] : [(.replace, c * Double(n))]
  for (policy, exact) in policies {
    let errors = try overSeeds(3000, from: 31) { key in
      let last = try iterate(
        LinearRegression.self, ["noise_variance": .real(1), "design": .text(design)],
        real: pairs(t, d, key: key), fits: n, samples: t, policy: policy, key: key
      ) { model, _ in
        let w = try regressionLaw(model).coefficients
        return w.enumerated().reduce(0) {
          let gap = $1.element - ($1.offset == 0 ? 1 : 0)
          return $0 + gap * gap
        }
      }.last
      return try #require(last)
    }
    expectWithinFourStandardErrors(errors, exact: exact)
  }
}

/// With the noise estimated without bias its expectation stays.
@Test func estimatedNoise() throws {
  let variances = try overSeeds(3000, from: 32) { key in
    let last = try iterate(
      LinearRegression.self, real: pairs(30, 3, key: key), fits: 4, samples: 60, key: key
    ) { model, _ in try regressionLaw(model).noiseVariance }.last
    return try #require(last)
  }
  expectWithinFourStandardErrors(variances, exact: 1)
}

@Test func leastSquares() throws {
  let space = SampleSpace.regression(dimension: 2)
  let set = SampleSet(
    space: space, reals: [1, 0, 1, 0, 1, 2, 1, 1, 4, 2, 0, 2],
    provenance: Provenance(.real, count: 4))
  var model = try LinearRegression(
    options: OptionValues([:], specs: LinearRegression.component.options), space: space)
  func training(_ set: SampleSet) -> TrainingSet<RegressionStatistics> {
    TrainingSet(space: space, provenance: set.provenance, parts: [set], statistics: nil)
  }
  _ = try model.fit(training(set), key: RandomKey(seed: 1))
  // XᵀX = [[6, 1], [1, 2]], Xᵀy = (9, 6), yᵀy = 25.
  let law = try regressionLaw(model)
  expectClose(law.coefficients, [12.0 / 11, 27.0 / 11])
  expectClose(law.noiseVariance, (25 - (9 * 12 + 6 * 27) / 11.0) / 2)
  #expect(throws: FitError.self) {
    try model.fit(training(set.selecting([0, 1])), key: RandomKey(seed: 1))
  }
  #expect(throws: FitError.self) {
    try model.fit(training(set.selecting([0, 0, 3, 3])), key: RandomKey(seed: 1))
  }
  func request(_ count: Int) -> SampleRequest {
    SampleRequest(
      count: count, bias: 0, key: RandomKey(seed: 1), generation: 0, needsValues: true, real: set)
  }
  #expect(throws: ComponentError.self) { try model.synthesize(request(6)) }
  // Without noise the real inputs come again, in order, with fitted responses.
  let drawn = try #require(model.synthesize(request(8)).samples)
  let expected = [0, 1, 2, 3, 0, 1, 2, 3].flatMap { row in
    let x = Array(set.reals[row * 3..<row * 3 + 2])
    return x + [x[0] * law.coefficients[0] + x[1] * law.coefficients[1]]
  }
  expectClose(drawn.reals, expected, absolute: 1e-15)
  let laws = TrainingSet<RegressionStatistics>(
    space: space, provenance: Provenance(), parts: [], statistics: nil,
    laws: [
      (0.5, .regression(RegressionLaw(coefficients: [1, 0], noiseVariance: 1))),
      (0.5, .regression(RegressionLaw(coefficients: [0, 2], noiseVariance: 2))),
    ])
  _ = try model.fit(laws, key: RandomKey(seed: 1))
  expectClose(try regressionLaw(model).coefficients, [0.5, 1])
  expectClose(try regressionLaw(model).noiseVariance, 1.5 + 1.25)
}
