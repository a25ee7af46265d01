import Foundation
import ProgramSupport

/// P9: SIGTERM to mpirun itself, which leaves the ranks a second.
struct StoppedLaunchers: Promise {
  let number = 9
  let statement = "SIGTERM straight to mpirun costs the work since the last commit"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference()
    let wanted = bench.size(short: 4, long: 20)
    var slowest = 0.0
    var codes: [Int32: Int] = [:]
    var attempts = 0
    while evidence.tried < wanted && attempts < 3 * wanted {
      attempts += 1
      let run = bench.freshPath()
      let ranks = Int.random(in: 2...4, using: &bench.numbers)
      let running = try bench.start(ranks: ranks, ["run", bench.study(), "--out", run])
      usleep(UInt32(Double.random(in: 0.2...(1 + reference.seconds), using: &bench.numbers) * 1e6))
      let launcher = ProcessTable.descendants(of: running.identifier).first { $0.program == "mpirun" }
      let committed = try bench.committedRecords(run)
      guard let launcher, kill(launcher.identifier, SIGTERM) == 0 else {
        _ = running.wait(timeoutSeconds: 60)
        bench.remove(run)
        continue
      }
      let told = ContinuousClock.now
      let result = running.wait(timeoutSeconds: 60)
      slowest = max(slowest, (ContinuousClock.now - told) / .seconds(1))
      codes[result.status, default: 0] += 1
      var failure: String?
      if result.timedOut { failure = "hung after SIGTERM: \(result.summary)" }
      if try !committed.isSubset(of: bench.committedRecords(run)) { failure = failure ?? "records were lost" }
      failure = try failure ?? bench.finish(run, ranks: Int.random(in: 0...4, using: &bench.numbers))
      failure = try failure ?? bench.difference(run, from: reference.run)
      evidence.record("SIGTERM to mpirun, exit code \(result.status)", failure)
      bench.remove(run)
    }
    let ends = codes.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
    evidence.worst = String(format: "ended after %.1f s at most; exit codes %@", slowest, ends)
    return evidence
  }
}
