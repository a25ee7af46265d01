import Results

/// How long one chain may take (`run --chain-hours`). Seconds are no part of a study, so that a chain past
/// its limit ends as `failed`, never with other numbers, and a run with a larger limit tries it again.
package struct ChainTimeLimit: Sendable {
  package let hours: Double

  package init(hours: Double) { self.hours = hours }

  var seconds: Double { 3600 * hours }

  private static let start = "the time limit of "
  private static let end = " h passed (--chain-hours)"

  /// What the record of the chain says.
  package var reason: String { "\(Self.start)\(hours)\(Self.end)" }

  /// The limit that ended a chain, in hours; nil for a chain that ended otherwise.
  static func hours(inReason reason: String) -> Double? {
    guard reason.hasPrefix(start), reason.hasSuffix(end) else { return nil }
    return Double(reason.dropFirst(start.count).dropLast(end.count))
  }
}

extension ChainHistory {
  /// Whether the chain ended for want of time and may have more of it now.
  ///
  /// - Parameter hours: the limit now; nil for none.
  package func canBeTriedAgain(chainHours hours: Double?) -> Bool {
    guard status == .failed, let before = ChainTimeLimit.hours(inReason: message) else { return false }
    return hours.map { $0 > before } ?? true
  }
}
