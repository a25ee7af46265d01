import Foundation
import ProgramSupport

/// P1: a run survives the death of any of its processes at any moment.
struct KilledRanks: Promise {
  let number = 1
  let statement = "kill -9 of any rank, the coordinator or mpirun costs the work since the last commit"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference()
    let wanted = bench.size(short: 20, long: 200)
    var kills = 0
    while kills < wanted {
      let run = bench.freshPath()
      var failure: String?
      var killsHere = 0
      // Three blows a run, then to the end; a run that ended before its blow proves nothing by it.
      for _ in 0..<3 {
        let ranks = Int.random(in: 2...4, using: &bench.numbers)
        let running = try bench.start(ranks: ranks, ["run", bench.study(), "--out", run])
        usleep(UInt32(Double.random(in: 0...reference.seconds, using: &bench.numbers) * 1e6))
        let family = ProcessTable.job(of: running.identifier)
        if running.isRunning, let victim = family.randomElement(using: &bench.numbers) {
          kill(victim, SIGKILL)
          killsHere += 1
        }
        let result = running.wait(timeoutSeconds: 30)
        if result.timedOut { failure = failure ?? "hung after a kill: \(result.summary)" }
        if ![0, 137].contains(result.status) { failure = failure ?? "a kill: \(result.summary)" }
      }
      let ranks = Int.random(in: 0...4, using: &bench.numbers)
      failure = try failure ?? bench.finish(run, ranks: ranks)
      failure = try failure ?? bench.difference(run, from: reference.run)
      for index in 0..<max(killsHere, 1) {
        evidence.record("run with kills \(kills + 1)…\(kills + killsHere)", index == 0 ? failure : nil)
      }
      kills += killsHere
      bench.remove(run)
    }
    evidence.worst = "\(evidence.failures.count) runs differed"
    return evidence
  }
}
