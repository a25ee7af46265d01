import Results

#if canImport(Glibc)
  import Glibc
#endif

/// Seconds on the monotonic clock.
package func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

/// Splits the time of a chain into phases.
///
/// Of generations that take microseconds only one in eight is read phase by phase; the time of those
/// between is split in its proportions. The readings would otherwise take a part of what they measure.
package struct PhaseClock {
  private var seconds = [Double](repeating: 0, count: Phase.allCases.count)
  /// When it was last read.
  package private(set) var now: Double
  private let read: () -> Double
  /// Phases of the last generation that was read, or is being read.
  private var pattern = [Double](repeating: 0, count: Phase.allCases.count)
  private var isReading = true
  private var hasBegun = false
  private var unread = 0

  /// Generations this short are mostly not read.
  private static let shortSeconds = 100e-6
  private static let unreadInRow = 7

  /// - Parameter read: seconds on a clock that never goes back.
  package init(read: @escaping () -> Double = monotonicSeconds) {
    self.read = read
    now = read()
  }

  /// Says that a generation begins.
  package mutating func begin() {
    if unread > 0 {
      unread -= 1
      isReading = false
      return
    }
    settle()
    let last = pattern.reduce(0, +)
    // What came before the first generation tells nothing of the others.
    if hasBegun, last < Self.shortSeconds { unread = Self.unreadInRow }
    for index in pattern.indices { pattern[index] = 0 }
    hasBegun = true
  }

  /// Charges the time since the last call to `phase`.
  package mutating func charge(_ phase: Phase) {
    guard isReading else { return }
    let time = read()
    seconds[phase.rawValue] += time - now
    pattern[phase.rawValue] += time - now
    now = time
  }

  /// The seconds by phase since the last call, which start again at zero.
  package mutating func take() -> [Double] {
    settle()
    unread = 0
    defer { for index in seconds.indices { seconds[index] = 0 } }
    return seconds
  }

  /// Splits the time of generations that were not read.
  private mutating func settle() {
    guard !isReading else { return }
    isReading = true
    let time = read()
    let total = pattern.reduce(0, +)
    if total > 0 {
      for index in pattern.indices { seconds[index] += (time - now) * pattern[index] / total }
    }
    now = time
  }
}
