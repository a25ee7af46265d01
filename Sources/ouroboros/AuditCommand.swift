import ArgumentParser
import Foundation
import MPI
import Results
import Study

/// `ouroboros audit RUN`: computes committed generations again and compares every bit.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Compute committed generations again and compare them bit by bit.",
    discussion: """
      Replays randomly chosen chains from generation 0 until the wanted share of all committed \
      generations was computed again; changes nothing in the run. Under mpirun the ranks share the \
      chains. Exit code 0 when every value is the same, 65 otherwise; needs a machine with the numerics \
      of the run.
      """)

  @Argument(help: ArgumentHelp("The run directory.", valueName: "run"), completion: .directory)
  var path: String

  @Option(help: "The share of committed generations, above 0 and at most 1.")
  var fraction = 0.01

  @Option(help: "Chooses the chains.")
  var seed: UInt64 = 1

  func validate() throws {
    guard fraction > 0, fraction <= 1 else {
      throw ValidationError("--fraction: expected a number above 0 and at most 1, found \(fraction)")
    }
  }

  func run() throws {
    try reportingMistakes { try ProcessSetup.prepare() }
    guard MPIEnvironment.isLaunched else {
      let audit: RunAudit = try reportingMistakes { try self.audit(part: 0, of: 1) }
      throw ExitCode(report(audit, generations: audit.audited, chains: audit.chains))
    }
    let code: Int32 = withMPI { world in
      let audit = try self.audit(part: world.rank.number, of: world.size)
      let differences = try world.allReduce(value: Int64(audit.differences.count), .sum)
      let generations = try world.allReduce(value: Int64(audit.audited), .sum)
      let chains = try world.allReduce(value: Int64(audit.chains), .sum)
      if world.isRoot {
        _ = report(audit, generations: Int(generations), chains: Int(chains))
      } else {
        for difference in audit.differences { print("different: \(difference)") }
      }
      return differences == 0 ? 0 : RunExit.malformed
    }
    throw ExitCode(code)
  }

  private func audit(part: Int, of parts: Int) throws -> RunAudit {
    try RunAudit(
      RunDirectory(existing: path), fraction: fraction, seed: seed,
      numerics: ProcessSetup.numerics, part: part, of: parts)
  }

  private func report(_ audit: RunAudit, generations: Int, chains: Int) -> Int32 {
    for difference in audit.differences { print("different: \(difference)") }
    print("\(generations) of \(audit.committed) committed generations audited, in \(chains) chains")
    return audit.differences.isEmpty ? 0 : RunExit.malformed
  }
}
