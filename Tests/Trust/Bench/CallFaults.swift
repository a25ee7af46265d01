import Foundation
import ProgramSupport

/// Trying errors of single calls: what a run must do when the disk says no.
extension Bench {
  /// Runs pico with an error at one of its calls and judges how it ended: exit code 74, one message that
  /// names a file of the run, and a run that resumes to the undisturbed bits.
  ///
  /// - Parameters:
  ///   - words: what the message has to hold as well.
  /// - Returns: what went wrong, nil where nothing did; and nil in place of all that where the run never
  ///   made the call, e.g. since it was one of the clock's.
  func failing(
    _ call: FileCall, error: String, words: [String] = [],
    judging more: (_ calls: [FileCall], _ run: String) -> String? = { _, _ in nil }
  ) throws -> (failure: String?, message: String)? {
    let reference = try reference("pico")
    let run = freshPath()
    defer { remove(run) }
    let (result, calls) = try traced(
      "pico", into: run, FileCall.changing,
      faults: ["\(call.name):error=\(error):when=\(call.ordinal)"])
    guard calls.contains(where: { $0.text.contains("INJECTED") && $0.text.contains(run) }) else {
      return nil
    }
    let message = result.errorOutput.split(separator: "\n").filter { $0.hasPrefix("ouroboros: ") }
    let text = message.joined(separator: "\n").replacingOccurrences(of: run, with: "RUN")
    var failure: String?
    if result.status != 74 { failure = "not exit code 74: \(result.summary)" }
    if message.count != 1 || !text.contains("RUN") { failure = failure ?? "not one message: \(result.summary)" }
    if let missing = words.first(where: { !text.contains($0) }) {
      failure = failure ?? "the message does not say '\(missing)': \(text)"
    }
    failure = failure ?? more(calls, run)
    failure = try failure ?? finish(run, study: "pico")
    failure = try failure ?? difference(run, from: reference.run)
    return (failure, text)
  }

  /// The calls of an undisturbed run of pico on files of its folder.
  func calls(_ names: [String]) throws -> [FileCall] {
    let run = freshPath()
    defer { remove(run) }
    let (result, calls) = try traced("pico", into: run, names)
    guard result.status == 0 else { throw Surprise("the counting run", result) }
    return calls.filter { $0.text.contains(run) }
  }
}
