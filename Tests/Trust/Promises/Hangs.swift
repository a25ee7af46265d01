import Foundation
import ProgramSupport

/// P10: whatever a run waits for in vain is noticed, and the job ends.
struct Hangs: Promise {
  let number = 10
  let statement = "no hang: a stopped or stuck rank or coordinator is named and ends the job"

  private static let silence = 3.0
  /// What a rank that is still starting is given besides.
  private static let startUp = 10.0
  /// What a busy machine may add.
  private static let slack = 15.0

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var slowest = 0.0
    let reference = try bench.reference("endless-free")
    for round in 0..<bench.size(short: 1, long: 6) {
      for victim in [Victim.worker, .coordinator, .chain] {
        let run = bench.freshPath()
        let failure =
          try victim == .chain
          ? endless(bench, run)
          : silent(bench, run, victim, reference, isEarly: round % 3 == 2, &slowest)
        evidence.record("\(victim), round \(round + 1)", failure)
        bench.remove(run)
      }
    }
    evidence.worst = String(format: "ended after %.1f s with --silence-seconds 3", slowest)
    return evidence
  }

  private enum Victim { case worker, coordinator, chain }

  /// Stops a rank for good: the job has to end by itself, name it, and go on when started again.
  private func silent(
    _ bench: Bench, _ run: String, _ victim: Victim, _ reference: Bench.Reference, isEarly: Bool,
    _ slowest: inout Double
  ) throws -> String? {
    let study = "endless-free"
    let running = try bench.start(
      ranks: 3, ["run", bench.study(study), "--out", run, "--silence-seconds", "\(Int(Self.silence))"])
    guard
      running.wait(
        timeoutSeconds: 30,
        until: {
          let ranks = ProcessTable.ranks(of: running.identifier)
          return ranks.count == 3 && ranks.allSatisfy { ProcessTable.catches(SIGUSR1, $0) }
            && (isEarly || FileManager.default.fileExists(atPath: run + "/status.json"))
        })
    else { return "did not start: \(running.wait(timeoutSeconds: 1).summary)" }
    let share = Double.random(in: 0...0.5, using: &bench.numbers)
    let isUnderWay = isEarly || bench.wait(for: running, run, share: share, of: reference)
    let ranks = ProcessTable.ranks(of: running.identifier)
    guard isUnderWay, ranks.count == 3 else { return "ended too early: \(running.wait(timeoutSeconds: 1).summary)" }
    let target = victim == .coordinator ? ranks[0] : ranks[Int.random(in: 1...2, using: &bench.numbers)]
    let start = ContinuousClock.now
    kill(target, SIGSTOP)
    let result = running.wait(timeoutSeconds: Self.silence + Self.startUp + Self.slack + 30)
    let taken = (ContinuousClock.now - start) / .seconds(1)
    slowest = max(slowest, taken)
    if result.timedOut {
      kill(target, SIGKILL)
      return "hung: \(result.summary)"
    }
    // An mpirun that does not end by itself is ended by launch/run, which says so.
    let mpirunHung = result.status == 137 && result.errorOutput.contains("mpirun hung")
    guard result.status == 75 || mpirunHung else { return result.summary }
    let limit = Self.silence + (isEarly ? Self.startUp : 0) + Self.slack
    guard taken < limit else { return "noticed after \(taken) s" }
    guard result.errorOutput.contains("silent for") || result.errorOutput.contains("MPI waits for")
    else { return "not said: \(result.summary)" }
    if victim == .worker, !isEarly, result.errorOutput.contains("silent for"),
      !result.errorOutput.contains("generation") && !result.errorOutput.contains("no chain in hand")
    {
      return "the chain is not named: \(result.summary)"
    }
    return try bench.finish(run, study: study, ranks: 3) ?? bench.difference(run, from: reference.run)
  }

  /// A chain that would take for ever ends as failed when its time is over; the others are untouched.
  private func endless(_ bench: Bench, _ run: String) throws -> String? {
    let result = try bench.ouroboros(
      ranks: 3, ["run", bench.study("endless"), "--out", run, "--chain-hours", "0.001"],
      timeoutSeconds: 120)
    guard !result.timedOut, result.status == 80 else { return result.summary }
    let failures = try String(contentsOfFile: run + "/failures.jsonl", encoding: .utf8)
    let lines = failures.split(separator: "\n")
    guard lines.count == 1, lines[0].contains("time limit"), lines[0].contains("--cell") else {
      return "failures.jsonl: \(failures)"
    }
    return nil
  }
}
