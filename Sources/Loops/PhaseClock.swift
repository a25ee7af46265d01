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
  private var last = monotonicSeconds()

  /// Charges the time since the last call to `phase`.
  mutating func charge(_ phase: Phase) {
    let now = monotonicSeconds()
    seconds[phase.rawValue] += now - last
    last = now
  }

  /// The seconds by phase since the last call, which start again at zero.
  mutating func take() -> [Double] {
    defer { for index in seconds.indices { seconds[index] = 0 } }
    return seconds
  }
}
