import Foundation
import ProgramSupport

/// P15: an error that ends a run says all that is needed to look into it, once.
struct WorkerErrors: Promise {
  let number = 15
  let statement = "an error names host, rank, chain, generation, cause and the command that repeats the chain"
  let programs = ["strace"]

  /// Faults of the file system: records that cannot be written, a state that cannot be kept.
  private static let faults = [
    "write:error=EIO", "write:error=ENOSPC", "fsync:error=EIO", "rename,renameat,renameat2:error=EIO",
  ]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let host = ProcessInfo.processInfo.hostName
    let wanted = bench.size(short: 6, long: 60)
    var tries = 0
    while evidence.tried < wanted, tries < 4 * wanted {
      tries += 1
      let run = bench.freshPath()
      let running = try bench.start(ranks: 3, ["run", bench.study("endless-free"), "--out", run])
      let rank = Int.random(in: 1...2, using: &bench.numbers)
      let hasBegun = running.wait(timeoutSeconds: 40) {
        FileManager.default.fileExists(atPath: run + String(format: "/segments/rank-%04d.jsonl", rank))
      }
      let ranks = ProcessTable.ranks(of: running.identifier)
      guard hasBegun, ranks.count == 3 else {
        evidence.record("start", running.wait(timeoutSeconds: 5).summary)
        continue
      }
      usleep(UInt32.random(in: 0...1_000_000, using: &bench.numbers))
      let fault = Self.faults.randomElement(using: &bench.numbers) ?? Self.faults[0]
      let call = String(fault.prefix { $0 != ":" })
      // MPI writes too, but never syncs or renames.
      let place =
        call == "write" ? ["-P", run + String(format: "/segments/rank-%04d.jsonl", rank)] : []
      let tracer = try RunningProgram(
        URL(fileURLWithPath: "/usr/bin/env"),
        ["strace", "-f", "-p", "\(ranks[rank])", "-o", "/dev/null"] + place
          + ["-e", "trace=\(call)", "-e", "inject=\(fault)"])
      let result = running.wait(timeoutSeconds: 40)
      _ = tracer.wait(timeoutSeconds: 5)
      // A fault that nothing met proves nothing.
      if result.status == 0 { bench.remove(run); continue }
      evidence.record(
        "\(fault) on rank \(rank)", Self.missing(result, host: host, rank: rank, bench))
      bench.remove(run)
    }
    evidence.worst = "first cause named in \(evidence.survived) of \(evidence.tried)"
    return evidence
  }

  /// What the message lacks; nil where nothing.
  private static func missing(
    _ result: ProgramResult, host: String, rank: Int, _ bench: Bench
  ) -> String? {
    let text = result.errorOutput
    guard result.status == 74 else { return "another exit code: \(result.summary)" }
    let parts = [
      "ouroboros: rank \(rank) on \(host): ", "cell ", ", seed ", ", generation ", "(errno ",
      "To run this chain alone: ouroboros run ", "--cell ",
    ]
    for part in parts where !text.contains(part) { return "no '\(part)': \(result.summary)" }
    guard text.components(separatedBy: "ouroboros: rank ").count == 2 else {
      return "not said once: \(result.summary)"
    }
    return nil
  }
}
