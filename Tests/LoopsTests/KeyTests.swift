import Loops
import Options
import Randomness
import Testing

/// What each random number depends on.
@Suite struct KeyTests {
  func cell(
    _ loop: LoopSpec, dataset: [String: OptionValue] = [:], model: [String: OptionValue] = [:],
    generations: Int = 5
  ) throws -> CellSpec {
    var bench = try Bench()
    bench.datasetOptions.merge(dataset) { $1 }
    bench.modelOptions = model
    bench.generations = generations
    return try bench.prepared(loop).spec
  }

  @Test func scopes() throws {
    let base = try cell(loop())
    let keys = ChainKeys(study: 1, scopes: ChainScopes(base), seed: 0)
    func other(_ spec: CellSpec, study: UInt64 = 1, seed: Int = 0) -> ChainKeys {
      ChainKeys(study: study, scopes: ChainScopes(spec), seed: seed)
    }
    // The loop changes nothing before generation 1.
    let arm = other(try cell(loop(policy("accumulate"), bias: 0.5)))
    #expect(arm.data == keys.data && arm.first == keys.first && arm.cell != keys.cell)
    let model = other(try cell(loop(), model: ["failing": .integer(3)]))
    #expect(model.data == keys.data && model.first != keys.first && model.cell != keys.cell)
    let data = other(try cell(loop(), dataset: ["samples": .integer(21)]))
    #expect(data.data != keys.data && data.first != keys.first && data.cell != keys.cell)
    // Fits to exact laws are other fits.
    let exact = other(try cell(loop(statisticalError: false)))
    #expect(exact.data == keys.data && exact.first != keys.first)
    for changed in [other(base, study: 2), other(base, seed: 1)] {
      #expect(changed.data != keys.data && changed.first != keys.first && changed.cell != keys.cell)
    }
    // More generations or metrics renumber nothing.
    let longer = other(try cell(loop(), generations: 500))
    #expect(longer.data == keys.data && longer.first == keys.first && longer.cell == keys.cell)
  }

  /// All keys of several chains are different ones.
  @Test func purposesAndGenerationsAreApart() throws {
    var keys: Set<RandomKey> = []
    var made = 0
    for loop in [try loop(), try loop(bias: 0.5), try loop(policy("accumulate"))] {
      for seed in 0..<20 {
        let chain = ChainKeys(study: 1, scopes: ChainScopes(try cell(loop)), seed: seed)
        for generation in 1...20 {
          let own = chain.cell(generation: generation)
          for (key, purpose) in [
            (own.compose, Purpose.compose), (own.fit, .fit), (own.sample, .sample),
            (own.correct, .correct), (own.measure, .measure),
          ] {
            #expect(key == chain.cell.folding(purpose).generation(generation))
            keys.insert(key)
            made += 1
          }
        }
      }
    }
    #expect(keys.count == made && made == 3 * 20 * 20 * 5)
    // Shared by the arms: two data keys and one fit a seed.
    let chain = ChainKeys(study: 1, scopes: ChainScopes(try cell(loop())), seed: 0)
    let shared: Set = [
      chain.data(.realData), chain.data(.heldOutData), chain.data(.freshData, generation: 1),
      chain.data(.freshData, generation: 2), chain.firstFit,
    ]
    #expect(shared.count == 5 && shared.isDisjoint(with: keys))
  }
}
