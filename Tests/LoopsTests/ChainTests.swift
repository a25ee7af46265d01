import Loops
import Metrics
import Models
import Options
import Results
import Samples
import TestSupport
import Testing

/// The one loop, with a model that counts what is asked of it.
@Suite struct ChainTests {
  private func calls(_ body: () throws -> Void) rethrows -> TallyModel.Calls {
    let tally = TallyModel.Tally()
    try TallyModel.$tally.withValue(tally) { try body() }
    return tally.value
  }

  /// Accumulating from merged statistics is fitting the concatenation, and nothing is read twice.
  @Test func accumulatingMergesEachSetOnce() throws {
    var bench = try Bench()
    bench.generations = 40
    // Everything is kept, to compare with; the loop itself needs no values.
    bench.keep = Array(0..<40)
    let kept = try bench.run(loop(policy("accumulate")))
    bench.keep = []
    bench.metrics = []
    var lean = Recorded(status: .pending)
    let counted = try calls { lean = try bench.run(loop(policy("accumulate"))) }
    #expect(
      counted
        == TallyModel.Calls(
          fits: 40, summaries: 1, summarised: 20, merges: 39, draws: 39, drawnWithValues: 0))
    let (count, sum, squares) = (
      try lean.column("fit.count"), try lean.column("fit.sum"), try lean.column("fit.squares")
    )
    #expect(count == (0..<40).map { Double(20 + 10 * $0) })
    for generation in 1..<40 {
      let drawn = try (0..<generation).flatMap { try #require(kept.kept[$0]).reals }
      let all = drawn.reduce(sum[0], +)
      let allSquares = drawn.reduce(squares[0]) { $0 + $1 * $1 }
      expectClose(sum[generation], all, relative: 1e-10, absolute: 1e-10)
      expectClose(squares[generation], allSquares, relative: 1e-10)
    }
    // Whether values are looked at changes no number of the loop.
    #expect(try kept.column("fit.squares").map(\.bitPattern) == squares.map(\.bitPattern))
  }

  /// The last generation is not drawn from when nobody looks at its samples.
  @Test func replacingDrawsAndMergesNoMoreThanItMust() throws {
    var bench = try Bench()
    bench.metrics = []
    let counted = try calls { _ = try bench.run(loop()) }
    #expect(
      counted == TallyModel.Calls(fits: 5, summaries: 1, summarised: 20, draws: 4))
  }

  /// Arms that differ in the loop alone share real data and generation 0 bit for bit; one process fits
  /// it once for all of them, and sharing changes no number.
  @Test func armsShareTheirFirstGeneration() throws {
    let arms = [
      try loop(), try loop(policy("accumulate")), try loop(bias: 0.5), try loop(start: .warm),
      try loop(corrector: corrector("ideal", ["strength": .real(1)])), try loop(samples: .constant(7)),
      try loop(policy("fresh"), real: 5), try loop(policy("memory", ["generations": .integer(2)])),
    ]
    let bench = try Bench()
    for seed in [0, 9] {
      var cache = FirstGenerationCache()
      var shared: [Recorded] = []
      let counted = try calls {
        shared = try arms.map { try bench.run($0, seed: seed, cache: &cache) }
      }
      #expect(cache.fitted == 1 && cache.reused == arms.count - 1)
      #expect(counted.fits == 1 + arms.count * 4)
      let first = try shared[0].column("fit.squares")[0]
      for (arm, recorded) in zip(arms, shared) {
        let alone = try bench.run(arm, seed: seed)
        #expect(alone.bits == recorded.bits && alone.provenance == recorded.provenance)
        #expect(try recorded.column("fit.squares")[0].bitPattern == first.bitPattern)
        #expect(recorded.provenance[0] == "real:20" && recorded.status == .done)
      }
      let second = Set(try shared.map { try $0.column("fit.squares")[1].bitPattern })
      #expect(second.count == arms.count, "arms draw their own numbers from generation 1 on")
    }
  }

  @Test func starts() throws {
    let bench = try Bench()
    #expect(try bench.run(loop(start: .cold)).column("fit.fits") == [1, 1, 1, 1, 1])
    #expect(try bench.run(loop(start: .warm)).column("fit.fits") == [1, 2, 3, 4, 5])
    #expect(try bench.run(loop(start: .base)).column("fit.fits") == [1, 2, 2, 2, 2])
  }

  /// The training sets as they are recorded, for every policy.
  @Test func recordedOrigins() throws {
    var bench = try Bench()
    bench.generations = 4
    func origins(_ loop: LoopSpec) throws -> [String] { try bench.run(loop).provenance }
    #expect(try origins(loop()) == ["real:20", "g0:10", "g1:10", "g2:10"])
    #expect(
      try origins(loop(samples: .list([3, 4, 5]))) == ["real:20", "g0:3", "g1:4", "g2:5"])
    #expect(
      try origins(loop(policy("accumulate")))
        == ["real:20", "real:20 g0:10", "real:20 g0..1:10", "real:20 g0..2:10"])
    #expect(
      try origins(loop(policy("growing-replace"))) == ["real:20", "g0:30", "g1:40", "g2:50"])
    #expect(
      try origins(loop(policy("augment"), real: 5))
        == ["real:20", "real:5 g0:10", "real:5 g1:10", "real:5 g2:10"])
    #expect(
      try origins(loop(policy("augment"), real: 0)) == ["real:20", "g0:10", "g1:10", "g2:10"])
    #expect(
      try origins(loop(policy("fresh"), real: 6))
        == ["real:20", "fresh:6 g0:10", "fresh:6 g1:10", "fresh:6 g2:10"])
    #expect(
      try origins(loop(policy("memory", ["generations": .integer(2)])))
        == ["real:20", "g0:10", "g0..1:5", "g1..2:5"])
    #expect(
      try origins(loop(corrector: corrector("ideal"))) == ["real:20", "c0:10", "c1:10", "c2:10"])
    let subset = try origins(loop(policy("accumulate-subsample", ["size": .integer(25)])))
    for text in subset.dropFirst() {
      let counts = text.split(separator: " ").map { part -> Int in
        let pieces = part.split(separator: ":")
        return (Int(pieces[1]) ?? 0) * (pieces[0].contains("..") ? 2 : 1)
      }
      #expect(text.contains("real:") && counts.reduce(0, +) >= 25, "\(subset)")
    }
  }

  /// The subset is one of the pool: without replacement, all of it when it is as large.
  @Test func subsetsAreDrawnWithoutReplacement() throws {
    var bench = try Bench()
    bench.generations = 2
    let whole = try bench.run(loop(policy("accumulate-subsample", ["size": .integer(30)])))
    #expect(whole.provenance[1] == "real:20 g0:10")
    bench.keep = [0]
    let kept = try bench.run(loop(policy("accumulate-subsample", ["size": .integer(30)])))
    let drawn = try #require(kept.kept[0]).reals
    let sums = try kept.column("fit.sum")
    expectClose(sums[1], drawn.reduce(sums[0], +), relative: 1e-12, absolute: 1e-12)
  }

  /// A fit without a result ends its chain with the reason; generations before it count, other chains
  /// are untouched.
  @Test func divergence() throws {
    var bench = try Bench()
    let sound = try bench.run(loop(policy("accumulate")), seed: 1)
    // Generation 3 is fitted to 20 + 3·10 samples.
    bench.modelOptions = ["failing": .integer(50)]
    var cache = FirstGenerationCache()
    let diverged = try bench.run(loop(policy("accumulate")), cache: &cache)
    #expect(diverged.status == .diverged && diverged.rows.count == 3)
    #expect(diverged.message == "too much is too much")
    bench.modelOptions = [:]
    let after = try bench.run(loop(policy("accumulate")), seed: 1, cache: &cache)
    #expect(after.status == .done && after.bits == sound.bits)
    bench.modelOptions = ["failing": .integer(20)]
    let first = try bench.run(loop())
    #expect(first.status == .diverged && first.rows.isEmpty && first.metrics.isEmpty)
  }

  /// A metric that does not apply is a mistake of the study: refused by the rehearsal, and without one
  /// the chain ends as failed.
  @Test func mistakes() throws {
    var bench = try Bench()
    bench.metrics = [try choice(#require(MetricRegistry.named("discrete")).component)]
    let failed = try bench.run(loop())
    #expect(failed.status == .failed && failed.message.hasPrefix("discrete: does not apply"))
    var cache = FirstGenerationCache()
    let error = try #require(throws: ComponentError.self) {
      try bench.prepared(loop()).rehearse(seed: 0, study: 7, cache: &cache)
    }
    #expect(error.component == "discrete")
    let sound = try Bench()
    try sound.prepared(loop()).rehearse(seed: 0, study: 7, cache: &cache)
    // Divergence is a finding.
    var diverging = sound
    diverging.modelOptions = ["failing": .integer(20)]
    try diverging.prepared(loop()).rehearse(seed: 0, study: 7, cache: &cache)
    #expect(throws: ComponentError.self) { try sound.prepared(loop(policy("augment"), real: 21)) }
    #expect(throws: ComponentError.self) {
      try sound.prepared(loop(bias: 0.5, statisticalError: false))
    }
  }

  @Test func notANumberIsNoted() throws {
    var bench = try Bench()
    bench.generations = 3
    // One sample has no unbiased variance.
    let recorded = try bench.run(loop(samples: .list([10, 1, 10])))
    #expect(recorded.status == .done && recorded.rows.count == 3)
    let isMissing = recorded.rows.map { $0.contains { !$0.isFinite } }
    #expect(isMissing == [false, true, false])
    #expect(recorded.message.contains("is not finite from generation 1"), "\(recorded.message)")
  }

  /// Stopped before any generation and continued from what is committed: the same numbers, each once.
  @Test(arguments: [0, 1, 3, 4])
  func resuming(at generation: Int) throws {
    let bench = try Bench()
    for loop in [try loop(policy("accumulate"), start: .warm), try loop(policy("accumulate-subsample"))] {
      let whole = try bench.run(loop, blockSeconds: 0)
      let head = try bench.run(loop, stopBefore: generation, blockSeconds: 0)
      #expect(head.status == .running && head.rows.count == generation)
      let tail = try bench.run(loop, committed: generation)
      #expect(tail.status == .done && tail.rows.count == 5 - generation)
      #expect(head.bits + tail.bits == whole.bits)
      #expect(head.provenance + tail.provenance == whole.provenance)
      #expect(whole.blocks >= 5 && tail.blocks == 1)
    }
  }

  /// Without them the other numbers are the same.
  @Test func reportsOfFitsCanBeLeftOut() throws {
    var bench = try Bench()
    let all = try bench.run(loop())
    bench.keepsFit = false
    let few = try bench.run(loop())
    let isMetric = all.metrics.map { !$0.hasPrefix("fit.") }
    #expect(isMetric.contains(false) && few.metrics == zip(all.metrics, isMetric).filter(\.1).map(\.0))
    #expect(few.rows == all.rows.map { zip($0, isMetric).filter(\.1).map(\.0) })
  }

  @Test func keptSamplesAreThoseOfTheGenerations() throws {
    var bench = try Bench()
    bench.keep = [1, 4]
    let recorded = try bench.run(loop(samples: .list([5, 6, 7, 8, 9])))
    #expect(recorded.kept.keys.sorted() == [1, 4])
    #expect(recorded.kept[1]?.count == 6 && recorded.kept[4]?.count == 9)
    #expect(recorded.kept[1]?.provenance == Provenance(.generation(1), count: 6))
    // Generation 2 was fitted to what was kept of generation 1.
    let sum = try #require(recorded.kept[1]).reals.reduce(0, +)
    expectClose(try recorded.column("fit.sum")[2], sum, relative: 1e-12)
  }

  /// An error of whoever takes the results ends the chain: nothing goes on without being recorded.
  @Test func errorsOfTheRecordKeeperEndTheChain() throws {
    struct Full: Error {}
    var cache = FirstGenerationCache()
    let cell = try Bench().prepared(loop())
    #expect(throws: Full.self) {
      try cell.run(
        seed: 0, study: 7, committed: 0, cache: &cache, control: ChainControl(emit: { _ in throw Full() }))
    }
  }
}
