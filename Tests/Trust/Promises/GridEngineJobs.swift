import Foundation
import ProgramSupport

/// P32: a job under Grid Engine goes on by itself.
struct GridEngineJobs: Promise {
  let number = 32
  let statement = "a Grid Engine job that runs out of time goes on by itself, to the same bits; a deleted one ends"
  let programs = ["apt-get", "dpkg"]
  private let more = ["--set", "generations=80"]

  func evidence(on bench: Bench) throws -> Evidence {
    guard bench.isLong else { throw Unavailable("Grid Engine's packages are fetched: long form only") }
    var evidence = Evidence()
    let reference = try bench.reference("nano", more)
    let hosts = try NamespaceHosts(1, on: bench)
    defer { hosts.remove() }
    let engine = try GridEngine(hosts, on: bench)
    var requeues = 0
    evidence.record("time limit", try timeLimit(engine, bench, reference, &requeues))
    evidence.record("qdel", try deleted(engine, hosts, bench, reference))
    evidence.worst = "queued again \(requeues) times"
    return evidence
  }

  /// A minute, of which the run may use some seconds: it needs further jobs.
  private func timeLimit(
    _ engine: GridEngine, _ bench: Bench, _ reference: Bench.Reference, _ requeues: inout Int
  ) throws -> String? {
    let run = bench.freshPath()
    let number = try engine.submit(try script(bench, run: run, saveBefore: 56))
    var last: String? = "qw"
    let deadline = ContinuousClock.now + .seconds(240)
    while ContinuousClock.now < deadline, let before = last {
      usleep(300_000)
      last = try engine.state(number)
      if let last, last.contains("E") { return "the job is \(last): \(engine.log(number))" }
      // `Rq`: it was queued again.
      if let last, last.contains("q"), !before.contains("q") { requeues += 1 }
    }
    if let last { return "the job is still \(last): \(engine.log(number))" }
    guard requeues > 0 else { return "the job was never queued again: \(engine.log(number))" }
    return try bench.difference(run, from: reference.run).map { "\($0)\n\(engine.log(number))" }
  }

  /// A job that somebody deletes saves, stays away, and can be finished by hand.
  private func deleted(
    _ engine: GridEngine, _ hosts: NamespaceHosts, _ bench: Bench, _ reference: Bench.Reference
  ) throws -> String? {
    let run = bench.freshPath()
    let number = try engine.submit(try script(bench, run: run, saveBefore: 1))
    let target = fileBytes(under: "\(reference.run)/segments") / 5
    let deadline = ContinuousClock.now + .seconds(60)
    while fileBytes(under: "\(run)/segments") <= target {
      guard ContinuousClock.now < deadline else { return "no progress: \(engine.log(number))" }
      usleep(50_000)
    }
    try engine.delete(number)
    while try engine.state(number) != nil {
      guard ContinuousClock.now < deadline + .seconds(60) else { return "not gone after qdel" }
      usleep(300_000)
    }
    guard hosts.ranks(on: "h1").isEmpty else { return "ranks left after qdel" }
    let verified = try bench.ouroboros(["verify", run])
    guard verified.status == 75 else { return "the state after qdel: \(verified.summary)" }
    return try bench.finish(run, ranks: 3, more) ?? bench.difference(run, from: reference.run)
  }

  /// Writes the script of a job.
  private func script(_ bench: Bench, run: String, saveBefore: Int) throws -> String {
    let path = bench.freshPath("job.sh")
    let result = try bench.ouroboros(
      ["script", "--scheduler", "sge", bench.study(), "--out", run] + more + [
        "--ranks-per-node", "3", "--hours", "0.016", "--save-before", "\(saveBefore)", "-o", path,
        "--launch", Launch.packageRoot.appendingPathComponent("launch").path,
      ])
    guard result.status == 0 else { throw Surprise("ouroboros script", result) }
    return path
  }
}
