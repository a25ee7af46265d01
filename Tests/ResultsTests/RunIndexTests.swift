import ProgramSupport
import Results
import Testing

@Suite struct RunIndexTests {
  /// Overlapping, repeated and reordered blocks give one history.
  @Test func mergingDoesNotDependOnOrderOrRepetition() throws {
    let whole = block(generations: 10, status: .done)
    let parts = [
      block(generations: 4), block(first: 4, generations: 3), block(first: 2, generations: 4),
      block(first: 7, generations: 3, status: .done),
      block(first: 10, generations: 0, status: .done),
      block(generations: 0),
    ]
    var random = SplitMix(state: 3)
    for _ in 0..<200 {
      var index = RunIndex()
      for part in (parts + [parts[Int.random(in: 0..<6, using: &random)]]).shuffled(using: &random)
      {
        index.add(part)
      }
      #expect(index.conflicts.isEmpty)
      let chain = try #require(index.chains[ChainKey(cell: whole.cell, seed: 0)])
      #expect(chain.generations == 10 && chain.status == .done && chain.waiting.isEmpty)
      #expect(chain.values == whole.values && chain.provenance == whole.provenance)
      #expect(chain.metrics == metricNames)
    }
  }

  @Test func aGapEndsTheCommittedPart() {
    var index = RunIndex()
    index.add(block(generations: 2))
    index.add(block(first: 5, generations: 5, status: .done))
    #expect(index.progress(cell: block().cell, seed: 0) == (2, .running))
    #expect(index.progress(cell: "other", seed: 0) == (0, .pending))
    index.add(block(first: 2, generations: 3))
    #expect(index.progress(cell: block().cell, seed: 0) == (10, .done))
  }

  @Test func contradictionsAreReportedAndTheFirstIsKept() {
    var index = RunIndex()
    index.add(block())
    index.add(block(scale: 2))
    index.add(block(provenance: "real:1"))
    index.add(block(metrics: ["a.b"]))
    #expect(index.conflicts.count == 3)
    #expect(index.conflicts[0].description.contains("generation 0, moments.mean_squared_error"))
    #expect(index.chains.values.first?.values == block().values)
  }

  @Test func outcomesAreOrderedByGenerationThenRank() {
    var index = RunIndex()
    index.add(block(generations: 2, status: .running))
    index.add(block(first: 2, generations: 0, status: .failed, message: "out of memory"))
    #expect(index.progress(cell: block().cell, seed: 0) == (2, .failed))
    index.add(block(first: 2, generations: 1, status: .running))
    #expect(index.progress(cell: block().cell, seed: 0) == (3, .running))
    index.add(block(first: 3, generations: 0, status: .done))
    index.add(block(first: 3, generations: 0, status: .failed))
    #expect(index.progress(cell: block().cell, seed: 0) == (3, .done))
  }

  @Test func aTableHasNaNWhereAChainEnded() throws {
    var index = RunIndex()
    index.add(block(seed: 9, generations: 1, metrics: ["a.x", "a.y"], status: .diverged))
    index.add(block(seed: 2, generations: 3, metrics: ["a.x", "a.y"], status: .done))
    index.add(block(cell: "b", generations: 1))
    index.add(block(cell: "c", generations: 0, status: .failed))
    let table = try #require(index.table(cell: block().cell))
    #expect(table.seeds == [2, 9] && table.generations == 3 && table.metrics == ["a.x", "a.y"])
    #expect(table.values.count == 12)
    #expect(Array(table.values[..<6]) == block(seed: 2, metrics: ["a.x", "a.y"]).values)
    #expect(
      Array(table.values[6..<8]) == block(seed: 9, generations: 1, metrics: ["a.x", "a.y"]).values)
    #expect(table.values[8...].allSatisfy { $0.isNaN })
    #expect(index.tables().map(\.cell) == [block().cell, "b"])
    #expect(index.table(cell: "c") == nil)
  }
}
