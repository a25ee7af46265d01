/// The median of a metric over the seeds of a cell, generation by generation.
public struct MedianCurve: Sendable, Equatable {
  /// From generation 0 on; NaN where no seed has a finite value.
  public var medians: [Double] = []
  /// The most seeds behind one point. While chains run these may be some of them.
  public var seeds = 0

  public init(medians: [Double] = [], seeds: Int = 0) {
    self.medians = medians
    self.seeds = seeds
  }
}

/// Values of one metric of one cell as they come in, and the curve through their medians.
struct GatheredCurve {
  /// Finite values by generation.
  private var values: [[Double]] = []
  private var isStale = false
  private var last = MedianCurve()

  /// A median over so many seeds is good enough for a curve of ten letters.
  private static let mostSeeds = 200

  mutating func add(generation: Int, _ value: Double) {
    guard generation >= 0, generation < 1 << 20 else { return }
    while values.count <= generation { values.append([]) }
    guard value.isFinite, values[generation].count < Self.mostSeeds else { return }
    values[generation].append(value)
    isStale = true
  }

  /// - Complexity: O(values) after new ones, O(1) otherwise.
  mutating func curve() -> MedianCurve {
    if isStale {
      last = MedianCurve(
        medians: values.map { values in
          guard !values.isEmpty else { return .nan }
          var reordered = values
          return quantiles(&reordered, [0.5])[0]
        }, seeds: values.map(\.count).max() ?? 0)
      isStale = false
    }
    return last
  }
}
