import Engine
import Randomness

/// A classifier-like network on made-up data with everything that a training step has to treat:
/// [n, 6] → linear, batch normalisation or not, relu → linear with spectral normalisation or not → a
/// squared error against [n, 3].
struct SmallNetwork {
  static let inputs = 6
  static let outputs = 3
  static let samples = 24

  let first: Linear
  let normalisation: BatchNormalisation?
  let second: Linear
  let spectral: SpectralNormalisation?
  let optimiser: Optimiser

  var variables: [Variable] {
    first.variables + (normalisation?.variables ?? []) + second.variables + (spectral?.variables ?? [])
  }

  init(
    hidden: Int = 10, isNormalised: Bool = false, isSpectral: Bool = false,
    optimiser: ([Variable]) -> Optimiser = {
      Optimiser(rule: .adam(), variables: $0, learningRate: 0.01)
    }
  ) {
    let key = RandomKey(seed: 11)
    first = Linear("first", inputs: Self.inputs, outputs: hidden, key: key)
    second = Linear("second", inputs: hidden, outputs: Self.outputs, key: key)
    normalisation = isNormalised ? BatchNormalisation("norm", channels: hidden) : nil
    spectral = isSpectral ? SpectralNormalisation(second.weight, key: key) : nil
    self.optimiser = optimiser(first.variables + (normalisation?.variables ?? []) + second.variables)
  }

  /// The content of a shard of `count` samples.
  func content(in graph: Graph, count: Int) -> TrainingStep.Content {
    let x = graph.input("x", [count, Self.inputs])
    var hidden = first(x)
    var averaged: [Update] = []
    if let normalisation {
      let (result, updates) = normalisation.training(hidden)
      hidden = result
      averaged = updates
    }
    let weight = spectral?.training(in: graph).weight ?? graph.value(of: second.weight)
    let error = second(hidden.relu(), weight: weight) - graph.input("y", [count, Self.outputs])
    return TrainingStep.Content(
      loss: error.square().average(), measures: [("distance", error.abs().average())],
      averaged: averaged.assignments, once: { spectral?.training(in: $0).updates ?? [] })
  }

  func step(
    shards: any ShardExchange = LocalShards(), options: ProgramOptions = ProgramOptions(),
    reportsGradientNorm: Bool = true
  ) throws -> TrainingStep {
    try TrainingStep(
      optimiser, shards: shards, options: options, reportsGradientNorm: reportsGradientNorm
    ) { content(in: $0, count: Self.samples / shards.shards) }
  }

  /// Fills the inputs of a shard: its part of the samples of step `number`.
  static func prepare(_ program: Program, step number: Int, shard: Int, shards: Int) {
    for (name, width) in [("x", inputs), ("y", outputs)] where program.hasInput(name) {
      var stream = RandomStream(key: RandomKey(seed: 5).folding(UInt64(number)).folding(UInt64(width)))
      let all = (0..<samples * width).map { _ in Float(stream.uniform()) - 0.3 }
      let part = samples / shards * width
      _ = program.input(name).update(fromContentsOf: all[shard * part..<(shard + 1) * part])
    }
  }

  /// Runs steps 0, 1, …
  static func train(_ step: TrainingStep, steps: Int, shards: Int) throws {
    for number in 0..<steps {
      try step.run { prepare($0, step: number, shard: $1, shards: shards) }
    }
  }
}
