import Engine
import Glibc
import Laws
import Randomness
import TestSupport
import Testing

private func normals(_ count: Int, seed: UInt64) -> [Double] {
  var stream = RandomStream(key: RandomKey(seed: seed))
  return (0..<count).map { _ in stream.normal() }
}

/// a·b·c by the definition; shapes [m×k]·[k×l]·[n×l]ᵀ.
private func triple(_ a: [Double], _ b: [Double], _ c: [Double], _ m: Int, _ k: Int) -> [Double] {
  var result = [Double](repeating: 0, count: m * m)
  for i in 0..<m {
    for j in 0..<m {
      for p in 0..<k {
        for q in 0..<k { result[i * m + j] += a[i * k + p] * b[p * k + q] * c[j * k + q] }
      }
    }
  }
  return result
}

/// F·Fᵀ = A, F·z and F·S·Fᵀ, for definite and singular matrices on both sides of the change from
/// loops to LAPACK.
@Test(arguments: [1, 2, 5, 12, 13, 40], [false, true])
func factors(_ d: Int, _ isSingular: Bool) {
  let rows = isSingular ? (d + 1) / 2 : d + 3
  let root = normals(rows * d, seed: UInt64(d))
  let a = gram(root, rows: rows, dimension: d)
  let factor = SemidefiniteFactor(a, dimension: d, maximumRank: rows)
  #expect(factor.rank == min(rows, d))
  #expect(factor.isTriangular == (rows >= d))
  let r = factor.rank
  var identity = [Double](repeating: 0, count: r * r)
  for index in 0..<r { identity[index * r + index] = 1 }
  let scale = a.reduce(0) { max($0, abs($1)) }
  expectClose(
    triple(factor.values, identity, factor.values, d, r), a, relative: 0, absolute: 1e-12 * scale)
  let s = gram(normals(2 * r * r, seed: 77), rows: 2 * r, dimension: r)
  let expected = triple(factor.values, s, factor.values, d, r).map { 0.5 * $0 }
  let top = expected.reduce(0) { max($0, abs($1)) }
  let result = factor.congruence(of: s, scale: 0.5)
  expectClose(result, expected, relative: 0, absolute: 1e-12 * top)
  for i in 0..<d { for j in 0..<d { #expect(result[i * d + j] == result[j * d + i]) } }
  let z = normals(r, seed: 78)
  let shifted = (0..<d).map { i in
    3 + 2 * (0..<r).reduce(0) { $0 + factor.values[i * r + $1] * z[$1] }
  }
  expectClose(
    factor.applied(to: z, scale: 2, adding: [Double](repeating: 3, count: d)), shifted,
    relative: 1e-11, absolute: 1e-11)
}

@Test func factorEdges() {
  #expect(choleskyFactor([-1], dimension: 1) == nil)
  #expect(choleskyFactor([1, 2, 2, 1], dimension: 2) == nil)
  #expect(choleskyFactor([1, 0, 0, .nan], dimension: 2) == nil)
  var large = [Double](repeating: 0, count: 400)
  for index in 0..<20 { large[index * 21] = 1 }
  #expect(choleskyFactor(large, dimension: 20) == large)
  large[399] = .nan
  #expect(choleskyFactor(large, dimension: 20) == nil)
  let zero = SemidefiniteFactor([0, 0, 0, 0], dimension: 2)
  #expect(zero.rank == 0 && zero.logDeterminant == -.infinity)
  #expect(zero.congruence(of: [], scale: 1) == [0, 0, 0, 0])
  let partly = SemidefiniteFactor(diagonal: [4, 0, 9])
  #expect(partly.rank == 2 && !partly.isDiagonal && partly.values == [2, 0, 0, 0, 0, 3])
  let diagonal = SemidefiniteFactor(diagonal: [4, 9])
  #expect(diagonal.isDiagonal && diagonal.values == [2, 0, 0, 3])
  #expect(diagonal.congruence(of: [1, 2, 2, 5], scale: 1) == [4, 12, 12, 45])
  expectClose(diagonal.logDeterminant, log(36))
}

@Test func densityInOneDimension() {
  let law = GaussianLaw(mean: [1], covariance: [4])
  let plane = GaussianLaw(mean: [1, 0], covariance: [4, 0, 0, 1])
  let line = law.logDensity([0, 1, 5], rows: 3)
  let constant: Double = -0.5 * log(8 * Double.pi)
  expectClose(line, [constant - 0.125, constant, constant - 2])
  expectClose(
    plane.logDensity([0, 0, 1, 0, 5, 0], rows: 3), line.map { $0 + constant + log(2.0) })
  #expect(GaussianLaw(mean: [1], covariance: [0]).logDensity([1], rows: 1) == [-.infinity])
  #expect(GaussianLaw(mean: [1], covariance: [4]).biased(by: 0.25).covariance == [1])
}

@Test(arguments: [0, 1, 7, 8, 9, 31])
func laneSums(_ count: Int) {
  var x = normals(max(count, 1), seed: 9)
  let y = normals(max(count, 1), seed: 10)
  let sum = x.prefix(count).reduce(0, +)
  let dot = zip(x, y).prefix(count).reduce(0) { $0 + $1.0 * $1.1 }
  expectClose(laneSum(x, count: count), sum, relative: 1e-13, absolute: 1e-13)
  expectClose(laneDot(x, y, count: count), dot, relative: 1e-13, absolute: 1e-13)
  let mean = centre(&x, count: count)
  expectClose(mean, count == 0 ? 0 : sum / Double(count), relative: 1e-13, absolute: 1e-13)
  expectClose(laneSum(x, count: count), 0, absolute: 1e-13)
}
