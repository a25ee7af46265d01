import Glibc

/// The product-limit estimate of the probability that a chain has not collapsed by a generation
/// (Kaplan and Meier 1958), for chains that are observed until they collapse or until the run ends.
public struct KaplanMeier: Sendable, Equatable {
  /// A time at which at least one chain collapsed.
  public struct Step: Sendable, Equatable {
    public let time: Double
    /// Chains observed up to this time without a collapse before it.
    public let atRisk: Int
    public let events: Int
    /// S(t) just after the time.
    public let survival: Double
    /// Greenwood's (1926) standard error S(t)·√Σ d/(r(r−d)); 0 where the last chains at risk
    /// collapse.
    public let standardError: Double

    /// The 95 % interval on the scale of log(−log S), which stays between 0 and 1 (Kalbfleisch and
    /// Prentice 2002, section 1.4); 0 and 0 after the last collapse.
    public var interval: (low: Double, high: Double) {
      guard survival > 0, survival < 1 else { return (survival, survival) }
      let scaled = 1.959963984540054 * standardError / (survival * Glibc.log(survival))
      return (
        Glibc.pow(survival, Glibc.exp(-scaled)), Glibc.pow(survival, Glibc.exp(scaled))
      )
    }
  }

  /// By ascending time.
  public let steps: [Step]
  /// The number of chains.
  public let n: Int

  /// - Parameters:
  ///   - times: When each chain collapsed or was last seen.
  ///   - collapsed: Whether it collapsed then; otherwise it is censored, at the same time after the
  ///     collapses.
  public init(times: [Double], collapsed: [Bool]) {
    precondition(
      times.count == collapsed.count, "\(times.count) times, \(collapsed.count) outcomes")
    precondition(times.allSatisfy(\.isFinite), "times that are not finite")
    n = times.count
    let order = times.indices.sorted { times[$0] < times[$1] }
    var steps: [Step] = []
    var survival = 1.0
    var greenwood = 0.0
    var index = 0
    while index < n {
      let time = times[order[index]]
      let atRisk = n - index
      var events = 0
      while index < n, times[order[index]] == time {
        if collapsed[order[index]] { events += 1 }
        index += 1
      }
      guard events > 0 else { continue }
      survival *= Double(atRisk - events) / Double(atRisk)
      if atRisk > events {
        greenwood += Double(events) / (Double(atRisk) * Double(atRisk - events))
      }
      steps.append(
        Step(
          time: time, atRisk: atRisk, events: events, survival: survival,
          standardError: survival * greenwood.squareRoot()))
    }
    self.steps = steps
  }

  /// S(t): 1 before the first collapse.
  public func survival(at time: Double) -> Double {
    steps.last { $0.time <= time }?.survival ?? 1
  }

  /// The first time at which the survival is at most one half; `nil` where it stays above.
  public var median: Double? { steps.first { $0.survival <= 0.5 }?.time }
}
