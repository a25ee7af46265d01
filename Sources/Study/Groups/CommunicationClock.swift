import Glibc

/// Adds up what a rank's communication takes.
final class CommunicationClock {
  private(set) var nanoseconds: UInt64 = 0

  /// Counts the time since `start`, which `now` gave.
  func count(since start: UInt64) { nanoseconds += Self.now - start }

  /// Nanoseconds of a clock that never goes back.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
