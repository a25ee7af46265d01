import Foundation
import ProgramSupport

/// P8: a run that is told to stop does so at once, whatever it is doing.
struct StopSignals: Promise {
  let number = 8
  let statement = "SIGUSR1 at any moment: committed and stopped within 5 s, exit code 75"

  private static let mostSeconds = 5.0

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    var seconds: [Double] = []
    let reference = try bench.reference()
    for index in 0..<bench.size(short: 12, long: 100) {
      // One in four is the small study, whose phases are short; the others fit and measure for long.
      let isSmall = index % 4 == 3
      let study = isSmall ? "nano" : "slow"
      let ranks = Int.random(in: 0...1, using: &bench.numbers) * 3
      let run = bench.freshPath()
      let running = try bench.start(
        ranks: ranks, ["run", bench.study(study), "--out", run] + Self.cell(index))
      let longest = isSmall ? reference.seconds : bench.isLong ? 10.0 : 4.0
      let wait = Double.random(in: 0...longest, using: &bench.numbers)
      // Before its first line a program alone cannot have asked for the signal.
      _ = running.wait(timeoutSeconds: 20) {
        ranks > 0 || ProcessTable.catches(SIGUSR1, running.identifier)
      }
      usleep(UInt32(wait * 1e6))
      let wasRunning = running.isRunning
      let start = ContinuousClock.now
      running.send(signal: SIGUSR1)
      let result = running.wait(timeoutSeconds: 30)
      let taken = (ContinuousClock.now - start) / .seconds(1)
      if wasRunning { seconds.append(taken) }
      var failure: String?
      if result.status != 75 && !(isSmall && result.status == 0) && !(!wasRunning && result.status == 0) {
        failure = result.summary
      } else if taken > Self.mostSeconds {
        failure = "stopped after \(Self.shown(taken)): \(result.summary)"
      } else if isSmall {
        failure = try bench.finish(run) ?? bench.difference(run, from: reference.run)
      } else if FileManager.default.fileExists(atPath: run + "/plan.json") {
        let verified = try bench.ouroboros(["verify", run])
        if ![0, 75].contains(verified.status) { failure = "verify: \(verified.summary)" }
      }
      evidence.record("\(study) on \(ranks) ranks, after \(Self.shown(wait))", failure)
      bench.remove(run)
    }
    seconds.sort()
    if !seconds.isEmpty {
      func at(_ share: Double) -> String {
        Self.shown(seconds[min(Int(share * Double(seconds.count)), seconds.count - 1)])
      }
      evidence.worst = "slowest stop \(at(1)), median \(at(0.5)), p99 \(at(0.99))"
    }
    return evidence
  }

  /// Every second time generations of one kind alone, so that each kind is met.
  private static func cell(_ index: Int) -> [String] {
    switch index % 4 {
    case 0: ["--set", "zip.model=[{name: gaussian-mixture, components: 50, tolerance: 0.0, maximum_steps: 20000}]"]
    case 1: ["--set", "zip.model=[{name: kernel-density}]"]
    default: []
    }
  }

  private static func shown(_ seconds: Double) -> String { String(format: "%.2f s", seconds) }
}
