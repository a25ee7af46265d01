import Randomness
import Testing

import Study

@Suite("Fixed tree over shards")
struct ShardTreeTests {
  /// Numbers of very different sizes, so that another order of additions gives other bits.
  private func values(shard: Int, count: Int = 3) -> [Float] {
    var stream = RandomStream(key: RandomKey(seed: 7).shard(shard))
    return (0..<count).map { _ in
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

  @Test("any number of ranks gives the bits of one rank")
  func ranks() {
    for shards in 1...40 {
      let expected = reference(shards)
      for ranks in 1...(shards + 2) {
        var final = ShardTree(shards: shards)
        for rank in 0..<ranks {
          var tree = ShardTree(shards: shards)
          let own = ShardReducer.shards(of: rank, ranks: ranks, shards: shards)
          for shard in own {
            values(shard: shard).withUnsafeBufferPointer { tree.push(shard: shard, $0) }
          }
          let partials = tree.take()
          let nodes = ShardTree.nodes(of: own, shards: shards)
          #expect(partials.map(\.level) == nodes.map(\.level))
          #expect(partials.map(\.index) == nodes.map(\.index))
          for partial in partials { final.push(partial) }
        }
        let result = final.take()
        #expect(result.count == 1)
        #expect(result.first?.sum == expected, "\(shards) shards on \(ranks) ranks")
      }
    }
  }

  @Test("another order gives other bits, so the test above can fail")
  func orderMatters() {
    let sequential = (0..<13).map { values(shard: $0) }.reduce([0, 0, 0]) { zip($0, $1).map { $0 + $1 } }
    #expect(sequential != reference(13))
  }
}
