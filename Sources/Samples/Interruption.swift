import Synchronization

/// The request to stop and save, set by a signal or a time limit. Long loops inside a fit ask for it at
/// least every half second of work; the chain ends at its last committed generation.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Asks everything in this process to stop. Safe to call from a signal handler once the value has
  /// been read.
  public static func request() { requested.store(true, ordering: .relaxed) }

  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// - Throws: `Interrupted` when a stop was requested.
  public static func check() throws(Interrupted) { if isRequested { throw Interrupted() } }
}

/// Work was left unfinished because a stop was requested.
public struct Interrupted: Error, Sendable {
  public init() {}
}
