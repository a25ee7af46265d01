/// All shards in this process; nothing is sent.
public final class LocalShards: ShardExchange {
  public let shards: Int
  public var ownShards: Range<Int> { 0..<shards }
  public var rank: Int { 0 }
  public var ranks: Int { 1 }

  /// - Parameter shards: at least 1.
  public init(shards: Int = 1) {
    precondition(shards >= 1, "\(shards) shards")
    self.shards = shards
  }

  public func makeSum(buckets: [Int]) -> any ShardSum { LocalSum(shards: shards, buckets: buckets) }

  public func gather(_ own: [Float], counts: [Int]) -> [Float] {
    precondition(counts == [own.count], "\(own.count) elements of one rank, expected \(counts)")
    return own
  }

  public func agree(_ flag: Bool) -> Bool { flag }
}

/// The sum of shards that are all in this process.
private final class LocalSum: ShardSum {
  private let sums: [UnsafeMutableBufferPointer<Float>]
  private let trees: [ShardTree]

  init(shards: Int, buckets: [Int]) {
    let sums = buckets.map { AlignedMemory.allocate(Float.self, count: $0) }
    self.sums = sums
    trees = sums.map { ShardTree(shards: shards, pushed: 0..<shards, root: $0) }
  }

  deinit { for sum in sums { AlignedMemory.free(sum) } }

  func begin() { for tree in trees { tree.clear() } }

  func add(shard: Int, bucket: Int, _ values: UnsafeBufferPointer<Float>) {
    precondition(
      values.count == sums[bucket].count,
      "\(values.count) elements for bucket \(bucket) of \(sums[bucket].count)")
    trees[bucket].push(shard: shard, values.baseAddress!)
  }

  func progress() {}

  func finish() {
    for tree in trees {
      precondition(tree.isComplete, "the round ends before all shards were added")
    }
  }

  func sum(bucket: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(sums[bucket]) }
}
