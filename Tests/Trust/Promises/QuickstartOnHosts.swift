import Foundation
import ProgramSupport

/// P28: the quickstart study, killed ten times on three hosts with changing numbers of ranks. Tried only
/// when it is asked for by name: the whole of it takes many minutes.
struct QuickstartOnHosts: Promise {
  let number = 28
  let statement = "the quickstart study, killed 10 times on three hosts, ends with the bits of one process"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let hosts = try NamespaceHosts(3, on: bench)
    defer { hosts.remove() }
    let study = Launch.packageRoot.appendingPathComponent("launch/studies/quickstart.yaml").path
    // The whole study in the long form; the first generations of two seeds in the short one.
    let more = bench.isLong ? [] : ["--set", "generations=4", "--set", "seeds=0..<2"]
    let alone = bench.freshPath("reference")
    let limit = bench.isLong ? 3600.0 : 600
    let reference = try bench.ouroboros(["run", study, "--out", alone] + more, timeoutSeconds: limit)
    guard reference.status == 0 else { throw Surprise("the undisturbed run", reference) }
    let run = bench.freshPath()
    let total = fileBytes(under: "\(alone)/segments")
    let kills = 10
    var redone = 0.0
    for blow in 0..<kills {
      let slots = hosts.names.map { _ in Int.random(in: 1...2, using: &bench.numbers) }
      let job = try hosts.start(study, out: run, slots: slots, more)
      // Spread over the study, after some time in which work is under way that is not committed.
      let target = Double(total) * Double(blow) / Double(kills + 2)
      guard hosts.waitForRanks(slots, of: job),
        job.wait(timeoutSeconds: limit, until: { Double(fileBytes(under: "\(run)/segments")) > target })
      else {
        evidence.record("kill \(blow + 1)", "the run ended or hung before: \(job.wait(timeoutSeconds: 10).summary)")
        continue
      }
      usleep(UInt32(Double.random(in: 0...min(reference.seconds / 20, 10), using: &bench.numbers) * 1e6))
      // A rank on any host, or the first host's mpirun.
      var victims = hosts.names.flatMap { hosts.ranks(on: $0) }
      victims += hosts.processes(on: "h1").filter { $0.program == "mpirun" }.map(\.identifier)
      guard job.isRunning, let victim = victims.randomElement(using: &bench.numbers) else {
        evidence.record("kill \(blow + 1)", "there was nobody to kill")
        continue
      }
      kill(victim, SIGKILL)
      let ended = job.wait(timeoutSeconds: 60)
      redone = max(redone, ended.seconds)
      let left = hosts.leftovers(patienceSeconds: 30)
      evidence.record(
        "kill \(blow + 1)",
        ended.timedOut ? "hung: \(ended.summary)" : left.isEmpty ? nil : "left behind: \(left.joined(separator: ", "))")
    }
    let last = try hosts.start(study, out: run, slots: [1, 2, 1], more).wait(timeoutSeconds: limit)
    let failure = last.status == 0 ? try bench.difference(run, from: alone) : last.summary
    evidence.record("the end", failure)
    evidence.worst =
      "\(failure == nil ? 0 : 1) of 1 results differ after \(kills) kills; longest stretch between kills \(Int(redone)) s"
    return evidence
  }
}
