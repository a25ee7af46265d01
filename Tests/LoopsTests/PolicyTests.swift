import Loops
import Options
import Randomness
import TestSupport
import Testing

/// Recipes are pure functions of the generation (and of a stream for the mixture's counts).
@Suite struct PolicyTests {
  /// 100 real samples, M = 30, 40, 50, 60 after generations 0 to 3.
  func recipes(
    _ name: String, _ options: [String: OptionValue] = [:], real: Int? = nil,
    samples: SampleSize = .list([30, 40, 50, 60]), generations: ClosedRange<Int> = 1...4
  ) throws -> [Recipe] {
    let type = try #require(PolicyRegistry.named(name))
    let policy = try type.init(
      options: OptionValues(options, specs: type.component.options),
      setting: PolicySetting(dataCount: 100, real: real, samples: samples, generations: 5))
    return generations.map { generation in
      var stream = RandomStream(key: RandomKey(seed: 3).folding(UInt64(generation)))
      return policy.recipe(generation: generation, stream: &stream)
    }
  }

  @Test func replace() throws {
    #expect(try recipes("replace") == (1...4).map { Recipe([.synthetic(generations: $0 - 1..<$0)]) })
  }

  @Test func accumulate() throws {
    #expect(
      try recipes("accumulate")
        == (1...4).map { Recipe([.real(count: 100), .synthetic(generations: 0..<$0)]) })
  }

  @Test func accumulateSubsample() throws {
    let pool = (1...4).map { [Ingredient.real(count: 100), .synthetic(generations: 0..<$0)] }
    #expect(try recipes("accumulate-subsample") == pool.map { Recipe($0, subsample: 100) })
    #expect(
      try recipes("accumulate-subsample", ["size": .integer(130)])
        == pool.map { Recipe($0, subsample: 130) })
    #expect(throws: ComponentError.self) {
      try recipes("accumulate-subsample", ["size": .integer(131)])
    }
  }

  /// As many samples as accumulate would see: 100, then + M of every generation so far.
  @Test func growingReplace() throws {
    #expect(
      try recipes("growing-replace") == [
        Recipe([.draw(generation: 0, count: 130)]), Recipe([.draw(generation: 1, count: 170)]),
        Recipe([.draw(generation: 2, count: 220)]), Recipe([.draw(generation: 3, count: 280)]),
      ])
  }

  @Test func augmentAndFresh() throws {
    for (real, count) in [(nil, 100), (25, 25), (0, 0)] {
      #expect(
        try recipes("augment", real: real)
          == (1...4).map { Recipe([.real(count: count), .synthetic(generations: $0 - 1..<$0)]) })
      #expect(
        try recipes("fresh", real: real)
          == (1...4).map { Recipe([.fresh(count: count), .synthetic(generations: $0 - 1..<$0)]) })
    }
    // Real samples are those of the training set; fresh ones have no end.
    #expect(throws: ComponentError.self) { try recipes("augment", real: 101) }
    #expect(try recipes("fresh", real: 101).count == 4)
  }

  @Test func memory() throws {
    #expect(
      try recipes("memory", ["generations": .integer(3)]) == [
        Recipe([.draw(generation: 0, count: 30)]),
        Recipe([.draw(generation: 0, count: 20), .draw(generation: 1, count: 20)]),
        Recipe([
          .draw(generation: 0, count: 17), .draw(generation: 1, count: 17),
          .draw(generation: 2, count: 16),
        ]),
        Recipe([
          .draw(generation: 1, count: 20), .draw(generation: 2, count: 20),
          .draw(generation: 3, count: 20),
        ]),
      ])
    let fresh = try recipes("memory", ["generations": .integer(1)], real: 7)
    #expect(fresh[3] == Recipe([.fresh(count: 7), .draw(generation: 3, count: 60)]))
    // More models than samples: the first ones get one each.
    let thin = try recipes(
      "memory", ["generations": .integer(4)], samples: .constant(2), generations: 4...4)
    #expect(thin[0] == Recipe([.draw(generation: 0, count: 1), .draw(generation: 1, count: 1)]))
  }

  /// p_{g+1} = α·θ_{g+1} + β·p_g + γ·p_0, unrolled: α·β^(g−k) on generation k, the rest real.
  @Test func mixtureWeights() throws {
    let weights: [String: OptionValue] = [
      "alpha": .real(0.5), "beta": .real(0.3), "gamma": .real(0.2),
    ]
    let total = 2_000_000
    let recipe = try recipes(
      "mixture", weights, samples: .constant(total), generations: 3...3)[0]
    let exact = [1 - 0.5 - 0.15 - 0.045, 0.045, 0.15, 0.5]
    var counts = [0, 0, 0, 0]
    for ingredient in recipe.ingredients {
      switch ingredient {
      case .fresh(let count): counts[0] += count
      case .draw(let generation, let count): counts[generation + 1] += count
      case .real, .synthetic: Issue.record("\(ingredient)")
      }
    }
    #expect(counts.reduce(0, +) == total)
    for (count, weight) in zip(counts, exact) {
      let error = (weight * (1 - weight) * Double(total)).squareRoot()
      #expect(abs(Double(count) - weight * Double(total)) < 4 * error, "\(counts)")
    }
  }

  @Test func mixtureAtItsEnds() throws {
    let newest = try recipes("mixture", ["alpha": .real(1), "gamma": .real(0)])
    #expect(
      newest == zip(1...4, [30, 40, 50, 60]).map {
        Recipe([.fresh(count: 0), .draw(generation: $0 - 1, count: $1)])
      })
    let real = try recipes("mixture", ["alpha": .real(0), "gamma": .real(1)])
    #expect(real == [30, 40, 50, 60].map { Recipe([.fresh(count: $0)]) })
    for (alpha, gamma) in [(0.5, 0.4), (0.7, 0.4)] {
      #expect(throws: ComponentError.self) {
        try recipes("mixture", ["alpha": .real(alpha), "gamma": .real(gamma)])
      }
    }
  }

  @Test(arguments: ["replace", "accumulate", "accumulate-subsample", "growing-replace"])
  func policiesWithoutRealDataOfTheirOwnRefuseThem(name: String) throws {
    #expect(throws: ComponentError.self) { try recipes(name, real: 1) }
    #expect(try recipes(name, real: 0).count == 4)
  }

  @Test func sizes() {
    #expect(SampleSize.sameAsData.count(generation: 3, dataCount: 12) == 12)
    #expect(SampleSize.constant(5).count(generation: 3, dataCount: 12) == 5)
    // Generations beyond the list keep its last entry.
    #expect((0..<4).map { SampleSize.list([1, 2, 3]).count(generation: $0, dataCount: 9) } == [1, 2, 3, 3])
  }
}
