import Randomness
import TestSupport
import Testing

private let key = RandomKey(seed: 16_180)

/// All 24 orders of four things come equally often.
@Test func permutationsAreUniform() {
  var stream = RandomStream(key: key)
  var counts = [Int](repeating: 0, count: 256)
  for _ in 0..<120_000 {
    let order = stream.permutation(4)
    if order.sorted() != [0, 1, 2, 3] { Issue.record("\(order) is no permutation") }
    counts[order.reduce(0) { $0 * 4 + $1 }] += 1
  }
  let seen = counts.filter { $0 > 0 }
  #expect(seen.count == 24)
  expectChiSquare(seen, [Double](repeating: 5000, count: seen.count))
  #expect(stream.permutation(0) == [])
  #expect(stream.permutation(1000).sorted() == Array(0..<1000))
}

@Test func partialShufflesChooseUniformly() {
  var stream = RandomStream(key: key)
  var counts = [Int](repeating: 0, count: 100)
  for _ in 0..<90_000 {
    var values = Array(0..<10)
    stream.shuffle(&values, first: 2)
    if values.sorted() != Array(0..<10) { Issue.record("\(values) is no permutation") }
    counts[values[0] * 10 + values[1]] += 1
  }
  let pairs = (0..<100).filter { $0 / 10 != $0 % 10 }
  expectChiSquare(pairs.map { counts[$0] }, [Double](repeating: 1000, count: 90))
}

/// Every subset of 0..<6 with k elements comes equally often, below and above one half.
@Test(arguments: [1, 2, 3, 4, 5])
func subsetsAreUniform(k: Int) {
  var stream = RandomStream(key: key)
  var counts = [Int](repeating: 0, count: 64)
  for _ in 0..<60_000 {
    let subset = stream.sample(k, of: 6)
    if subset != Set(subset).sorted() || subset.count != k { Issue.record("\(subset)") }
    counts[subset.reduce(0) { $0 | 1 << $1 }] += 1
  }
  let possible = (0..<64).filter { $0.nonzeroBitCount == k }
  #expect(possible.reduce(0) { $0 + counts[$1] } == 60_000)
  expectChiSquare(
    possible.map { counts[$0] },
    [Double](repeating: 60_000 / Double(possible.count), count: possible.count))
}

/// Dense, inverted and sparse choices: distinct, ascending, in range, with uniform places.
@Test(arguments: [(500, 1000), (900, 1000), (30, 100_000), (40, 1 << 40), (99_999, 100_000)])
func largeSubsets(k: Int, n: Int) {
  var stream = RandomStream(key: key)
  var places: [Double] = []
  for _ in 0..<max(1, 20_000 / k) {
    let subset = stream.sample(k, of: n)
    let ascending = zip(subset, subset.dropFirst()).allSatisfy { $0 < $1 }
    let inRange = subset.allSatisfy { $0 >= 0 && $0 < n }
    if subset.count != k || !ascending || !inRange { Issue.record("\(k) of \(n)") }
    places += subset.map { (Double($0) + 0.5) / Double(n) }
  }
  // Drawn without replacement, so the statistic is if anything smaller than the bound assumes.
  expectKolmogorovSmirnov(places) { $0 }
  #expect(stream.sample(0, of: n) == [])
}

private func pairwiseSum(_ x: ArraySlice<Double>) -> Double {
  if x.count < 3 { return x.reduce(0, +) }
  let middle = (x.startIndex + x.endIndex) / 2
  return pairwiseSum(x[..<middle]) + pairwiseSum(x[middle...])
}

/// The table stands for the weights' probabilities to the last bits and for nothing else.
@Test(arguments: [1, 2, 3, 10, 100, 4097])
func aliasTablesAreExact(count: Int) {
  var stream = RandomStream(key: key)
  let laws: [[Double]] = [
    (1...count).map { 1 / Double($0) },
    [Double](repeating: 0.3, count: count),
    (0..<count).map { $0 % 3 == 0 ? stream.gamma(shape: 0.05) : ($0 == 1 ? 1e-12 : 0) },
  ]
  for weights in laws {
    let table = AliasTable(weights: weights)
    // A plain sum of 4097 weights would be off by more than the tolerance.
    let total = pairwiseSum(weights.sorted()[...])
    #expect(table.count == count)
    let represented = table.probabilities()
    expectClose(represented, weights.map { $0 / total }, relative: 1e-14, absolute: 0x1p-64)
    #expect(zip(weights, represented).allSatisfy { $0 > 0 || $1 == 0 })
  }
}

@Test func categoriesFollowTheirWeights() {
  var stream = RandomStream(key: key)
  let weights: [Double] = [0, 4, 3, 0, 2, 0.9, 0.1, 0]
  let table = AliasTable(weights: weights)
  let expected = weights.map { $0 * 30_000 }
  let positive = weights.indices.filter { weights[$0] > 0 }
  var counts = [Int](repeating: 0, count: 8)
  for index in stream.categories(300_000, from: table) { counts[Int(index)] += 1 }
  expectChiSquare(positive.map { counts[$0] }, positive.map { expected[$0] })
  #expect(counts[0] == 0 && counts[3] == 0 && counts[7] == 0)
  counts = [Int](repeating: 0, count: 8)
  for _ in 0..<300_000 { counts[stream.category(table)] += 1 }
  expectChiSquare(positive.map { counts[$0] }, positive.map { expected[$0] })
  let counted = stream.counts(300_000, from: table)
  expectChiSquare(positive.map { counted[$0] }, positive.map { expected[$0] })
  #expect(counted.reduce(0, +) == 300_000)
  // Bulk and single draws map the same words on fresh streams.
  var bulk = RandomStream(key: key)
  var single = RandomStream(key: key)
  let drawn = bulk.categories(2001, from: table)
  #expect(drawn == (0..<2001).map { _ in Int32(single.category(table)) })
}
