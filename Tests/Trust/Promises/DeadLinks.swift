import Foundation
import ProgramSupport

/// P31: what P10 promises, between hosts: a dead link, daemon or rank ends the job, leaves nothing on any
/// host, and the run goes on elsewhere to the same bits.
///
/// The time after which a silent host counts as lost is scaled from the 90 s that are shipped to 9 s.
struct DeadLinks: Promise {
  let number = 31
  let statement = "a dead link, daemon or rank on another host ends the job; it goes on elsewhere"
  let programs = ["sshd", "ssh"]

  func evidence(on bench: Bench) throws -> Evidence {
    enum Fault: String, CaseIterable {
      case link = "cut link"
      /// The ranks notice it before TCP does: what they say of it is then under way on the dead link.
      case noticedLink = "cut link noticed by ranks"
      case usedLink = "cut link in use"
      /// When all chains are handed out: the lost rank still works, takes its leave and waits for the others.
      case lateLink = "cut link before the end"
      case daemon = "killed daemon"
      case rank = "killed remote rank"

      var isLink: Bool { [.link, .noticedLink, .usedLink, .lateLink].contains(self) }
    }
    let lostAfter = 9
    var evidence = Evidence()
    let hosts = try NamespaceHosts(3, on: bench)
    defer { hosts.remove() }
    let servers = try ShellServers(hosts, on: bench)
    defer { servers.stop() }
    let generations = ["--set", "generations=12"]
    let oneSeed = generations + ["--set", "seeds=0..<1"]
    var slowest: [Fault: Double] = [:]
    let rounds = bench.size(short: 1, long: 3)
    for fault in (0..<rounds).flatMap({ _ in Fault.allCases }) {
      let run = bench.freshPath()
      let slots = [2, 1, 1]
      let settings = fault == .lateLink ? oneSeed : generations
      let reference = try bench.reference("nano", settings)
      let job = try hosts.start(
        bench.study(), out: run, slots: slots, options: ["--lost-after", "\(lostAfter)"],
        rshAgent: servers.agent, settings + (fault == .noticedLink ? ["--silence-seconds", "5"] : []))
      var failure: String?
      let share = Double.random(in: 0...0.4, using: &bench.numbers)
      let isUnderWay =
        hosts.waitForRanks(slots, of: job) && bench.wait(for: job, run, share: share, of: reference)
      guard isUnderWay else {
        evidence.record(fault.rawValue, "no fault could be made: \(job.wait(timeoutSeconds: 60).summary)")
        continue
      }
      switch fault {
      case .link, .noticedLink, .usedLink, .lateLink:
        try hosts.cable(of: "h3", isUp: false)
        if fault == .usedLink {
          // mpirun hands it on to all hosts; from then on TCP repeats it instead of asking for life.
          let launchers = hosts.processes(on: "h1").filter { $0.program == "mpirun" }
          for launcher in launchers { kill(launcher.identifier, SIGCONT) }
          if launchers.isEmpty { failure = "there was no mpirun on h1" }
        }
      case .daemon:
        let daemons = hosts.processes(on: "h2").filter { $0.program == "orted" }
        for daemon in daemons { kill(daemon.identifier, SIGKILL) }
        if daemons.isEmpty { failure = "there was no daemon on h2" }
      case .rank:
        let ranks = hosts.ranks(on: "h3")
        for rank in ranks { kill(rank, SIGKILL) }
        if ranks.isEmpty { failure = "there was no rank on h3" }
      }
      let start = ContinuousClock.now
      // Open MPI by itself does not notice a cut link for more than ten minutes.
      let result = job.wait(timeoutSeconds: Double(lostAfter) + 40)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      slowest[fault] = max(slowest[fault] ?? 0, seconds)
      if result.timedOut { failure = failure ?? "hung: \(result.summary)" }
      if ![137, 205, 255].contains(result.status) {
        failure = failure ?? "expected 137, 205 or 255: \(result.summary)"
      }
      let left = hosts.leftovers(patienceSeconds: Double(lostAfter) + 20)
      if !left.isEmpty { failure = failure ?? "left behind: \(left.joined(separator: ", "))" }
      // The lost host stays away.
      let rest = try hosts.start(bench.study(), out: run, slots: [2, 1], rshAgent: servers.agent, settings)
        .wait(timeoutSeconds: 120)
      if rest.status != 0 { failure = failure ?? "going on with two hosts: \(rest.summary)" }
      failure = try failure ?? bench.difference(run, from: reference.run)
      evidence.record(fault.rawValue, failure)
      if fault.isLink { try hosts.cable(of: "h3", isUp: true) }
      bench.remove(run)
    }
    if bench.isLong, (try? hosts.slowLink(of: "h1", kilobits: 256)) != nil {
      evidence.record("slow link", try slowLink(hosts, servers, bench, generations))
    }
    evidence.worst =
      Fault.allCases.compactMap { fault in
        slowest[fault].map { "\(fault.rawValue) noticed in \(String(format: "%.1f", $0)) s" }
      }.joined(separator: ", ") + " (lost after \(lostAfter) s; 90 s shipped)"
    return evidence
  }

  /// A link of 256 kilobits a second, which a host then has, is no dead link: the run ends as ever.
  private func slowLink(
    _ hosts: NamespaceHosts, _ servers: ShellServers, _ bench: Bench, _ more: [String]
  ) throws -> String? {
    let run = bench.freshPath()
    let result = try hosts.start(
      bench.study(), out: run, slots: [2, 1, 1], options: ["--lost-after", "9"], rshAgent: servers.agent, more
    ).wait(timeoutSeconds: 150)
    guard result.status == 0 else { return result.summary }
    return try bench.difference(run, from: bench.reference("nano", more).run)
  }
}
