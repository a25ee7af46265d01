import Foundation
import ProgramSupport

/// P1: a run survives the death of any of its processes at any moment.
struct KilledRanks: Promise {
  let number = 1
  let statement = "kill -9 of any rank, the coordinator or mpirun costs the work since the last commit"

  /// Blows that a run takes before it may come to its end.
  private static let mostBlows = 6

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference()
    let wanted = bench.size(short: 20, long: 200)
    var kills = 0
    var idle = 0
    var mostRepeated = 0
    var longestUncommitted = 0.0
    // A run that ended before its blow proves nothing by it.
    while kills < wanted, idle < 20 {
      let run = bench.freshPath()
      var failure: String?
      var killsHere = 0
      for _ in 0..<min(Self.mostBlows, wanted - kills) where failure == nil {
        let before = try bench.committedRecords(run)
        let (result, uncommitted) = try blow(run, span: 0.7 * reference.seconds, bench)
        guard let uncommitted else {
          if result.status != 0 { failure = "without a kill: \(result.summary)" }
          break
        }
        killsHere += 1
        longestUncommitted = max(longestUncommitted, uncommitted)
        if result.timedOut {
          failure = "hung after a kill: \(result.summary)"
        } else if ![0, 137].contains(result.status), !Self.isCrashOfOpenMPI(result) {
          failure = "a kill: \(result.summary)"
        } else if try !before.isSubset(of: bench.committedRecords(run)) {
          failure = "committed records are gone"
        }
      }
      idle = killsHere == 0 ? idle + 1 : 0
      failure = try failure ?? bench.finish(run, ranks: Int.random(in: 0...4, using: &bench.numbers))
      failure = try failure ?? bench.difference(run, from: reference.run)
      let repeated = try bench.recordedGenerations(run).repeated
      mostRepeated = max(mostRepeated, repeated)
      if repeated > 0 { failure = failure ?? "\(repeated) committed generations were computed again" }
      if failure == nil {
        evidence.survive(killsHere)
      } else {
        for _ in 0..<max(killsHere, 1) { evidence.record("kills \(kills + 1)…\(kills + killsHere)", failure) }
      }
      kills += killsHere
      bench.remove(run)
    }
    evidence.worst = String(
      format: "%d committed generations redone; %.1f s since the last commit at most", mostRepeated,
      longestUncommitted)
    return evidence
  }

  /// Whether mpirun itself crashed while it ended a job that had lost a rank: Open MPI 4.1.4 with PMIx
  /// 4.2.2 does so once in some hundred kills, in a function that none of our processes calls.
  private static func isCrashOfOpenMPI(_ result: ProgramResult) -> Bool {
    result.status == 139 && result.errorOutput.contains("PMIx_server_finalize")
  }

  /// Starts the run and kills one of its processes, a third of the times while they start.
  ///
  /// - Returns: how the job ended, and how long before the blow the run had last committed anything; nil
  ///   where it ended before.
  private func blow(
    _ run: String, span seconds: Double, _ bench: Bench
  ) throws -> (ProgramResult, uncommitted: Double?) {
    let ranks = Int.random(in: 2...4, using: &bench.numbers)
    let started = Date()
    let running = try bench.start(ranks: ranks, ["run", bench.study(), "--out", run])
    _ = running.wait(timeoutSeconds: 20) { !ProcessTable.job(of: running.identifier).isEmpty }
    let isEarly = Int.random(in: 0..<3, using: &bench.numbers) == 0
    let delay = Double.random(in: 0...(isEarly ? 0.5 : 0.5 + seconds), using: &bench.numbers)
    _ = running.wait(timeoutSeconds: delay) { false }
    var uncommitted: Double?
    if running.isRunning,
      let victim = ProcessTable.job(of: running.identifier).randomElement(using: &bench.numbers),
      kill(victim, SIGKILL) == 0
    {
      uncommitted = Date().timeIntervalSince(max(started, bench.lastCommit(run) ?? started))
    }
    return (running.wait(timeoutSeconds: 60), uncommitted)
  }
}
