import ArgumentParser
import Foundation
import MPI

/// Looks at hosts, ranks, MPI and storage, and says what to fix.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check hosts, ranks, the MPI library and the file system; say what to fix.",
    discussion: """
      By itself it looks at this machine. Under mpirun, started as a run would be, it also shows \
      where each rank runs and exchanges messages between all ranks:

        mpirun -n 4 ouroboros doctor --directory /shared/runs

      Exit codes: 0 all checks passed (there may be advice), 70 a check of the MPI library failed, \
      74 the directory cannot hold a run.
      """)

  @Option(help: "The directory that runs are to be written to.")
  var directory = "."

  @Flag(help: "Only look: exchange no messages between ranks.")
  var skipChecks = false

  @Flag(help: "Print one JSON object instead of the report.")
  var json = false

  func run() throws {
    let code = withMPI { world in try examine(world) }
    if code != 0 { throw ExitCode(code) }
  }

  /// - Returns: the exit code, the same on all ranks.
  private func examine(_ world: Communicator) throws -> Int32 {
    let facts = try RankFacts.ofThisRank(in: world, directory: directory)
    let checks = try (skipChecks ? [] : RankCheck.all).map { try $0.run(on: world) }
    let strangers = try hostsWithoutSharedDirectory(world)
    let parts = try world.gather(Array(try JSONEncoder().encode(facts)))
    var code: Int32 = 0
    if let parts {
      let report = DoctorReport(
        ranks: try parts.map { try JSONDecoder().decode(RankFacts.self, from: Data($0)) },
        checks: checks, hostsWithoutSharedDirectory: strangers)
      code = !report.failedChecks.isEmpty ? internalErrorExitCode : report.fileSystemFailed ? 74 : 0
      FileHandle.standardOutput.write(json ? try encoded(report) : Data(report.text().utf8))
    }
    return try world.broadcast(value: code)
  }

  private func encoded(_ report: DoctorReport) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var object = try JSONSerialization.jsonObject(with: encoder.encode(report)) as? [String: Any]
    object?["advice"] = report.advice()
    return try JSONSerialization.data(
      withJSONObject: object ?? [:], options: [.sortedKeys, .withoutEscapingSlashes])
      + Data("\n".utf8)
  }

  /// Rank 0 writes a file, every host looks for it. Collective.
  private func hostsWithoutSharedDirectory(_ world: Communicator) throws -> [String] {
    let name = try world.broadcast(message: Array(".ouroboros-doctor-shared-\(getpid())".utf8))
    let path = "\(directory)/\(String(decoding: name, as: UTF8.self))"
    var isWritten = true
    if world.isRoot { isWritten = FileManager.default.createFile(atPath: path, contents: Data()) }
    try world.barrier()
    // A directory that rank 0 cannot write to is reported as such, not as one that is not shared.
    let canTell = try world.broadcast(value: UInt8(isWritten ? 1 : 0)) == 1
    // Looking the name up in a listing gets past the negative entries that NFS caches.
    let listing = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let isSeen = listing.contains(String(decoding: name, as: UTF8.self))
    let host = isSeen || !canTell ? "" : ProcessInfo.processInfo.hostName
    let hosts = try world.allGather(Array(host.utf8)).map { String(decoding: $0, as: UTF8.self) }
    if world.isRoot { unlink(path) }
    return Set(hosts.filter { !$0.isEmpty }).sorted()
  }
}
