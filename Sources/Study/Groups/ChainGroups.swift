import Engine
import MPI

/// The communicators of a run: the coordinator with the leaders of the groups, and each group.
struct ChainGroups {
  /// The coordinator is rank 0 and the leader of group g is rank g + 1; nil on other ranks.
  let farm: Communicator?
  /// The ranks that train this rank's chains, the leader first; nil on the coordinator and on ranks
  /// left over.
  let group: Communicator?
  /// The same ranks as `group`, for messages about tasks.
  let tasks: Communicator?
  /// The number of groups.
  let count: Int
  /// The size of a group: what was asked for, or all workers where there are fewer.
  let ranksPerChain: Int
  /// Workers that belong to no group.
  let leftOver: Int

  /// - Communication: collective over `world`.
  init(_ world: Communicator, ranksPerChain wanted: Int) throws {
    ranksPerChain = min(wanted, world.size - 1)
    let node = try world.splitByNode()
    // A node is known by the lowest world rank on it.
    let lowest = try node.allReduce(value: Int64(world.rank.number), .minimum)
    try node.free()
    let nodes = try world.allGather(value: lowest).map { Int($0) }
    let layout = GroupLayout(nodes: Array(nodes.dropFirst()), ranksPerChain: ranksPerChain)
    let place = layout.place(of: world.rank.number)
    let leads = world.isRoot || place?.place == 0
    farm = try world.split(color: leads ? 0 : nil, key: place.map { $0.group + 1 } ?? 0)
    group = try world.split(color: place?.group, key: place?.place ?? 0)
    tasks = try group?.duplicate()
    count = layout.groups.count
    leftOver = nodes.count - 1 - count * ranksPerChain
  }
}

/// Tells the other ranks of a group which task comes next.
final class GroupLeader {
  private let transport: MPITransport
  private let followers: Range<Int>

  init(_ group: Communicator) {
    transport = MPITransport(group)
    followers = 1..<max(group.size, 1)
  }

  func begin(task: Int) throws { try tell(task) }

  /// Lets the others leave.
  func end() throws {
    try tell(-1)
    try transport.finish()
  }

  private func tell(_ number: Int) throws {
    let message = withUnsafeBytes(of: Int64(number)) { Array($0) }
    for rank in followers { try transport.send(message, to: rank) }
  }
}

/// Waits for the leader's tasks and runs them, without burning the core in between.
enum GroupFollower {
  static func run(_ group: Communicator, task: (Int) throws -> Void) throws {
    let transport = MPITransport(group)
    var wait = IdleWait()
    while true {
      guard let (_, bytes) = try transport.receive() else {
        wait.pause()
        continue
      }
      wait.reset()
      let number = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
      if number < 0 { return }
      try task(Int(number))
    }
  }
}
