import Results
import Testing

/// Whether a cell collapses, from values whose answer is plain.
@Suite struct VerdictTests {
  /// A table of one metric, [seeds × generations].
  private func table(_ rows: [[Double]]) throws -> CellTable {
    var index = RunIndex()
    for (seed, row) in rows.enumerated() {
      index.add(
        ChainBlock(
          cell: "cell", seed: seed, firstGeneration: 0, generations: row.count, metrics: ["m.x"],
          values: row, provenance: TextColumn(repeating: "", count: row.count), status: .done, message: "",
          seconds: [Double](repeating: 0, count: Phase.allCases.count)))
    }
    return try #require(index.table(cell: "cell"))
  }

  @Test func seedsThatAllRise() throws {
    let table = try table([[1, 2, 4], [3, 3, 5], [0, 9, 4]])
    let rising = try #require(Verdict(table, metric: "m.x", risesInCollapse: true))
    #expect(rising.word == .worse && rising.seedsWorse == 3 && rising.generation == 2)
    #expect(abs(rising.change.value - 3) < 1e-12 && rising.change.low > 0 && rising.change.n == 3)
    #expect(abs(rising.first - 4.0 / 3) < 1e-12 && abs(rising.last - 13.0 / 3) < 1e-12)
    let falling = try #require(Verdict(table, metric: "m.x", risesInCollapse: false))
    #expect(falling.word == .better && falling.seedsWorse == 0)
  }

  @Test func seedsThatDisagree() throws {
    let table = try table([[1, 3], [1, -2], [1, 1.5], [1, 0.5]])
    let verdict = try #require(Verdict(table, metric: "m.x", risesInCollapse: true))
    #expect(verdict.word == .undecided && verdict.seedsWorse == 2)
  }

  /// One seed has no interval, hence no verdict.
  @Test func oneSeed() throws {
    let verdict = try #require(Verdict(table([[1, 3]]), metric: "m.x", risesInCollapse: true))
    #expect(verdict.word == .undecided && verdict.change.low.isNaN && verdict.change.value == 2)
  }

  /// Chains of unequal length are compared where all of them have values.
  @Test func endsWhereAllSeedsAre() throws {
    let table = try table([[1, 2, 9], [1, 2], [.nan, 5, 5]])
    let verdict = try #require(Verdict(table, metric: "m.x", risesInCollapse: true))
    #expect(verdict.generation == 1 && verdict.change.n == 2 && verdict.change.value == 1)
    #expect(Verdict(table, metric: "m.y", risesInCollapse: true) == nil)
    #expect(Verdict(try self.table([[1], [2]]), metric: "m.x", risesInCollapse: true) == nil)
  }
}
