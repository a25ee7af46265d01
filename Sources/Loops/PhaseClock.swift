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
struct PhaseClock {
  private(set) var seconds = [Double](repeating: 0, count: Phase.allCases.count)
  /// When it was last read.
  private(set) var now = monotonicSeconds()

  /// Charges the time since the last call to `phase`.
  mutating func charge(_ phase: Phase) {
    let time = monotonicSeconds()
    seconds[phase.rawValue] += time - now
    now = time
  }

  /// The seconds by phase since the last call, which start again at zero.
  mutating func take() -> [Double] {
    defer { for index in seconds.indices { seconds[index] = 0 } }
    return seconds
  }
}
