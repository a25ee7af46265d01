import Foundation
import Randomness
import TestSupport
import Testing

private let key = RandomKey(seed: 31_415)
private let draws = 400_000

private func draw(_ law: Golden.Continuous, _ stream: inout RandomStream) -> Double {
  let p = law.parameters
  switch law.name {
  case "normal": return stream.normal()
  case "exponential": return stream.exponential()
  case "gamma": return stream.gamma(shape: p[0])
  case "chi-square": return stream.chiSquare(degreesOfFreedom: p[0])
  case "beta": return stream.beta(p[0], p[1])
  default: preconditionFailure("no sampler for \(law.name)")
  }
}

/// Moments, and chi-square over 64 cells of equal probability from SciPy's quantiles.
@Test(arguments: Golden.shared.continuous)
func continuousLaws(law: Golden.Continuous) {
  var stream = RandomStream(key: key)
  let values = (0..<draws).map { _ in draw(law, &stream) }
  #expect(values.allSatisfy { $0.isFinite })
  expectMoments(values, mean: law.mean, variance: law.variance, skew: law.skew)
  #expect(law.quantiles.count == 63)
  expectChiSquare(
    cellCounts(values, edges: law.quantiles), [Double](repeating: Double(draws) / 64, count: 64))
}

/// The logarithm's law where the number itself underflows: P(ln x ≤ −t) ≈ e^(−a·t) / Γ(a + 1).
@Test func logGammaOfTinyShapes() {
  var stream = RandomStream(key: key)
  let shape = 0.001
  let logs = (0..<100_000).map { _ in stream.logGamma(shape: shape) }
  #expect(logs.contains { $0 < -1000 })
  let below = logs.map { $0 <= -1000 ? 1.0 : 0.0 }
  expectWithinFourStandardErrors(below, exact: exp(-1) / tgamma(1.001))
  // A beta number of two tiny shapes is 0 or 1, never a NaN, and one half on average.
  let betas = (0..<20_000).map { _ in stream.beta(shape, shape) }
  #expect(betas.allSatisfy { $0 >= 0 && $0 <= 1 })
  expectWithinFourStandardErrors(betas, exact: 0.5)
}

@Test func bulkNormalsFollowTheNormalLaw() {
  var stream = RandomStream(key: key)
  var doubles = [Double](repeating: 0, count: 1_000_000)
  stream.fillNormals(&doubles)
  expectKolmogorovSmirnov(doubles, cdf: normalCDF)
  expectMoments(doubles, mean: 0, variance: 1, skew: 0)
  expectWithinFourStandardErrors(doubles.map { $0 * $0 * $0 * $0 }, exact: 3)
  var floats = [Float](repeating: 0, count: 1_000_000)
  stream.fillNormals(&floats)
  let widened = floats.map(Double.init)
  expectKolmogorovSmirnov(widened, cdf: normalCDF)
  expectMoments(widened, mean: 0, variance: 1, skew: 0)
  expectWithinFourStandardErrors(widened.map { $0 * $0 * $0 * $0 }, exact: 3)
}

/// The tails of the bulk normals beyond 3, 3.5, 4 and 4.5, both sides, in 2²⁴ draws.
@Test func tailsOfBulkNormals() {
  let edges = [-4.5, -4, -3.5, -3, 3, 3.5, 4, 4.5]
  var counts = [Int](repeating: 0, count: edges.count + 1)
  var stream = RandomStream(key: key)
  var values = [Double](repeating: 0, count: 1 << 16)
  for _ in 0..<256 {
    stream.fillNormals(&values)
    for value in values where abs(value) > 3 {
      counts[edges.firstIndex { value <= $0 } ?? edges.count] += 1
    }
  }
  let total = Double(1 << 24)
  counts[4] = (1 << 24) - counts.reduce(0, +)
  let bounds = [0] + edges.map(normalCDF) + [1]
  expectChiSquare(counts, zip(bounds.dropFirst(), bounds).map { ($0 - $1) * total })
}

@Test func bulkUniformsAreUniform() {
  var stream = RandomStream(key: key)
  var doubles = [Double](repeating: -1, count: 500_000)
  stream.fillUniforms(&doubles)
  #expect(doubles.allSatisfy { $0 >= 0 && $0 < 1 })
  expectKolmogorovSmirnov(doubles) { $0 }
  var floats = [Float](repeating: -1, count: 500_000)
  stream.fillUniforms(&floats)
  #expect(floats.allSatisfy { $0 >= 0 && $0 < 1 })
  expectKolmogorovSmirnov(floats.map(Double.init)) { $0 }
  stream.fillExponentials(&doubles)
  #expect(doubles.allSatisfy { $0 >= 0 })
  expectKolmogorovSmirnov(doubles) { 1 - exp(-$0) }
}
