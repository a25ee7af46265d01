import Synchronization

/// The request to stop and save, set by a signal or a time limit. Long loops inside a fit or a measure ask
/// for it at least every half second of work; the chain ends at its last committed generation.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// What `check` asks while a chain runs, in place of the request alone: sees to messages and answers
  /// whether the chain should stop. Set and called on the one thread that runs chains.
  nonisolated(unsafe) public static var watch: (() throws -> Bool)?

  /// Asks everything in this process to stop. Safe to call from a signal handler once the value has
  /// been read.
  public static func request() { requested.store(true, ordering: .relaxed) }

  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Takes next to no time: a look at a clock.
  ///
  /// - Throws: `Interrupted` when a stop was requested or the chain's time is over, and what `watch` throws.
  public static func check() throws {
    if try watch?() ?? isRequested { throw Interrupted() }
  }
}

/// Work was left unfinished because a stop was requested.
public struct Interrupted: Error, Sendable {
  public init() {}
}
