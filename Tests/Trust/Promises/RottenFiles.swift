import Foundation
import ProgramSupport

/// P4: what is not as it was written is noticed before it is used.
///
/// Of a finished run `verify` must object to every changed file that a result is read from: segments, plan,
/// manifest, database, failures, kept samples and models. A state that is gone is computed again, and
/// `status.json` is for the eye. Running the study again, finished or not, must then give the undisturbed
/// results or refuse with the file's name.
struct RottenFiles: Promise {
  let number = 4
  let statement = "torn, rotten, swapped and lost files are found by verify and never become a result"

  private static let study = "rot"
  private static let classes = [
    "segments", "plan.json", "manifest.json", "status.json", "results.sqlite", "failures.jsonl", "state",
    "samples", "models",
  ]

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = bench.freshPath("reference")
    let made = try bench.ouroboros(["run", bench.study(Self.study), "--out", reference])
    // Two of its chains diverge.
    guard made.status == 80 else { throw Surprise("the undisturbed run", made) }
    let unfinished = try stopped(bench, of: made.seconds)
    var (noticed, repaired, refused) = (0, 0, 0)
    for (base, isFinished) in [(reference, true), (unfinished, false)] {
      for (index, (name, corruption)) in try cases(base, isFinished, bench).enumerated() {
        let run = try bench.copy(base)
        defer { bench.remove(run) }
        guard try corruption.apply(to: name, in: run) else { continue }
        var failure: String?
        if isFinished {
          failure = try verified(run, name, corruption, bench)
          noticed += failure == nil ? 1 : 0
        }
        // Running again costs more than looking.
        if failure == nil, !isFinished || index % bench.size(short: 4, long: 8) == 0 {
          let result = try bench.ouroboros(["run", bench.study(Self.study), "--out", run])
          if result.status == 80 {
            failure = try bench.difference(run, from: reference)
            repaired += 1
          } else {
            failure = complaint(result, name, corruption)
            refused += 1
          }
        }
        evidence.record("\(isFinished ? "finished" : "unfinished") run, \(name) \(corruption)", failure)
      }
    }
    evidence.worst =
      "\(evidence.tried - evidence.survived) unnoticed; \(noticed) found by verify, \(repaired) repaired, \(refused) refused"
    return evidence
  }

  /// What `verify` says of a finished run, if that is wrong.
  private func verified(
    _ run: String, _ name: String, _ corruption: Corruption, _ bench: Bench
  ) throws -> String? {
    let result = try bench.ouroboros(["verify", run])
    if name == "status.json", !isSwap(corruption) {
      return result.status == 0 ? nil : "a file for the eye: \(result.summary)"
    }
    if name.hasPrefix("state/"), case .deleted = corruption {
      return result.status == 0 ? nil : "a shortcut is gone: \(result.summary)"
    }
    return complaint(result, name, corruption)
  }

  private func isSwap(_ corruption: Corruption) -> Bool {
    if case .swapped = corruption { true } else { false }
  }

  /// What is missing from a refusal.
  private func complaint(_ result: ProgramResult, _ name: String, _ corruption: Corruption) -> String? {
    guard [65, 66, 74, 75].contains(result.status), !result.timedOut else { return "not noticed: \(result.summary)" }
    var names = [name]
    if case .swapped(let other) = corruption { names.append(other) }
    let said = result.output + result.errorOutput
    return names.contains { said.contains($0) } ? nil : "the file is not named: \(result.summary)"
  }

  private func cases(
    _ run: String, _ isFinished: Bool, _ bench: Bench
  ) throws -> [(name: String, corruption: Corruption)] {
    let all = try bench.files(run).mapValues(\.count).filter { $0.value > 0 }
    var cases: [(String, Corruption)] = []
    for group in Self.classes {
      let names = all.keys.filter { $0 == group || $0.hasPrefix(group + "/") }.sorted()
      guard !names.isEmpty else { continue }
      func draw(_ count: Int, _ make: (_ name: String, _ bytes: Int) -> Corruption) {
        for _ in 0..<count {
          guard let name = names.randomElement(using: &bench.numbers), let bytes = all[name] else { continue }
          cases.append((name, make(name, bytes)))
        }
      }
      func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &bench.numbers) }
      let scale = isFinished ? 1 : 2
      draw(bench.size(short: 1, long: 24) / scale) { .truncated($1 * number(0..<64) / 64) }
      draw(bench.size(short: 2, long: 24) / scale) { .truncated(number(0..<min($1, 256))) }
      draw(bench.size(short: 4, long: isFinished ? 80 : 30) / scale) {
        .flipped(byte: number(0..<$1), bit: number(0..<8))
      }
      draw(bench.size(short: 1, long: 12) / scale) { .zeroed(from: number(0..<($1 + 4095) / 4096) * 4096) }
      draw(bench.size(short: 1, long: 4) / scale) { _, _ in .deleted }
      draw(bench.size(short: 2, long: 16) / scale) { name, _ in
        // Most dangerous is a file of the same kind.
        let others = (number(0..<4) > 0 && names.count > 1 ? names : all.keys.sorted()).filter { $0 != name }
        return .swapped(with: others[number(0..<others.count)])
      }
    }
    return cases
  }

  /// A run that was stopped on the way, with records and the checkpoint of a fit.
  ///
  /// - Parameter seconds: what the undisturbed run took.
  private func stopped(_ bench: Bench, of seconds: Double) throws -> String {
    for _ in 1...60 {
      let run = bench.freshPath("stopped")
      let hours = Double.random(in: 0...seconds, using: &bench.numbers) / 3600
      let result = try bench.ouroboros(
        ["run", bench.study(Self.study), "--out", run, "--max-hours", "\(hours)"])
      if result.status == 75, try !bench.committedRecords(run).isEmpty,
        try bench.files("\(run)/state").keys.contains(where: { $0.contains(".fit.") })
      {
        return run
      }
      bench.remove(run)
    }
    throw Unavailable("no attempt of 60 was stopped inside a fit")
  }
}
