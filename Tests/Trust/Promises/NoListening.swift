import Foundation
import ProgramSupport

/// P21: nothing listens on the network but `serve`, and that on this machine alone.
struct NoListening: Promise {
  let number = 21
  let statement = "no process of a run listens on the network; serve listens on this machine alone"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var most = 0
    for ranks in bench.isLong ? [0, 1, 2, 3, 4] : [0, 3] {
      let run = bench.freshPath()
      let running = try bench.start(ranks: ranks, ["run", bench.study(), "--out", run])
      var seen: Set<Int32> = []
      var open: [Sockets.Listening] = []
      while running.isRunning {
        let ours = ranks == 0 ? [running.identifier] : ProcessTable.ranks(of: running.identifier)
        seen.formUnion(ours)
        open += Sockets.listening(of: ours)
        usleep(20_000)
      }
      let result = running.wait(timeoutSeconds: 60)
      most = max(most, Set(open.map { "\($0)" }).count)
      var failure = open.first.map { "process \($0.identifier) listens on \($0.address)" }
      if result.status != 0 { failure = failure ?? result.summary }
      if seen.count < max(ranks, 1) { failure = failure ?? "only \(seen.count) processes were seen" }
      evidence.record("run on \(ranks) ranks", failure)
    }
    try evidence.record("serve", served(bench))
    evidence.worst = "at most \(most) sockets of a run"
    return evidence
  }

  /// The other side of the same: that a socket that does listen is seen, and where.
  private func served(_ bench: Bench) throws -> String? {
    let server = try bench.start(["serve", bench.reference().run])
    defer {
      server.send(signal: SIGTERM)
      _ = server.wait(timeoutSeconds: 10)
    }
    guard server.wait(timeoutSeconds: 20, until: { server.output.hasSuffix("/\n") }) else {
      return "did not start: \(server.errorOutput)"
    }
    let open = Sockets.listening(of: [server.identifier])
    guard open.count == 1 else { return "\(open.count) sockets" }
    return open[0].isLoopback ? nil : "listens on \(open[0].address)"
  }
}
