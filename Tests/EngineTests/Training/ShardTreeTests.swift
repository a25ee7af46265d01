import Engine
import Randomness
import Testing

@Suite("Fixed tree over shards")
struct ShardTreeTests {
  private static let count = 37

  /// Numbers of very different sizes, so that another order of additions gives other bits.
  private func values(shard: Int) -> [Float] {
    var stream = RandomStream(key: RandomKey(seed: 7).shard(shard))
    return (0..<Self.count).map { _ in
      Float((stream.uniform() - 0.5) * [1e-3, 1, 1e3][Int(stream.uniform() * 3)])
    }
  }

  /// The definition, level by level.
  private func reference(_ shards: Int) -> [Float] {
    var level = (0..<shards).map { values(shard: $0) }
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { left in
        left + 1 < level.count ? zip(level[left], level[left + 1]).map { $0 + $1 } : level[left]
      }
    }
    return level[0]
  }

  /// Runs `body` with memory for a root.
  private func withRoot(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    let root = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.count)
    defer { root.deallocate() }
    body(root)
  }

  /// Shards as even as can be over ranks, in contiguous runs.
  private func deal(_ shards: Int, ranks: Int) -> [Range<Int>] {
    (0..<ranks).map { rank in shards * rank / ranks..<shards * (rank + 1) / ranks }
  }

  @Test("any number of ranks gives the bits of one rank")
  func ranks() {
    for shards in 1...20 {
      let expected = reference(shards)
      for ranks in 1...(shards + 2) {
        withRoot { total in
          let final = ShardTree(shards: shards, pushed: 0..<shards, root: total)
          for own in deal(shards, ranks: ranks) {
            withRoot { root in
              let tree = ShardTree(shards: shards, pushed: own, root: root)
              for shard in own { tree.push(shard: shard, values(shard: shard)) }
              #expect(tree.waiting == ShardTree.nodes(of: own, shards: shards))
              for (number, node) in tree.waiting.enumerated() { final.push(node, tree.sum(number)) }
            }
          }
          #expect(final.waiting.count == 1)
          #expect(Array(total) == expected, "\(shards) shards on \(ranks) ranks")
        }
      }
    }
  }

  /// Longer than the pieces that go up at a time, and no multiple of them.
  @Test("sums pushed at once give the bits of shards pushed one by one", arguments: [1, 2, 5, 8, 13])
  func allAtOnce(shards: Int) {
    let count = 5_003
    func vector() -> UnsafeMutableBufferPointer<Float> { .allocate(capacity: count) }
    let (expected, total, first, second) = (vector(), vector(), vector(), vector())
    defer { for memory in [expected, total, first, second] { memory.deallocate() } }
    var stream = RandomStream(key: RandomKey(seed: 3))
    let values = (0..<shards).map { _ in (0..<count).map { _ in Float(stream.uniform() - 0.5) } }
    let whole = ShardTree(shards: shards, pushed: 0..<shards, root: expected)
    for shard in 0..<shards { whole.push(shard: shard, values[shard]) }
    #expect(whole.isComplete)

    let middle = shards / 2
    let parts = [(0..<middle, first), (middle..<shards, second)].map { own, root in
      let tree = ShardTree(shards: shards, pushed: own, root: root)
      for shard in own { tree.push(shard: shard, values[shard]) }
      return tree
    }
    let final = ShardTree(shards: shards, pushed: 0..<shards, root: total)
    for _ in 0..<2 {
      final.pushAll(parts.flatMap { tree in tree.waiting.enumerated().map { ($1, tree.sum($0)) } })
      #expect(final.isComplete && Array(total) == Array(expected))
    }
  }

  /// Sums after the first stand where they are told to.
  @Test("memory for several sums")
  func further() {
    let places = (0..<3).map { _ in UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.count) }
    defer { for place in places { place.deallocate() } }
    let tree = ShardTree(
      shards: 13, pushed: 5..<12, root: places[0], further: places.dropFirst().map { $0.baseAddress! })
    for shard in 5..<12 { tree.push(shard: shard, values(shard: shard)) }
    withRoot { root in
      let own = ShardTree(shards: 13, pushed: 5..<12, root: root)
      for shard in 5..<12 { own.push(shard: shard, values(shard: shard)) }
      for (number, place) in places.enumerated() {
        #expect(Array(place) == Array(UnsafeBufferPointer(start: own.sum(number), count: Self.count)))
      }
    }
  }

  @Test("a tree can be used again, and its sums stay in their places")
  func rounds() {
    withRoot { root in
      let tree = ShardTree(shards: 13, pushed: 5..<12, root: root)
      var places: [UnsafePointer<Float>] = []
      for round in 0..<3 {
        tree.clear()
        for shard in 5..<12 { tree.push(shard: shard, values(shard: shard)) }
        let now = tree.waiting.indices.map(tree.sum)
        if round > 0 { #expect(now == places) }
        places = now
      }
      #expect(tree.sum(0) == UnsafePointer(root.baseAddress))
      #expect(tree.waiting == ShardTree.nodes(of: 5..<12, shards: 13))
    }
  }

  /// 5..<12 of 13: shard 5 alone, 6 and 7, 8 to 11.
  @Test("nodes of a run of shards")
  func nodes() {
    let nodes = ShardTree.nodes(of: 5..<12, shards: 13)
    #expect(
      nodes == [
        ShardTree.Node(level: 0, index: 5), ShardTree.Node(level: 1, index: 3),
        ShardTree.Node(level: 2, index: 2),
      ])
    // The last shard has no right neighbour on two levels.
    #expect(ShardTree.nodes(of: 12..<13, shards: 13) == [ShardTree.Node(level: 2, index: 3)])
    #expect(ShardTree.nodes(of: 0..<13, shards: 13) == [ShardTree.Node(level: 4, index: 0)])
    #expect(ShardTree.nodes(of: 4..<4, shards: 13).isEmpty)
  }

  @Test("another order gives other bits, so the tests above can fail")
  func orderMatters() {
    let zeros = [Float](repeating: 0, count: Self.count)
    let sequential = (0..<13).map { values(shard: $0) }.reduce(zeros) { zip($0, $1).map { $0 + $1 } }
    #expect(sequential != reference(13))
  }
}

@Suite struct LocalShardsTests {
  @Test(arguments: [1, 2, 3, 7])
  func sumsOfAllBuckets(shards: Int) throws {
    let exchange = LocalShards(shards: shards)
    #expect(exchange.ownShards == 0..<shards && exchange.rank == 0 && exchange.ranks == 1)
    let counts = [5, 1, 64]
    let sum = exchange.makeSum(buckets: counts)
    for round in 1...2 {
      try sum.begin()
      for shard in 0..<shards {
        for bucket in [2, 0, 1] {
          let values = (0..<counts[bucket]).map { Float(round * (shard + 1) * 100 + bucket + $0) }
          try values.withUnsafeBufferPointer { try sum.add(shard: shard, bucket: bucket, $0) }
          try sum.progress()
        }
      }
      try sum.finish()
      let all = round * 100 * shards * (shards + 1) / 2
      for bucket in counts.indices {
        let expected = (0..<counts[bucket]).map { Float(all + shards * (bucket + $0)) }
        #expect(Array(sum.sum(bucket: bucket)) == expected, "bucket \(bucket), round \(round)")
      }
    }
  }

  @Test func exchangesWithItself() {
    let exchange = LocalShards(shards: 4)
    #expect(exchange.gather([1, 2, 3], counts: [3]) == [1, 2, 3])
    #expect(exchange.agree(true) && !exchange.agree(false))
  }

  @Test func aRoundOfPartOfTheShardsTraps() async {
    await #expect(processExitsWith: .failure) {
      let sum = LocalShards(shards: 3).makeSum(buckets: [1])
      try sum.begin()
      try [1].withUnsafeBufferPointer { try sum.add(shard: 0, bucket: 0, $0) }
      try sum.finish()
    }
  }
}
