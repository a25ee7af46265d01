import Engine
import Glibc
import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

// Closed forms of iterated Gaussian fits. Notation: M samples a generation, n fits, c4(M) the mean of
// the sample standard deviation of M standard normal numbers.

private func c4(_ m: Int) -> Double {
  let m = Double(m)
  return (2 / (m - 1)).squareRoot() * exp(lgamma(m / 2) - lgamma((m - 1) / 2))
}

/// E ln χ²_k − ln k and Var ln χ²_k, from ψ and ψ′ by their recurrences and asymptotic series.
private func logChiSquare(_ k: Double) -> (mean: Double, variance: Double) {
  var x = k / 2
  var psi = 0.0
  var trigamma = 0.0
  while x < 30 {
    psi -= 1 / x
    trigamma += 1 / (x * x)
    x += 1
  }
  let s = 1 / (x * x)
  psi += log(x) - 1 / (2 * x) - s / 12 + s * s / 120 - s * s * s / 252
  trigamma += 1 / x + s / 2 + (s / x) * (1.0 / 6 - s / 30 + s * s / 42)
  return (psi - log(k / 2), trigamma)
}

private let routes: [OptionValue] = [.text("data"), .text("statistics")]

@Test(arguments: routes)
func oneDimensionUnbiased(_ route: OptionValue) throws {
  let (m, n, seeds) = (25, 12, 12_000)
  let laws = try overSeeds(seeds, from: 11) { key in
    let last = try iterate(
      Gaussian.self, ["route": route], real: standardNormals(m, dimension: 1, key: key), fits: n,
      samples: m, key: key
    ) { model, _ in try gaussianLaw(model) }.last
    return try #require(last)
  }
  let variances = laws.map { $0.covariance[0] }
  let deviations = variances.map { $0.squareRoot() }
  let means = laws.map { $0.mean[0] }
  expectWithinFourStandardErrors(deviations, exact: pow(c4(m), Double(n)))
  expectWithinFourStandardErrors(means.map { $0 * $0 }, exact: Double(n) / Double(m))
  expectWithinFourStandardErrors(variances, exact: 1)
  let logs = logChiSquare(Double(m - 1))
  expectWithinFourStandardErrors(variances.map { log($0) }, exact: Double(n) * logs.mean)
  let centred = variances.map { log($0) - Double(n) * logs.mean }
  expectWithinFourStandardErrors(centred.map { $0 * $0 }, exact: Double(n) * logs.variance)
  // Squared Wasserstein-2 distance to N(0, 1).
  let distances = zip(means, deviations).map { $0 * $0 + ($1 - 1) * ($1 - 1) }
  expectWithinFourStandardErrors(
    distances, exact: Double(n) / Double(m) + 2 * (1 - pow(c4(m), Double(n))))
}

@Test(arguments: routes)
func oneDimensionBiasedEstimator(_ route: OptionValue) throws {
  let (m, n, seeds) = (10, 8, 8000)
  let laws = try overSeeds(seeds, from: 12) { key in
    try iterate(
      Gaussian.self, ["route": route, "estimator": .text("biased")],
      real: standardNormals(m, dimension: 1, key: key), fits: n, samples: m, key: key
    ) { model, _ in try gaussianLaw(model) }
  }
  let kept = pow(1 - 1 / Double(m), Double(n))
  expectWithinFourStandardErrors(laws.map { $0[n - 1].covariance[0] }, exact: kept)
  expectWithinFourStandardErrors(
    laws.map { $0[n - 1].mean[0] * $0[n - 1].mean[0] }, exact: 1 - kept)
  // One fit.
  expectWithinFourStandardErrors(laws.map { $0[0].covariance[0] }, exact: 1 - 1 / Double(m))
}

@Test func oneDimensionSamplingBias() throws {
  let (m, n, seeds, bias) = (20, 6, 8000, 0.7)
  let laws = try overSeeds(seeds, from: 13) { key in
    let last = try iterate(
      Gaussian.self, real: standardNormals(m, dimension: 1, key: key), fits: n, samples: m,
      bias: bias, key: key
    ) { model, _ in try gaussianLaw(model) }.last
    return try #require(last)
  }
  expectWithinFourStandardErrors(laws.map { $0.covariance[0] }, exact: pow(bias, Double(n - 1)))
  let sum = (0..<n).reduce(0) { $0 + pow(bias, Double($1)) }
  expectWithinFourStandardErrors(laws.map { $0.mean[0] * $0.mean[0] }, exact: sum / Double(m))
}

/// d = 3 takes the loops, d = 14 the BLAS products.
@Test(arguments: [3, 14], routes)
func manyDimensions(_ d: Int, _ route: OptionValue) throws {
  let (m, n, seeds) = (40, 4, d == 3 ? 3000 : 1500)
  let laws = try overSeeds(seeds, from: 14) { key in
    let last = try iterate(
      Gaussian.self, ["route": route], real: standardNormals(m, dimension: d, key: key), fits: n,
      samples: m, key: key
    ) { model, _ in try gaussianLaw(model) }.last
    return try #require(last)
  }
  let nu = Double(m - 1)
  expectWithinFourStandardErrors(
    laws.map { $0.mean.reduce(0) { $0 + $1 * $1 } }, exact: Double(n * d) / Double(m))
  expectWithinFourStandardErrors(laws.map(\.varianceTrace), exact: Double(d))
  expectWithinFourStandardErrors(laws.map { $0.covariance[1] }, exact: 0, scale: 1)
  // A = E tr Σ², B = E (tr Σ)²: A′ = (1 + 1/ν)A + B/ν, B′ = B + 2A/ν.
  var (a, b) = (Double(d), Double(d * d))
  for _ in 0..<n { (a, b) = ((1 + 1 / nu) * a + b / nu, b + 2 * a / nu) }
  expectWithinFourStandardErrors(laws.map { $0.covariance.reduce(0) { $0 + $1 * $1 } }, exact: a)
  expectWithinFourStandardErrors(laws.map { $0.varianceTrace * $0.varianceTrace }, exact: b)
  // E ln det Σ_n = n Σ_i E ln(χ²_{ν−i}/ν), Var ln det = n Σ_i Var ln χ²_{ν−i}.
  var (mean, variance) = (0.0, 0.0)
  for i in 0..<d {
    let logs = logChiSquare(nu - Double(i))
    mean += Double(n) * (logs.mean + log((nu - Double(i)) / nu))
    variance += Double(n) * logs.variance
  }
  let determinants = laws.map(\.factor.logDeterminant)
  expectWithinFourStandardErrors(determinants, exact: mean)
  expectWithinFourStandardErrors(
    determinants.map { ($0 - mean) * ($0 - mean) }, exact: variance, scale: 2 * variance)
}

/// Replace and accumulate with the biased estimator keep Π(1 − 1/M) and Π(1 − 1/(M i²)) of tr Σ.
@Test(arguments: [1, 3])
func regimes(_ d: Int) throws {
  let (m, n, seeds) = (32, 30, 1500)
  let policies: [(LoopPolicy, Double)] = [
    (.replace, pow(1 - 1 / Double(m), Double(n))),
    (.accumulate, (1...n).reduce(1.0) { $0 * (1 - 1 / (Double(m) * Double($1 * $1))) }),
  ]
  for (policy, exact) in policies {
    let traces = try overSeeds(seeds, from: 15) { key in
      let last = try iterate(
        Gaussian.self, ["estimator": .text("biased")],
        real: standardNormals(m, dimension: d, key: key), fits: n, samples: m, policy: policy,
        key: key
      ) { model, _ in try gaussianLaw(model).varianceTrace }.last
      return try #require(last)
    }
    expectWithinFourStandardErrors(traces, exact: exact * Double(d))
  }
}

/// Fewer samples than dimensions: the covariance is singular, its expectation still kept.
@Test(arguments: routes)
func singularCovariances(_ route: OptionValue) throws {
  let (d, m, n, seeds) = (6, 4, 3, 6000)
  let laws = try overSeeds(seeds, from: 16) { key in
    try iterate(
      Gaussian.self, ["route": route], real: standardNormals(m, dimension: d, key: key), fits: n,
      samples: m, key: key
    ) { model, _ in try gaussianLaw(model) }
  }
  for chain in laws.prefix(50) {
    #expect(chain.map(\.factor.rank) == [3, 3, 3])
    #expect(chain[2].factor.logDeterminant == -.infinity)
  }
  expectWithinFourStandardErrors(laws.map { $0[2].varianceTrace }, exact: Double(d))
}
