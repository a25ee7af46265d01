import Foundation
import ProgramSupport

/// P6: an fsync that fails is believed.
struct FailedSync: Promise {
  let number = 6
  let statement = "a failed fsync or close ends the run with a message and is never tried again on that file"
  let programs = ["strace"]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let calls = try bench.calls(["fsync", "fdatasync", "close"]).filter {
      // Data are at stake where something was written; a reader's close tells nothing.
      $0.name != "close" || $0.text.contains(".ouroboros-") && !$0.text.contains("sqlite")
    }
    var retried = 0
    for call in bench.choice(of: calls, short: 16, long: 200) {
      let outcome = try bench.failing(call, error: "EIO") { calls, run in
        let failure = retry(calls)
        if failure != nil { retried += 1 }
        return failure
      }
      if let outcome { evidence.record("EIO at \(call.description)", outcome.failure) }
    }
    evidence.worst = "of \(calls.count) calls; \(retried) tried again on the same descriptor"
    return evidence
  }

  /// A second attempt on a descriptor that was not closed in between.
  private func retry(_ calls: [FileCall]) -> String? {
    guard let failed = calls.firstIndex(where: { $0.text.contains("INJECTED") }) else { return nil }
    let (process, descriptor) = (calls[failed].process, calls[failed].descriptor)
    for call in calls[(failed + 1)...] where call.process == process && call.descriptor == descriptor {
      if call.name == "close" { return nil }
      if ["fsync", "fdatasync", "write"].contains(call.name) { return "tried again: \(call.description)" }
    }
    return nil
  }
}
