/// Whether a mean over seeds is governed by a few of them, as under collapse, where the spread of
/// raw moments grows so fast that a sample mean of a hundred seeds no longer shows the expectation.
public struct HeavyTail: Sendable, Equatable {
  /// The largest squared deviation from the mean over the sum of all.
  public let largestShare: Double
  /// Whether the standard error and interval of the mean should not be trusted: one seed holds at
  /// least half of the variance. For n normal values the share is about 2·ln(n)/n: 0.3 at n = 20,
  /// 0.09 at 100.
  public var isHeavy: Bool { largestShare >= 0.5 }

  /// - Returns: `nil` for fewer than 20 finite values, where the share says nothing, or a spread of
  ///   zero.
  public init?(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    guard finite.count >= 20 else { return nil }
    let mean = Moments(finite).mean
    let scale = finite.map { abs($0 - mean) }.max() ?? 0
    guard scale > 0, scale.isFinite else { return nil }
    // Relative to the largest deviation, so that squares neither overflow nor vanish.
    largestShare = 1 / compensatedSum(finite.map { ($0 - mean) / scale * (($0 - mean) / scale) })
  }

  /// A sentence for a report; `nil` where there is nothing to warn of.
  public var warning: String? {
    guard isHeavy else { return nil }
    let percent = Int((100 * largestShare).rounded())
    return
      "One seed holds \(percent) % of the variance: "
      + "read the median and log-scale statistics, not the mean."
  }
}
