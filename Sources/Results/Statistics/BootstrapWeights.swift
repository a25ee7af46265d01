import Engine
import Randomness

/// How often each seed is drawn in each of B resamples with replacement (Efron 1979): the
/// multinomial counts, shared by all generations and metrics of a study, so that a resampled mean is
/// a matrix product and curves keep their correlation.
///
/// The counts are a function of the text given and the number of seeds alone, so an interval does
/// not depend on the study, the ranks or the order of the cells.
public struct BootstrapWeights: Sendable {
  /// B for published intervals.
  public static let standardResamples = 2000

  public let resamples: Int
  public let seeds: Int
  private let key: RandomKey
  /// [panels × seeds × resamples in a panel], as `resampleSums` takes them; empty where they would be
  /// more than `mostStored` numbers. Panels are then made again whenever they are needed, so that memory
  /// does not grow with the seeds.
  private let stored: [Double]
  private static let mostStored = 1 << 22

  /// - Complexity: O(resamples · seeds).
  public init(name: String, seeds: Int, resamples: Int = standardResamples) {
    precondition(seeds > 0 && resamples > 0, "\(resamples) resamples of \(seeds) seeds")
    self.seeds = seeds
    self.resamples = resamples
    let digest = sha256(Array(name.utf8))
    let scope = digest[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    key = RandomKey(seed: 0).folding(scope).folding(.bootstrap)
    let fits = resamples * seeds <= Self.mostStored
    stored = fits ? Self.counts(of: 0..<resamples, seeds: seeds, key: key) : []
  }

  /// The counts that all cells of a study share: those kept from the last cell where it had as many
  /// seeds, which they depend on alone.
  static func shared(seeds: Int, keptIn kept: inout BootstrapWeights?) -> BootstrapWeights {
    if let kept, kept.seeds == seeds { return kept }
    let weights = BootstrapWeights(name: "study", seeds: seeds)
    kept = weights
    return weights
  }

  /// The counts of some resamples, [panels × seeds × resamples in a panel]; those of a resample sum to
  /// `seeds`.
  private static func counts(of range: Range<Int>, seeds: Int, key: RandomKey) -> [Double] {
    let panels = (range.count + resamplePanel - 1) / resamplePanel
    var counts = [Double](repeating: 0, count: panels * seeds * resamplePanel)
    counts.withUnsafeMutableBufferPointer { counts in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: (seeds + 1) / 2) { words in
        for resample in range {
          let (panel, place) = (resample - range.lowerBound).quotientAndRemainder(
            dividingBy: resamplePanel)
          let first = panel * seeds * resamplePanel + place
          let column = UnsafeMutableBufferPointer(rebasing: counts[first...])
          count(RandomStream(key: key.folding(UInt64(resample))), column, seeds, words)
        }
      }
    }
    return counts
  }

  /// Counts the draws of one resample into a column of zeros.
  ///
  /// - Parameters:
  ///   - column: the count of a seed stands at seed · `resamplePanel`.
  ///   - words: room for half as many words as there are seeds: all numbers at once where none has to be
  ///     drawn again, which is nearly always.
  private static func count(
    _ stream: RandomStream, _ column: UnsafeMutableBufferPointer<Double>, _ seeds: Int,
    _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    if let narrow = UInt32(exactly: seeds) {
      var bulk = stream
      bulk.fillBits(words)
      var isAccepted = true
      for draw in 0..<seeds {
        let bits = UInt32(truncatingIfNeeded: words[draw >> 1] >> UInt64(32 * (draw & 1)))
        let product = UInt64(bits) * UInt64(narrow)
        // Whether a number is really drawn again is left to the exact way.
        if UInt32(truncatingIfNeeded: product) < narrow { isAccepted = false }
        column[Int(product >> 32) * resamplePanel] += 1
      }
      if isAccepted { return }
      for seed in 0..<seeds { column[seed * resamplePanel] = 0 }
    }
    var single = stream
    for _ in 0..<seeds { column[single.index(below: seeds) * resamplePanel] += 1 }
  }

  /// Σ over seeds of count · value for every resample and column.
  ///
  /// - Parameter values: [seeds × columns], row-major, finite.
  /// - Returns: [columns × resamples]: the sums of a column stand together.
  func sums(_ values: [Double], columns: Int) -> [Double] {
    precondition(values.count == seeds * columns, "\(values.count) values for \(seeds)×\(columns)")
    guard stored.isEmpty else {
      return Self.sums(values, columns: columns, weights: stored, seeds: seeds, resamples: resamples)
    }
    var sums = [Double](repeating: 0, count: columns * resamples)
    let most = max(1, Self.mostStored / (seeds * resamplePanel)) * resamplePanel
    for first in stride(from: 0, to: resamples, by: most) {
      let range = first..<min(first + most, resamples)
      let part = Self.sums(
        values, columns: columns, weights: Self.counts(of: range, seeds: seeds, key: key),
        seeds: seeds, resamples: range.count)
      for column in 0..<columns {
        sums.replaceSubrange(
          (column * resamples + first)..<(column * resamples + range.upperBound),
          with: part[(column * range.count)..<((column + 1) * range.count)])
      }
    }
    return sums
  }

  private static func sums(
    _ values: [Double], columns: Int, weights: [Double], seeds: Int, resamples: Int
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: columns * resamples) { sums, count in
      count = columns * resamples
      guard let sums = sums.baseAddress, count > 0 else { return }
      resampleSums(
        values, rows: seeds, columns: columns, weights: weights, resamples: resamples, into: sums)
    }
  }
}

extension RandomStream {
  /// A uniform integer in 0..<bound from 32 random bits, without bias (Lemire 2019); half the
  /// numbers of `integer(below:)`.
  fileprivate mutating func index(below bound: Int) -> Int {
    guard let narrow = UInt32(exactly: bound) else { return integer(below: bound) }
    var product = UInt64(nextBits32()) * UInt64(narrow)
    if UInt32(truncatingIfNeeded: product) < narrow {
      let threshold = (0 &- narrow) % narrow
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(nextBits32()) * UInt64(narrow)
      }
    }
    return Int(product >> 32)
  }
}

/// The central interval of resampled values: type-7 quantiles at (1 ∓ coverage)/2.
///
/// - Parameters:
///   - spread: A guess of the values' standard deviation around `centre`, to sort out the tails in
///     one pass; a poor guess costs time, never accuracy.
///   - divisor: Positive; the values divided by it are meant, as `centre` and `spread` are.
///   - scratch: Working space, kept between calls.
func centralInterval(
  of values: UnsafeMutableBufferPointer<Double>, coverage: Double = 0.95, centre: Double,
  spread: Double, divisor: Double = 1, scratch: inout [Double]
) -> (low: Double, high: Double) {
  let n = values.count
  let h = Double(n - 1) * (1 - coverage) / 2
  let rank = Int(h)
  let needed = min(rank + 2, n)
  // 1.6 standard deviations leave 5.5 % on either side, twice what is needed.
  let low = lowest(needed, of: values, below: divisor * (centre - 1.6 * spread), sign: 1, &scratch)
  let high = lowest(
    needed, of: values, below: divisor * (-centre - 1.6 * spread), sign: -1, &scratch)
  let fraction = h - Double(rank)
  return (
    interpolate(low.0 / divisor, low.1 / divisor, fraction),
    -interpolate(high.0 / divisor, high.1 / divisor, fraction)
  )
}

/// The order statistics of ranks count − 2 and count − 1 of sign · values.
private func lowest(
  _ count: Int, of values: UnsafeMutableBufferPointer<Double>, below threshold: Double,
  sign: Double,
  _ scratch: inout [Double]
) -> (Double, Double) {
  if scratch.count < values.count { scratch = [Double](repeating: 0, count: values.count) }
  return scratch.withUnsafeMutableBufferPointer { scratch in
    // Branch-free: always stored, kept where it counts.
    var kept = 0
    for value in values {
      let signed = sign * value
      scratch[kept] = signed
      kept += signed < threshold ? 1 : 0
    }
    if kept < count {
      for index in values.indices { scratch[index] = sign * values[index] }
      kept = values.count
    }
    let part = UnsafeMutableBufferPointer(rebasing: scratch[..<kept])
    let last = count - 1
    select(last, in: part)
    guard last > 0 else { return (part[0], part[0]) }
    var previous = part[0]
    for index in 1..<last { previous = max(previous, part[index]) }
    return (previous, part[last])
  }
}
