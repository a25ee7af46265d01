import Foundation
import ProgramSupport

/// What a test must not leave behind: processes of ours, shared memory, session folders of Open MPI.
struct Leftovers {
  private let things: Set<String>

  /// What is there now.
  static func now() -> Leftovers {
    var things: Set<String> = []
    let programs = ["ouroboros", "mpirun", "orted"]
    for process in ProcessTable.all() where programs.contains(process.program) {
      things.insert("process \(process.identifier) \(process.program)")
    }
    things.formUnion(names(in: "/dev/shm").map { "/dev/shm/\($0)" })
    let own = names(in: "/run/netns").filter { $0.hasPrefix("ouroboros-\(getpid())-") }
    things.formUnion(own.map { "network namespace \($0)" })
    let temporary = FileManager.default.temporaryDirectory.path
    for session in names(in: temporary) where session.hasPrefix("ompi.") {
      things.formUnion(names(in: "\(temporary)/\(session)").map { "\(temporary)/\(session)/\($0)" })
    }
    return Leftovers(things: things)
  }

  /// What has come since and does not go within some seconds, sorted.
  func added(patienceSeconds: Double = 5) -> [String] {
    let deadline = ContinuousClock.now + .seconds(patienceSeconds)
    while true {
      let more = Leftovers.now().things.subtracting(things)
      if more.isEmpty || ContinuousClock.now > deadline { return more.sorted() }
      usleep(100_000)
    }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}
