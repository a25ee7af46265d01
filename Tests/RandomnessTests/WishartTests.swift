import Foundation
import Randomness
import TestSupport
import Testing

private let key = RandomKey(seed: 14_142)

/// A [d × columns] from its packed rows.
private func unpacked(_ packed: [Double], dimension d: Int, columns: Int) -> [Double] {
  var full = [Double](repeating: 0, count: d * columns)
  var next = 0
  for row in 0..<d {
    for column in 0..<min(row + 1, columns) {
      full[row * columns + column] = packed[next]
      next += 1
    }
  }
  #expect(next == packed.count)
  return full
}

/// W = A·Aᵀ [d × d] from A [d × columns].
private func product(_ factor: [Double], dimension d: Int) -> [Double] {
  let columns = factor.count / d
  var w = [Double](repeating: 0, count: d * d)
  for i in 0..<d {
    for j in 0..<d {
      for k in 0..<columns { w[i * d + j] += factor[i * columns + k] * factor[j * columns + k] }
    }
  }
  return w
}

/// The number of pivots above 1e-9 of the largest in Gaussian elimination with diagonal pivoting.
private func rank(_ matrix: [Double], dimension d: Int) -> Int {
  var m = matrix
  let scale = (0..<d).map { m[$0 * d + $0] }.max() ?? 0
  var used = [Bool](repeating: false, count: d)
  for found in 0..<d {
    let open = (0..<d).filter { !used[$0] }
    guard let pivot = open.max(by: { m[$0 * d + $0] < m[$1 * d + $1] }),
      m[pivot * d + pivot] > 1e-9 * scale
    else { return found }
    used[pivot] = true
    for i in 0..<d where !used[i] {
      let share = m[i * d + pivot] / m[pivot * d + pivot]
      for j in 0..<d { m[i * d + j] -= share * m[pivot * d + j] }
    }
  }
  return d
}

/// E W = ν·I, Var Wᵢᵢ = 2ν, Var Wᵢⱼ = ν, E tr W² = νd(ν + d + 1), for regular and singular laws.
@Test(arguments: [(3, 10), (4, 4), (5, 2), (1, 7), (6, 1)])
func wishartMoments(dimension d: Int, degreesOfFreedom nu: Int) {
  var stream = RandomStream(key: key)
  let n = Double(nu)
  var diagonal: [[Double]] = Array(repeating: [], count: d)
  var corner: [Double] = []
  var squares: [Double] = []
  for _ in 0..<100_000 {
    let factor = unpacked(
      stream.wishartFactor(dimension: d, degreesOfFreedom: nu), dimension: d, columns: min(d, nu))
    let w = product(factor, dimension: d)
    for i in 0..<d { diagonal[i].append(w[i * d + i]) }
    corner.append(w[d - 1])
    squares.append(w.reduce(0) { $0 + $1 * $1 })
  }
  for values in diagonal {
    expectMoments(values, mean: n, variance: 2 * n, skew: (8 / n).squareRoot())
  }
  if d > 1 { expectMoments(corner, mean: 0, variance: n, skew: 0) }
  expectWithinFourStandardErrors(squares, exact: n * Double(d) * (n + Double(d) + 1))
}

/// E ln det W = Σ ψ((ν − i)/2) + d·ln 2; for d = 2, ν = 5: ψ(5/2) + ψ(2) + 2 ln 2.
@Test func wishartLogDeterminant() {
  var stream = RandomStream(key: key)
  let logs = (0..<60_000).map { _ in
    let a = stream.wishartFactor(dimension: 2, degreesOfFreedom: 5)
    return 2 * log(a[0] * a[2])
  }
  let exact = 0.7031566406452432 + 0.42278433509846713 + 1.3862943611198906
  expectWithinFourStandardErrors(logs, exact: exact)
}

@Test func wishartFactorsAreLowerTrapezoidal() {
  var stream = RandomStream(key: key)
  for (d, nu) in [(5, 9), (5, 5), (7, 3), (6, 1)] {
    for _ in 0..<50 {
      let columns = min(d, nu)
      let factor = unpacked(
        stream.wishartFactor(dimension: d, degreesOfFreedom: nu), dimension: d, columns: columns)
      for row in 0..<d {
        for column in 0..<columns {
          let value = factor[row * columns + column]
          if column > row { #expect(value == 0) } else { #expect(value != 0) }
          if column == row { #expect(value > 0) }
        }
      }
      #expect(rank(product(factor, dimension: d), dimension: d) == columns)
    }
  }
}
