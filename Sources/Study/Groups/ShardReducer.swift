import MPI

/// Adds the vectors of all shards over the ranks of a group, with bits that do not depend on the number
/// of ranks.
///
/// Shards are dealt to the ranks in contiguous runs. A rank adds its own as far as the tree allows;
/// then rank j finishes segment j of the vector for everybody (reduce-scatter and all-gather), which
/// moves as much as a ring all-reduce when the shards divide evenly into powers of two.
public struct ShardReducer {
  public let shards: Int
  /// The shards of this rank.
  public let ownShards: Range<Int>
  private let group: Communicator
  private var tree: ShardTree

  /// - Parameter shards: the unit of data-parallel work, fixed by the study; ranks beyond their number
  ///   have none.
  public init(shards: Int, group: Communicator) {
    precondition(shards >= 1, "\(shards) shards")
    self.shards = shards
    self.group = group
    ownShards = Self.shards(of: group.rank.number, ranks: group.size, shards: shards)
    tree = ShardTree(shards: shards)
  }

  /// The shards of a rank: as even as can be, the first ranks take one more.
  package static func shards(of rank: Int, ranks: Int, shards: Int) -> Range<Int> {
    let (each, more) = shards.quotientAndRemainder(dividingBy: ranks)
    let start = rank * each + min(rank, more)
    return start..<start + each + (rank < more ? 1 : 0)
  }

  /// Takes the vector of one of the rank's own shards, in ascending order.
  public mutating func add(shard: Int, _ values: UnsafeBufferPointer<Float>) {
    tree.push(shard: shard, values)
  }

  /// Writes the sum over all shards into `result`, on every rank.
  ///
  /// - Communication: collective; an all-to-all of segments and an all-gather; blocks.
  public mutating func finish(
    _ result: UnsafeMutableBufferPointer<Float>
  ) throws(MPIError) {
    let own = tree.take()
    let segments = (0..<group.size).map { rank in
      Self.shards(of: rank, ranks: group.size, shards: result.count)
    }
    let parts = segments.map { segment in own.flatMap { $0.sum[segment] } }
    let received = try group.allToAll(parts)
    let width = segments[group.rank.number].count
    var final = ShardTree(shards: shards)
    for (rank, values) in received.enumerated() {
      let range = Self.shards(of: rank, ranks: group.size, shards: shards)
      for (place, node) in ShardTree.nodes(of: range, shards: shards).enumerated() {
        final.push(
          ShardTree.Partial(
            level: node.level, index: node.index,
            sum: Array(values[place * width..<(place + 1) * width])))
      }
    }
    let sum = final.take().first?.sum ?? []
    for (offset, values) in try group.allGather(sum).enumerated() {
      _ = UnsafeMutableBufferPointer(rebasing: result[segments[offset]])
        .update(fromContentsOf: values)
    }
  }
}
