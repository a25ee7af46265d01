import Results
import Testing

/// With so many seeds that the resampling counts are not kept, intervals are those of kept counts: the
/// same seeds in two halves of columns give the same rows as all columns at once.
@Test func manySeedsGiveTheSameIntervals() {
  let seeds = 3000  // 2000 × 3000 counts are above what is kept
  let columns = 130  // three groups of columns
  var values = [Double](repeating: 0, count: seeds * columns)
  for seed in 0..<seeds {
    for column in 0..<columns {
      values[seed * columns + column] = Double((seed * 7919 + column * 104_729) % 10_007) / 10_007
    }
  }
  let names = (0..<columns).map { "m.q\($0)" }
  let all = summarise(
    cell: "c", seeds: Array(0..<seeds), generations: 1, metrics: names, values: values)
  let one = (0..<seeds).map { values[$0 * columns + 100] }
  let alone = summarise(
    cell: "c", seeds: Array(0..<seeds), generations: 1, metrics: [names[100]], values: one)
  #expect(all.count == columns && alone.count == 1)
  #expect(abs(all[100].low - alone[0].low) < 1e-12 && abs(all[100].high - alone[0].high) < 1e-12)
  // A uniform law's mean over 3,000 seeds: the interval is about ±1.96·0.2887/√3000 wide.
  let width = all[100].high - all[100].low
  #expect(abs(width - 2 * 1.96 * 0.2887 / 3000.0.squareRoot()) < 0.003, "width \(width)")
}
