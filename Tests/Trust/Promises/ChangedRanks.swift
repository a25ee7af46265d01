import Foundation
import ProgramSupport

/// P3: a run may go on with other numbers of ranks and hosts.
struct ChangedRanks: Promise {
  let number = 3
  let statement = "a stopped run goes on with any other number of ranks and hosts, to the same bits"

  /// Where a part of a run takes place.
  private enum Place: CustomStringConvertible {
    case ranks(Int)
    case hosts([Int])

    var description: String {
      switch self {
      case .ranks(let ranks): "\(ranks) ranks"
      case .hosts(let slots): "\(slots.count) hosts of \(slots.map(String.init).joined(separator: "+")) ranks"
      }
    }
  }

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference()
    let hosts = try? NamespaceHosts(3, on: bench)
    defer { hosts?.remove() }
    var places: [Place] = [.ranks(1), .ranks(2), .ranks(3), .ranks(4)]
    if hosts != nil { places.append(.hosts([2, 1, 1])) }
    var pairs: [(Place, Place)] = []
    if bench.isLong {
      for first in places { for second in places { pairs.append((first, second)) } }
    } else {
      pairs = [(places[3], places[0]), (places[0], places[2]), (places[1], places[places.count - 1])]
      if hosts != nil { pairs.append((places[4], places[1])) }
    }
    var stopped = 0
    for (first, second) in pairs {
      let run = bench.freshPath()
      let running = try start(first, run, hosts, bench)
      let share = Double.random(in: 0...0.8, using: &bench.numbers)
      _ = bench.wait(for: running, run, share: share, of: reference)
      running.send(signal: SIGUSR1)
      let result = running.wait(timeoutSeconds: 60)
      var failure: String?
      switch result.status {
      case 75: stopped += 1
      case 0: break
      default: failure = "stopping: \(result.summary)"
      }
      if failure == nil {
        let rest = try start(second, run, hosts, bench).wait(timeoutSeconds: 120)
        if rest.status != 0 { failure = "going on: \(rest.summary)" }
      }
      failure = try failure ?? bench.difference(run, from: reference.run)
      evidence.record("\(first), then \(second)", failure)
      bench.remove(run)
    }
    // Runs that ended before their stop prove less.
    evidence.worst =
      "\(evidence.failures.count) differed; \(stopped) stopped half way"
      + (hosts == nil ? "; hosts not tried: they need root and iproute2" : "")
    if stopped == 0 { evidence.record("stopping half way", "no run was stopped before its end") }
    return evidence
  }

  private func start(
    _ place: Place, _ run: String, _ hosts: NamespaceHosts?, _ bench: Bench
  ) throws -> RunningProgram {
    switch place {
    case .ranks(let ranks):
      return try bench.start(ranks: ranks, ["run", bench.study(), "--out", run])
    case .hosts(let slots):
      guard let hosts else { throw Unavailable("no hosts") }
      return try hosts.start(bench.study(), out: run, slots: slots)
    }
  }
}
