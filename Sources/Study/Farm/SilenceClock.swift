/// How long nothing has been heard of somebody, by the clock of one who listens all the time.
///
/// Only time in which this process itself was awake counts: after a long computation, or a machine that was
/// put to sleep, the other side gets the time to be heard again.
package struct SilenceClock {
  private var silent = 0.0
  private var last: Double

  /// The most that one look adds.
  private static let mostSeconds = 1.0

  package init(now: Double) { last = now }

  /// Something was heard.
  package mutating func heard(now: Double) {
    silent = 0
    last = now
  }

  /// - Returns: the seconds of silence.
  package mutating func look(now: Double) -> Double {
    silent += min(max(now - last, 0), Self.mostSeconds)
    last = now
    return silent
  }
}

/// After how many seconds without a word a rank counts as lost.
package struct SilenceLimit: Sendable {
  package let seconds: Double
  /// Seconds between two signs of life, where nothing else is sent.
  package var signSeconds: Double { min(1, seconds / 4) }

  package init(seconds: Double) { self.seconds = seconds }
}
