import Foundation
import ProgramSupport

/// P29: hosts are reached by ssh, and only those whose keys are known.
struct ShellHosts: Promise {
  let number = 29
  let statement = "hosts are reached by ssh; an unknown or changed host key ends the run with a message"
  let programs = ["sshd", "ssh"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let hosts = try NamespaceHosts(3, on: bench)
    defer { hosts.remove() }
    let servers = try ShellServers(hosts, on: bench)
    defer { servers.stop() }
    let reference = try bench.reference()
    for slots in bench.isLong ? [[1, 1], [2, 1, 1], [1, 2, 2], [0, 2, 2]] : [[2, 1, 1]] {
      let run = bench.freshPath()
      let result = try start(hosts, servers, slots, run, bench).wait(timeoutSeconds: 120)
      let failure =
        result.status == 0 ? try bench.difference(run, from: reference.run) : result.summary
      evidence.record("ranks \(slots)", failure)
      evidence.record("after ranks \(slots)", left(hosts))
      bench.remove(run)
    }
    var slowest = 0.0
    let wrong: [(String, [String], String?)] = [
      ("changed key", hosts.names, "h2"), ("unknown key", ["h1", "h3"], nil),
    ]
    for (name, known, changed) in wrong {
      try servers.trust(known, changed: changed)
      let run = bench.freshPath()
      let result = try start(hosts, servers, [2, 1, 1], run, bench).wait(timeoutSeconds: 60)
      slowest = max(slowest, result.seconds)
      var failure: String?
      if result.timedOut { failure = "hung: \(result.summary)" }
      if result.status == 0 { failure = "the run went on: \(result.summary)" }
      let said = result.errorOutput + result.output
      // The client's own words, and the host's name in ours.
      if !said.contains("Host key verification failed") && !said.contains("host key") {
        failure = failure ?? "no word of the key: \(result.summary)"
      }
      if !said.contains("h2") { failure = failure ?? "no word of the host: \(result.summary)" }
      evidence.record(name, failure ?? left(hosts))
    }
    evidence.worst = "a wrong key ended the start after \(String(format: "%.1f", slowest)) s at most"
    return evidence
  }

  private func start(
    _ hosts: NamespaceHosts, _ servers: ShellServers, _ slots: [Int], _ run: String, _ bench: Bench
  ) throws -> RunningProgram {
    try hosts.start(bench.study(), out: run, slots: slots, rshAgent: servers.agent)
  }

  private func left(_ hosts: NamespaceHosts) -> String? {
    let left = hosts.leftovers()
    return left.isEmpty ? nil : "left behind: \(left.joined(separator: ", "))"
  }
}
