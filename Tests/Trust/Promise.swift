/// A promise of the program and the test that proves it. Adding one is a file under `Promises/` and a
/// line in `promises`.
protocol Promise: Sendable {
  /// P1, P2, ….
  var number: Int { get }
  /// What is promised, in one line.
  var statement: String { get }
  /// Programs without which it cannot be tried, e.g. `strace`; looked for on the search path.
  var programs: [String] { get }
  /// Tries it: the short form in some ten seconds, the long one in a few minutes.
  ///
  /// - Throws: `Unavailable` where this machine cannot try it; anything else counts as a failure.
  func evidence(on bench: Bench) throws -> Evidence
}

extension Promise {
  var name: String { "P\(number)" }
  var programs: [String] { [] }
}

/// Why a promise cannot be tried here, e.g. "needs root".
struct Unavailable: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
