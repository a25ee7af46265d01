import Engine
import Randomness
import TestSupport
import Testing

/// Steps of one shard and of several against one another and against a program of the whole batch.
@Suite struct TrainingStepTests {
  private func doubles(_ variables: [Variable]) -> [Double] {
    variables.flatMap { $0.values.map(Double.init) }
  }

  /// Ten steps of the network that `make` makes, as one program without `TrainingStep`.
  private func wholeBatch(_ network: SmallNetwork, steps: Int) throws -> [Float] {
    let graph = Graph()
    let content = network.content(in: graph, count: SmallNetwork.samples)
    let program = try Program(
      graph, outputs: ["loss": content.loss],
      updates: network.optimiser.updates(minimising: content.loss)
        + content.averaged.map { Update.assign($0, $1) } + content.once(graph))
    return try (0..<steps).map { number in
      SmallNetwork.prepare(program, step: number, shard: 0, shards: 1)
      try program.run()
      return program.output("loss")[0]
    }
  }

  @Test(arguments: [true, false])
  func oneShardHasTheBitsOfAProgram(reportsGradientNorm: Bool) throws {
    let (one, other) = (
      SmallNetwork(isNormalised: true, isSpectral: true),
      SmallNetwork(isNormalised: true, isSpectral: true)
    )
    let losses = try wholeBatch(one, steps: 6)
    let step = try other.step(reportsGradientNorm: reportsGradientNorm)
    #expect(step.updateProgram == nil && step.measures == ["loss", "distance"])
    try SmallNetwork.train(step, steps: 6, shards: 1)
    #expect(step.value("loss") == losses.last)
    #expect(doubles(other.variables) == doubles(one.variables))
    #expect(doubles(other.optimiser.state) == doubles(one.optimiser.state))
  }

  static let optimisers: [String: @Sendable ([Variable]) -> Optimiser] = [
    "adam": { Optimiser(rule: .adam(), variables: $0, learningRate: 0.01) },
    "sgd, average, decay": {
      Optimiser(
        rule: .sgd(momentum: 0.9, weightDecay: 0.01), variables: $0, learningRate: 0.1,
        averageDecay: 0.9)
    },
    // Such that it cuts in every step.
    "clipped": {
      Optimiser(rule: .sgd(), variables: $0, learningRate: 0.1, gradientNorm: 0.05)
    },
  ]

  /// The mean over shards of means is the mean over the batch; rounding apart.
  @Test(arguments: optimisers.keys.sorted(), [2, 3, 4, 8])
  func shardsAddUpToTheBatch(_ name: String, shards: Int) throws {
    let optimiser = try #require(Self.optimisers[name])
    let (whole, divided) = (
      SmallNetwork(isSpectral: true, optimiser: optimiser),
      SmallNetwork(isSpectral: true, optimiser: optimiser)
    )
    let (one, many) = (try whole.step(), try divided.step(shards: LocalShards(shards: shards)))
    let start = doubles(whole.variables)
    for number in 0..<6 {
      for (step, count) in [(one, 1), (many, shards)] {
        var prepared: [Int] = []
        try step.run { program, shard in
          prepared.append(shard)
          SmallNetwork.prepare(program, step: number, shard: shard, shards: count)
        }
        #expect(prepared == Array(0..<count))
      }
      for measure in one.measures {
        expectClose(Double(many.value(measure)), Double(one.value(measure)), relative: 1e-5)
      }
      expectClose(Double(many.gradientNorm), Double(one.gradientNorm), relative: 1e-4)
    }
    expectClose(doubles(divided.variables), doubles(whole.variables), relative: 1e-4, absolute: 2e-5)
    let moved = zip(start, doubles(whole.variables)).map { abs($0 - $1) }.max() ?? 0
    #expect(moved > 1e-2, "the weights hardly moved, the comparison says little: \(moved)")
    #expect(many.updateProgram != nil)
  }

  /// One step of SGD at rate 1 takes the gradient off the weights.
  @Test(arguments: [1, 4])
  func gradientNormIsThatOfTheMeanGradient(shards: Int) throws {
    for bound: Float? in [nil, 0.05] {
      let network = SmallNetwork {
        Optimiser(rule: .sgd(), variables: $0, learningRate: 1, gradientNorm: bound)
      }
      let before = doubles(network.optimiser.variables)
      let step = try network.step(shards: LocalShards(shards: shards))
      try SmallNetwork.train(step, steps: 1, shards: shards)
      let gradient = zip(before, doubles(network.optimiser.variables)).map { $0 - $1 }
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if let bound {
        // Reported before the clipping.
        expectClose(norm, Double(bound), relative: 1e-4)
        #expect(step.gradientNorm > 2 * bound)
      } else {
        expectClose(Double(step.gradientNorm), norm, relative: 1e-4)
      }
    }
  }

  @Test func gradientNormSeesWhatIsNotFinite() throws {
    let network = SmallNetwork()
    let step = try network.step(shards: LocalShards(shards: 2))
    try step.run { program, shard in
      SmallNetwork.prepare(program, step: 0, shard: shard, shards: 2)
      if shard == 1 { program.input("x")[3] = .nan }
    }
    #expect(step.gradientNorm.isNaN && step.value("loss").isNaN)
  }

  /// Large gradients whose squares overflow float32.
  @Test func gradientNormDoesNotOverflow() throws {
    let weight = Variable("weight", [40_000])
    let step = try TrainingStep(
      Optimiser(rule: .sgd(), variables: [weight], learningRate: 0)
    ) { .init(loss: ($0.value(of: weight) * 1e25).total()) }
    try step.run { _, _ in }
    expectClose(Double(step.gradientNorm), 200 * 1e25, relative: 1e-5)
  }

  @Test(arguments: [2, 3, 4])
  func averagedVariablesTakeTheMeanOverShards(shards: Int) throws {
    let network = SmallNetwork(isNormalised: true)
    let normalisation = try #require(network.normalisation)
    let step = try network.step(shards: LocalShards(shards: shards))
    // What each shard would make of the running mean by itself.
    let graph = Graph()
    let content = network.content(in: graph, count: SmallNetwork.samples / shards)
    let mean = try #require(content.averaged.first { $0.0 === normalisation.runningMean })
    let alone = try Program(graph, outputs: ["mean": mean.1])
    let parts = try (0..<shards).map { shard in
      SmallNetwork.prepare(alone, step: 0, shard: shard, shards: shards)
      try alone.run()
      return alone.output("mean").map(Double.init)
    }
    let expected = parts[0].indices.map { index in
      parts.reduce(0) { $0 + $1[index] } / Double(shards)
    }
    try SmallNetwork.train(step, steps: 1, shards: shards)
    expectClose(
      normalisation.runningMean.values.map(Double.init), expected, relative: 1e-5, absolute: 1e-7)
    #expect(Set(parts.map { $0[0] }).count == shards)
    try SmallNetwork.train(step, steps: 4, shards: shards)
    // A count, whose mean is exact also where 1/shards is not.
    #expect(normalisation.batches.array == [5])
  }

  /// Updates made once: they see the weights as they were, and count steps, not shards.
  @Test(arguments: [1, 4])
  func onceIsOncePerStep(shards: Int) throws {
    let weight = Variable("weight", [3])
    weight.assign([1, -2, 3])
    let (seen, count) = (
      Variable("seen", [3], isTrainable: false), Variable("count", [], isTrainable: false)
    )
    let step = try TrainingStep(
      Optimiser(rule: .sgd(), variables: [weight], learningRate: 0.25),
      shards: LocalShards(shards: shards)
    ) { graph in
      .init(
        loss: graph.value(of: weight).square().total(),
        once: { graph in
          [
            .assign(seen, graph.value(of: weight) * 2),
            .assign(count, graph.value(of: count) + 1),
          ]
        })
    }
    for number in 1...3 {
      let before = weight.array
      try step.run { _, _ in }
      #expect(seen.array == before.map { 2 * $0 })
      #expect(weight.array == before.map { $0 / 2 })
      #expect(count.array == [Float(number)])
    }
  }

  @Test func mistakesAreNamed() throws {
    let weight = Variable("weight", [3])
    func build(_ content: (Graph) -> TrainingStep.Content, shards: Int) throws {
      _ = try TrainingStep(
        Optimiser(rule: .sgd(), variables: [weight], learningRate: 1),
        shards: LocalShards(shards: shards), build: content)
    }
    for shards in [1, 2] {
      #expect(throws: ProgramError.self) {
        try build({ .init(loss: $0.value(of: weight)) }, shards: shards)
      }
      #expect(throws: ProgramError.self) {
        try build(
          { graph in
            let loss = graph.value(of: weight).total()
            return .init(loss: loss, measures: [("loss", loss)])
          }, shards: shards)
      }
      #expect(throws: ProgramError.self) {
        try build(
          { graph in
            let loss = graph.value(of: weight).total()
            return .init(loss: loss, averaged: [(Variable("mean", [2]), graph.value(of: weight))])
          }, shards: shards)
      }
    }
  }

  /// `poll` is called between the instructions of every program, and its errors end the step.
  @Test(arguments: [1, 3])
  func pollRunsAndStops(shards: Int) throws {
    struct Stop: Error {}
    let network = SmallNetwork()
    let step = try network.step(shards: LocalShards(shards: shards))
    var polls = 0
    try step.run(
      prepare: { SmallNetwork.prepare($0, step: 0, shard: $1, shards: shards) }, poll: { polls += 1 })
    #expect(polls == shards * step.program.costs.count + (step.updateProgram?.costs.count ?? 0))
    let before = doubles(network.variables)
    #expect(throws: Stop.self) {
      try step.run(
        prepare: { SmallNetwork.prepare($0, step: 1, shard: $1, shards: shards) },
        poll: { throw Stop() })
    }
    #expect(doubles(network.variables) == before)
  }
}
