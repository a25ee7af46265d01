import Foundation
import ProgramSupport

/// P27: a job under Slurm goes on by itself.
struct SlurmJobs: Promise {
  let number = 27
  let statement = "a Slurm job that runs out of time or is preempted goes on by itself, to the same bits"
  let programs = ["slurmctld", "slurmd", "sbatch", "munged"]
  /// Slurm looks at its clocks twice a minute: a minute of work.
  private let more = ["--set", "generations=240"]

  func evidence(on bench: Bench) throws -> Evidence {
    guard bench.isLong else { throw Unavailable("Slurm takes minutes: long form only") }
    var evidence = Evidence()
    let reference = try bench.reference("nano", more)
    let slurm = try SlurmCluster(on: bench)
    defer { slurm.stop() }
    var requeues = 0
    evidence.record("time limit", try timeLimit(slurm, bench, reference, &requeues))
    evidence.record("preemption", try preemption(slurm, bench, reference, &requeues))
    evidence.record("scancel", try cancelled(slurm, bench, reference))
    evidence.worst = "queued again \(requeues) times"
    return evidence
  }

  /// Writes the script of a job, which `ouroboros script` prints.
  private func script(
    _ bench: Bench, run: String, minutes: Double, saveBefore: Int
  ) throws -> String {
    let path = bench.freshPath("job.sh")
    let result = try bench.ouroboros(
      ["script", "--scheduler", "slurm", bench.study(), "--out", run] + more + [
        "--ranks-per-node", "2", "--hours", "\(minutes / 60)", "--save-before", "\(saveBefore)",
        "--partition", "low", "-o", path,
        "--launch", Launch.packageRoot.appendingPathComponent("launch").path,
      ])
    guard result.status == 0 else { throw Surprise("ouroboros script", result) }
    return path
  }

  /// Two minutes of which the run may use some seconds: it needs a second job.
  private func timeLimit(
    _ slurm: SlurmCluster, _ bench: Bench, _ reference: Bench.Reference, _ requeues: inout Int
  ) throws -> String? {
    let run = bench.freshPath()
    let number = try slurm.submit([try script(bench, run: run, minutes: 2, saveBefore: 115)])
    let ended = try slurm.wait(for: number, timeoutSeconds: 240) {
      ["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"].contains($0.state)
    }
    let job = try slurm.job(number)
    requeues += job.restarts
    guard ended, job.state == "COMPLETED" else { return "the job is \(job.state): \(log(number, bench))" }
    guard job.restarts > 0 else { return "the job was never queued again" }
    return try bench.difference(run, from: reference.run)
  }

  /// A job of more weight takes the node.
  private func preemption(
    _ slurm: SlurmCluster, _ bench: Bench, _ reference: Bench.Reference, _ requeues: inout Int
  ) throws -> String? {
    let run = bench.freshPath()
    let number = try slurm.submit([try script(bench, run: run, minutes: 60, saveBefore: 300)])
    guard try waitForProgress(run, reference, bench) else { return "no progress: \(log(number, bench))" }
    let other = try slurm.submit(["--partition", "high", "-n", "2", "--wrap", "sleep 1", "-o", "/dev/null"])
    guard try slurm.wait(for: other, timeoutSeconds: 90, until: { $0.state == "COMPLETED" }) else {
      return "the other job is \(try slurm.job(other).state)"
    }
    guard try slurm.wait(for: number, timeoutSeconds: 180, until: { $0.state == "COMPLETED" }) else {
      return "the job is \(try slurm.job(number).state): \(log(number, bench))"
    }
    let restarts = try slurm.job(number).restarts
    requeues += restarts
    guard restarts > 0 else { return "the job was not preempted" }
    return try bench.difference(run, from: reference.run)
  }

  /// A job that somebody cancels saves, stays away, and can be finished by hand.
  private func cancelled(
    _ slurm: SlurmCluster, _ bench: Bench, _ reference: Bench.Reference
  ) throws -> String? {
    let run = bench.freshPath()
    let number = try slurm.submit([try script(bench, run: run, minutes: 60, saveBefore: 300)])
    guard try waitForProgress(run, reference, bench) else { return "no progress: \(log(number, bench))" }
    try slurm.cancel(number)
    guard try slurm.wait(for: number, timeoutSeconds: 60, until: { $0.state == "CANCELLED" }) else {
      return "the job is \(try slurm.job(number).state)"
    }
    // Long enough for a job that was queued again to show itself.
    sleep(10)
    let state = try slurm.job(number).state
    guard state == "CANCELLED" else { return "the cancelled job is \(state)" }
    let verified = try bench.ouroboros(["verify", run])
    guard verified.status == 75 else { return "the state after scancel: \(verified.summary)" }
    return try bench.finish(run, ranks: 2, more) ?? bench.difference(run, from: reference.run)
  }

  private func waitForProgress(_ run: String, _ reference: Bench.Reference, _ bench: Bench) throws -> Bool {
    let target = fileBytes(under: "\(reference.run)/segments") / 5
    for _ in 0..<600 {
      if fileBytes(under: "\(run)/segments") > target { return true }
      usleep(100_000)
    }
    return false
  }

  /// The last words of a job.
  private func log(_ number: String, _ bench: Bench) -> String {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: bench.folder)) ?? []
    guard let name = names.first(where: { $0.hasSuffix("-\(number).log") }) else { return "no log" }
    return String(((try? String(contentsOfFile: "\(bench.folder)/\(name)", encoding: .utf8)) ?? "").suffix(1500))
  }
}
