import Foundation
import Randomness
import TestSupport
import Testing

private let key = RandomKey(seed: 27_182)
private let draws = 400_000

/// Moments, and chi-square of every outcome against SciPy's probabilities.
@Test(arguments: Golden.shared.discrete)
func discreteLaws(law: Golden.Discrete) {
  var stream = RandomStream(key: key)
  let p = law.parameters
  let values = (0..<draws).map { _ in
    law.name == "poisson"
      ? stream.poisson(mean: p[0]) : stream.binomial(trials: Int(p[0]), probability: p[1])
  }
  expectMoments(values.map(Double.init), mean: law.mean, variance: law.variance, skew: law.skew)
  var counts = [Int](repeating: 0, count: law.probabilities.count)
  for value in values {
    // The list leaves out 1e-9 on each side.
    counts[min(max(value - law.first, 0), counts.count - 1)] += 1
  }
  expectChiSquare(counts, law.probabilities.map { $0 * Double(draws) })
}

@Test func binomialEnds() {
  var stream = RandomStream(key: key)
  #expect(stream.binomial(trials: 0, probability: 0.5) == 0)
  #expect(stream.binomial(trials: 9, probability: 0) == 0)
  #expect(stream.binomial(trials: 9, probability: 1) == 9)
  #expect(stream.binomial(trials: 1 << 62, probability: 1) == 1 << 62)
  #expect(stream.binomial(trials: 1 << 62, probability: 1e-300) == 0)
  #expect(stream.poisson(mean: 0) == 0)
}

/// Trials beyond 2⁵³, where a double no longer holds the counts: the law is normal to 1e-9.
@Test(arguments: [(1 << 62, 0.3), (1 << 60, 0.5), ((1 << 55) + 1, 0.999), (1 << 62, 0x1p-30)])
func hugeBinomials(trials: Int, probability: Double) {
  var stream = RandomStream(key: key)
  let sampler = BinomialSampler(trials: trials, probability: probability)
  let rare = min(probability, 1 - probability)
  // n·p to the last unit: p = m·2^e.
  let m = UInt128(rare.significand * 0x1p52)
  let mean = Int((UInt128(trials) * m) >> UInt128(52 - Int(rare.exponent)))
  let deviation = (Double(trials) * rare * (1 - rare)).squareRoot()
  let values = (0..<200_000).map { _ in
    let count = sampler.draw(&stream)
    return Double((probability > 0.5 ? trials - count : count) - mean) / deviation
  }
  expectKolmogorovSmirnov(values, cdf: normalCDF)
  expectMoments(values, mean: 0, variance: 1, skew: 0)
}

/// 2⁶² trials with a mean of 25: Poisson to 1e-17.
@Test func hugeTrialsWithSmallMean() {
  var stream = RandomStream(key: key)
  let mean = 25.0
  let sampler = BinomialSampler(trials: 1 << 62, probability: mean * 0x1p-62)
  var counts = [Int](repeating: 0, count: 80)
  for _ in 0..<draws { counts[min(79, sampler.draw(&stream))] += 1 }
  let expected = (0..<80).map { k in
    Double(draws) * exp(Double(k) * log(mean) - mean - lgamma(Double(k + 1)))
  }
  expectChiSquare(counts, expected)
}

/// Both methods of the multinomial: totals, zero weights, means, and Cov(i, j) = −n·pᵢ·pⱼ.
@Test(arguments: [20, 5000])
func multinomialCounts(trials: Int) {
  var stream = RandomStream(key: key)
  let weights: [Double] = [3, 0, 1, 0.5, 5, 0, 0.5, 0]
  let p = weights.map { $0 / 10 }
  let n = Double(trials)
  let counts = (0..<20_000).map { _ in stream.multinomial(trials: trials, weights: weights) }
  #expect(counts.allSatisfy { $0.reduce(0, +) == trials && $0.count == 8 })
  for index in weights.indices {
    let values = counts.map { Double($0[index]) }
    if weights[index] == 0 {
      #expect(values.allSatisfy { $0 == 0 })
      continue
    }
    let q = 1 - p[index]
    expectMoments(
      values, mean: n * p[index], variance: n * p[index] * q,
      skew: (1 - 2 * p[index]) / (n * p[index] * q).squareRoot())
  }
  let products = counts.map { (Double($0[0]) - 0.3 * n) * (Double($0[4]) - 0.5 * n) }
  expectWithinFourStandardErrors(products, exact: -n * 0.15)
}

@Test func multinomialOfOneCategoryAndOfNothing() {
  var stream = RandomStream(key: key)
  #expect(stream.multinomial(trials: 7, weights: [2]) == [7])
  #expect(stream.multinomial(trials: 1 << 62, weights: [0, 2, 0]) == [0, 1 << 62, 0])
  #expect(stream.multinomial(trials: 0, weights: [1, 1]) == [0, 0])
}
