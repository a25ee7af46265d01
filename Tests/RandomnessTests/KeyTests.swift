import Randomness
import TestSupport
import Testing

private let root = RandomKey.chain(study: 7, scope: 0xfeed_beef_1234_5678, seed: 11)

@Test func levelsOfFoldingAreSeparate() {
  var keys: [RandomKey] = []
  for value in 0..<20 {
    keys += [
      root.generation(value), root.shard(value), root.folding(UInt64(value)),
      .chain(study: UInt64(value), scope: 1, seed: 2),
      .chain(study: 1, scope: UInt64(value), seed: 2),
    ]
  }
  keys += Purpose.allCases.map { root.folding($0) }
  // chain(1, 1, 2) is written twice above.
  #expect(Set(keys).count == keys.count - 1)
  #expect(root.generation(3).folding(.sample) != root.folding(.sample).generation(3))
  #expect(RandomKey.chain(study: 1, scope: 2, seed: 3) != .chain(study: 1, scope: 3, seed: 2))
}

/// Batches of keys give what the keys give one by one.
@Test(arguments: [0, 1, 7, 8, 150])
func batchesOfKeysAgreeWithSingleKeys(count: Int) {
  let keys = (0..<count).map { root.folding(UInt64($0)) }
  #expect(keys.generation(5) == keys.map { $0.generation(5) })
  #expect(keys.generation(-1) == keys.map { $0.generation(-1) })
  #expect(keys.folding(.compose) == keys.map { $0.folding(.compose) })
  #expect(keys.shard(1 << 40) == keys.map { $0.shard(1 << 40) })
  for length in [0, 1, 2, 3, 10, 33, 512] {
    let rows = RandomStream.normals(length, ofEach: keys)
    let single = keys.flatMap { key in
      var stream = RandomStream(key: key)
      var row = [Double](repeating: 0, count: length)
      stream.fillNormals(&row)
      return row
    }
    #expect(rows == single, "rows of \(length)")
  }
}

/// 4.2 million keys as a study folds them. By chance two coincide with probability 5e-7.
@Test func foldedKeysDoNotCollide() {
  var words: [UInt64] = []
  words.reserveCapacity(4_200_000)
  for seed in 0..<200 {
    let chain = RandomKey.chain(study: 1, scope: 99, seed: UInt64(seed))
    for generation in 0..<700 {
      let key = chain.generation(generation)
      for purpose in Purpose.allCases {
        let use = key.folding(purpose)
        for shard in 0..<3 {
          let leaf = use.shard(shard)
          words.append(UInt64(leaf.low) | UInt64(leaf.high) << 32)
        }
      }
    }
  }
  #expect(words.count == 4_200_000)
  words.sort()
  var collisions = 0
  for index in 1..<words.count where words[index] == words[index - 1] { collisions += 1 }
  #expect(collisions == 0)
}

/// Streams of neighbouring seeds, generations and shards, and neighbouring numbers of one stream,
/// are uncorrelated: |r|·√n ≤ 4.
@Test func neighbouringStreamsAreUncorrelated() {
  let count = 100_000
  func normals(_ key: RandomKey, _ skip: Int = 0) -> [Double] {
    var stream = RandomStream(key: key)
    var values = [Double](repeating: 0, count: count + skip)
    stream.fillNormals(&values)
    return Array(values.dropFirst(skip))
  }
  let first = root.generation(0)
  let nextSeed = RandomKey.chain(study: 7, scope: 0xfeed_beef_1234_5678, seed: 12)
  let base = normals(first)
  let others: [(String, [Double])] = [
    ("next generation", normals(root.generation(1))),
    ("shard", normals(root.generation(0).shard(0))),
    ("next seed", normals(nextSeed.generation(0))),
    ("key with one bit changed", normals(RandomKey(low: first.low ^ 1, high: first.high))),
    ("next number", normals(root.generation(0), 1)),
    ("next block", normals(root.generation(0), 2)),
    ("next group of blocks", normals(root.generation(0), 16)),
  ]
  for (name, other) in others {
    let limit = 4 / Double(count).squareRoot()
    #expect(abs(correlation(base, other)) <= limit, "\(name)")
    #expect(
      abs(correlation(base.map { $0 * $0 }, other.map { $0 * $0 })) <= limit, "squares of \(name)")
  }
}

/// The first number of consecutive keys is uniform: what a farm of short chains uses.
@Test func firstNumbersOfConsecutiveKeysAreUniform() {
  let chain = root.folding(.sample)
  let uniforms = (0..<200_000).map { index in
    var stream = RandomStream(key: chain.shard(index))
    return stream.uniform()
  }
  expectKolmogorovSmirnov(uniforms) { $0 }
  expectMoments(uniforms, mean: 0.5, variance: 1.0 / 12, skew: 0)
}
