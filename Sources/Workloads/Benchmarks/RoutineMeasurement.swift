import Engine

/// How long a routine takes.
public struct RoutineMeasurement: Sendable {
  public let medianSeconds: Double
  public let leastSeconds: Double
  /// How often it ran, warm-up not counted.
  public let runs: Int

  /// Runs a routine three times to warm up, then for `seconds`, but three times at least.
  ///
  /// - Throws: what a run throws.
  public init(_ routine: Routine, seconds: Double) throws(ProgramError) {
    for _ in 0..<3 { try routine.run() }
    let clock = ContinuousClock()
    let start = clock.now
    var times: [Double] = []
    while times.count < 3 || clock.now - start < .seconds(seconds) {
      let before = clock.now
      try routine.run()
      times.append((clock.now - before) / .seconds(1))
    }
    times.sort()
    medianSeconds = times[times.count / 2]
    leastSeconds = times[0]
    runs = times.count
  }
}
