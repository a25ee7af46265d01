import Glibc
import Results
import Testing

/// The meanings of collapse, on curves whose answers are plain.
@Suite struct CollapseTests {
  /// Risk, variance and tails of each seed over the generations; NaN ends a chain.
  private func table(_ seeds: [[[Double]]], cell: String = "cell") throws -> CellTable {
    var index = RunIndex()
    for (seed, rows) in seeds.enumerated() {
      let kept = rows.prefix { !$0[0].isNaN }
      index.add(
        ChainBlock(
          cell: cell, seed: seed, firstGeneration: 0, generations: kept.count,
          metrics: ["d.risk", "d.variance", "d.tails"], values: kept.flatMap { $0 },
          provenance: TextColumn(repeating: "", count: kept.count), status: .done,
          seconds: [Double](repeating: 0, count: Phase.allCases.count)))
    }
    return try #require(index.table(cell: cell))
  }

  private let criteria = CollapseCriteria(
    definitions: CollapseDefinition.allCases, thresholds: CollapseThresholds(),
    quantities: [
      CollapseQuantity(metric: "d.other", rises: true, aspect: .risk),
      CollapseQuantity(metric: "d.risk", rises: true, aspect: .risk),
      CollapseQuantity(metric: "d.variance", rises: false, aspect: .variance),
      CollapseQuantity(metric: "d.tails", rises: false, aspect: .tails),
    ])

  private func words(_ table: CellTable) -> [CollapseDefinition: CollapseFinding.Word] {
    var resampling: BootstrapWeights?
    let findings = criteria.findings(table, resampling: &resampling)
    return Dictionary(uniqueKeysWithValues: findings.map { ($0.definition, $0.word) })
  }

  /// Six seeds whose risk grows by a factor that grows with the seed.
  private func curves(growth: Double, shrink: Double) -> [[[Double]]] {
    (0..<6).map { seed in
      (0..<6).map { generation in
        let step = Double(generation) * (1 + 0.01 * Double(seed))
        return [growth * step + 1, 1 - shrink * step / 5.5, 0.5]
      }
    }
  }

  @Test func everythingCollapses() throws {
    let words = words(try table(curves(growth: 3, shrink: 0.8)))
    // Nothing was measured of modes and fidelity; the scaling law needs several cells.
    #expect(Set(words.keys) == [.catastrophicRisk, .anyRiskIncrease, .divergingRisk, .variance, .tails])
    #expect(words[.catastrophicRisk] == .yes && words[.anyRiskIncrease] == .yes)
    #expect(words[.divergingRisk] == .yes && words[.variance] == .yes)
    // The tails do not change in any seed.
    #expect(words[.tails] == .no)
  }

  @Test func aSlowRiseIsNoCatastrophe() throws {
    let words = words(try table(curves(growth: 0.2, shrink: 0)))
    #expect(words[.catastrophicRisk] == .no && words[.anyRiskIncrease] == .yes)
    #expect(words[.variance] == .no)
  }

  @Test func oneSeedDecidesNothing() throws {
    let words = words(try table([curves(growth: 3, shrink: 0.8)[0]]))
    #expect(!words.isEmpty && words.values.allSatisfy { $0 == .undecided })
  }

  /// risk = n^−exponent with an exponent that halves in all seeds.
  @Test func scalingLawsAreCompared() throws {
    let sizes = [10.0, 100, 1000]
    let group = try sizes.map { size in
      let seeds = (0..<4).map { seed in
        (0..<3).map { generation in
          let exponent = generation == 2 ? 0.5 : 1
          return [(1 + 0.1 * Double(seed)) * pow(size, -exponent), 1, 1]
        }
      }
      return (table: try table(seeds, cell: "n\(Int(size))"), samples: size)
    }
    var resampling: BootstrapWeights?
    let findings = criteria.scalingLaw(group, resampling: &resampling)
    #expect(findings.map(\.cell) == ["n10", "n100", "n1000"])
    for finding in findings {
      #expect(finding.word == .yes && abs(finding.statistic.value - 0.5) < 1e-9)
    }
    #expect(criteria.scalingLaw(Array(group.prefix(2)), resampling: &resampling).isEmpty)
  }

  /// Seeds lose half of their variance at generations 1, 2 and never; the fourth ends early; the last
  /// diverged after generation 1.
  @Test func timesAreCensored() throws {
    let lost: [[Double]] = [
      [1, 0.5, 0.4, 0.4], [1, 0.9, 0.2, 0.1], [1, 1, 0.9, 0.51], [1, 0.8, .nan, .nan], [1, 2, .nan, .nan],
    ]
    let table = try table(
      lost.map { row in row.map { [$0.isNaN ? .nan : 1, $0, 1] } })
    let all = criteria.times(table, diverged: [4])
    let variance = try #require(all.first { $0.definition == .variance }?.steps)
    #expect(variance.map(\.generation) == [0, 1, 2, 3])
    #expect(variance.map(\.atRisk) == [5, 5, 2, 1] && variance.map(\.events) == [0, 1, 1, 0])
    #expect(abs(variance[1].survival - 0.8) < 1e-12 && abs(variance[2].survival - 0.4) < 1e-12)
    #expect(variance[3].survival == variance[2].survival && variance[2].low < 0.4)
    let risk = try #require(all.first { $0.definition == .catastrophicRisk }?.steps)
    #expect(risk.map(\.events) == [0, 1, 0] && risk[1].generation == 2)
    #expect(!all.contains { $0.definition == .anyRiskIncrease || $0.definition == .modes })
  }
}
