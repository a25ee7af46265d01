import Engine
import Randomness

/// How often each seed is drawn in each of B resamples with replacement (Efron 1979): the
/// multinomial counts, shared by all generations and metrics of a cell, so that a resampled mean is
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
  /// [resamples × seeds], row-major; empty where it would be larger than `mostStored` numbers. Rows are
  /// then made again whenever they are needed, so that memory does not grow with the seeds.
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

  /// The counts of some resamples, [resamples × seeds]; every row sums to `seeds`.
  private static func counts(of range: Range<Int>, seeds: Int, key: RandomKey) -> [Double] {
    var counts = [Double](repeating: 0, count: range.count * seeds)
    counts.withUnsafeMutableBufferPointer { counts in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: (seeds + 1) / 2) { words in
        for resample in range {
          let first = (resample - range.lowerBound) * seeds
          let row = UnsafeMutableBufferPointer(rebasing: counts[first..<(first + seeds)])
          count(RandomStream(key: key.folding(UInt64(resample))), row, words)
        }
      }
    }
    return counts
  }

  /// Counts the draws of one resample into a row of zeros.
  ///
  /// - Parameter words: room for half as many words as there are seeds: all numbers at once where none has
  ///   to be drawn again, which is nearly always.
  private static func count(
    _ stream: RandomStream, _ row: UnsafeMutableBufferPointer<Double>,
    _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    let seeds = row.count
    if let narrow = UInt32(exactly: seeds) {
      var bulk = stream
      bulk.fillBits(words)
      var isAccepted = true
      for draw in 0..<seeds {
        let bits = UInt32(truncatingIfNeeded: words[draw >> 1] >> UInt64(32 * (draw & 1)))
        let product = UInt64(bits) * UInt64(narrow)
        // Whether a number is really drawn again is left to the exact way.
        if UInt32(truncatingIfNeeded: product) < narrow { isAccepted = false }
        row[Int(product >> 32)] += 1
      }
      if isAccepted { return }
      row.update(repeating: 0)
    }
    var single = stream
    for _ in 0..<seeds { row[single.index(below: seeds)] += 1 }
  }

  /// Σ over seeds of count · value for every resample and column.
  ///
  /// - Parameter values: [seeds × columns], row-major, finite.
  /// - Returns: [columns × resamples]: the sums of a column stand together.
  func sums(_ values: [Double], columns: Int) -> [Double] {
    precondition(values.count == seeds * columns, "\(values.count) values for \(seeds)×\(columns)")
    var sums = [Double](repeating: 0, count: columns * resamples)
    let rows = stored.isEmpty ? max(1, min(resamples, Self.mostStored / seeds)) : resamples
    for first in stride(from: 0, to: resamples, by: rows) {
      let range = first..<min(first + rows, resamples)
      let counts =
        stored.isEmpty ? Self.counts(of: range, seeds: seeds, key: key) : stored
      guard range.count < resamples else {
        multiply(
          values, counts, transposingA: true, transposingB: true, m: columns, n: resamples,
          k: seeds, into: &sums)
        break
      }
      var part = [Double](repeating: 0, count: columns * range.count)
      multiply(
        values, counts, transposingA: true, transposingB: true, m: columns, n: range.count,
        k: seeds, into: &part)
      for column in 0..<columns {
        sums.replaceSubrange(
          (column * resamples + first)..<(column * resamples + range.upperBound),
          with: part[(column * range.count)..<((column + 1) * range.count)])
      }
    }
    return sums
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
