import Engine
import Foundation
import MPI

/// What one rank knows of itself; gathered to rank 0 as JSON.
struct RankFacts: Codable {
  let rank: Int
  /// Its number among the ranks of its node: 0 also looks at the node and the file system.
  let rankOnNode: Int
  let host: String
  /// The cores that it may run on.
  let cores: [Int]
  /// `OPENBLAS_NUM_THREADS`, or else `OMP_NUM_THREADS`; nil where neither is set.
  let blasThreadSetting: Int?
  /// The kernels that OpenBLAS chose for this processor.
  let blasKernel: String
  let mpiLibrary: String
  let mpiStandard: String
  let threadLevel: String
  let yieldsWhenIdle: Bool?
  /// On the first rank of each node.
  let node: NodeFacts?
  let fileSystem: FileSystemFacts?

  /// Threads that a matrix product of this rank uses: the library's default is every core it has.
  var blasThreads: Int { blasThreadSetting ?? cores.count }

  /// Collective: ranks of a node agree on who looks at it.
  static func ofThisRank(in world: Communicator, directory: String) throws -> RankFacts {
    let node = try world.splitByNode()
    let rankOnNode = node.rank.number
    try node.free()
    let isFirst = rankOnNode == 0
    let variables = ProcessInfo.processInfo.environment
    let setting = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"].lazy
      .compactMap { variables[$0].flatMap { Int($0) } }.first
    return RankFacts(
      rank: world.rank.number, rankOnNode: rankOnNode, host: ProcessInfo.processInfo.hostName,
      cores: allowedCores(), blasThreadSetting: setting, blasKernel: blasCoreName(),
      mpiLibrary: MPIEnvironment.libraryVersion, mpiStandard: MPIEnvironment.standardVersion,
      threadLevel: try MPIEnvironment.threadLevel().rawValue,
      yieldsWhenIdle: MPIEnvironment.yieldsWhenIdle,
      node: isFirst ? NodeFacts.ofThisNode() : nil,
      fileSystem: isFirst
        ? FileSystemFacts.examine(directory: directory, label: "rank-\(world.rank)") : nil)
  }

  /// The affinity mask as core numbers: what `sched_getaffinity` would say, from the kernel's text,
  /// because the C function does not import.
  private static func allowedCores() -> [Int] {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let field = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    guard let list = field?.split(separator: ":").last else { return [] }
    return list.trimmingCharacters(in: .whitespaces).split(separator: ",").flatMap { part in
      let bounds = part.split(separator: "-").compactMap { Int($0) }
      guard let first = bounds.first, let last = bounds.last, first <= last else { return [Int]() }
      return Array(first...last)
    }
  }
}
