import Samples
import Testing

/// Where samples came from, as runs.
@Suite struct ProvenanceTests {
  private func provenance(_ parts: (Origin, Int)...) -> Provenance {
    var result = Provenance()
    for (origin, count) in parts { result.append(origin, count: count) }
    return result
  }

  @Test func runsAreJoined() {
    let joined = provenance((.real, 3), (.real, 4), (.generation(0), 5), (.generation(1), 5))
    #expect(joined.count == 17 && joined.runs.count == 2)
    #expect(joined.runs[0].total == 7 && joined.runs[1].repeats == 2)
    #expect(provenance((.real, 0)) == Provenance() && Provenance().count == 0)
    // Unequal shares and gaps stay apart; so do generations in the wrong order.
    #expect(provenance((.generation(0), 5), (.generation(1), 6)).runs.count == 2)
    #expect(provenance((.generation(0), 5), (.generation(2), 5)).runs.count == 2)
    #expect(provenance((.generation(1), 5), (.generation(0), 5)).runs.count == 2)
    #expect(provenance((.generation(0), 5), (.corrected(1), 5)).runs.count == 2)
  }

  @Test func summaries() {
    #expect(
      provenance((.real, 100), (.generation(0), 50), (.generation(1), 50), (.corrected(9), 7))
        .summary == "real:100 g0..1:50 c9:7")
    // Sorted by origin, each named once, whatever the order in the set.
    #expect(
      provenance((.generation(2), 1), (.fresh, 2), (.generation(2), 3), (.real, 4)).summary
        == "real:4 fresh:2 g2:4")
    #expect(
      provenance((.corrected(3), 2), (.corrected(4), 2), (.corrected(5), 1)).summary == "c3..4:2 c5:1")
    #expect(Provenance().summary.isEmpty)
  }

  /// A thousand generations in equal shares are one run, and their summary is as short.
  @Test func longAccumulation() {
    var pool = Provenance(.real, count: 10)
    for generation in 0..<1000 { pool.append(Provenance(.generation(generation), count: 10)) }
    #expect(pool.runs.count == 2 && pool.count == 10_010)
    #expect(pool.summary == "real:10 g0..999:10")
    #expect(pool.counts.count == 1001 && pool.counts.allSatisfy { $0.count == 10 })
  }

  @Test func selecting() {
    let pool = provenance((.real, 2), (.generation(0), 3), (.generation(1), 3), (.corrected(0), 1))
    // real real g0 g0 g0 g1 g1 g1 c0
    #expect(pool.selecting(Array(0..<9)).counts.map(\.count) == pool.counts.map(\.count))
    #expect(pool.selecting([1, 4, 5, 8]).summary == "real:1 g0..1:1 c0:1")
    // In any order, and more than once.
    #expect(pool.selecting([8, 5, 0, 5]).summary == "real:1 g1:2 c0:1")
    #expect(pool.selecting([]) == Provenance())
  }

  @Test func appendingSets() {
    var pool = provenance((.real, 2), (.generation(0), 3))
    pool.append(provenance((.generation(1), 3), (.generation(2), 3)))
    #expect(pool == provenance((.real, 2), (.generation(0), 3), (.generation(1), 3), (.generation(2), 3)))
    #expect(pool.runs.count == 2)
    #expect(
      pool.counts.map { "\($0.origin) \($0.count)" } == [
        "real 2", "generation(0) 3", "generation(1) 3", "generation(2) 3",
      ])
  }
}
