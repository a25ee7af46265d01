import ArgumentParser
import Engine
import Foundation
import MPI
import Models
import Options
import Randomness
import Samples
import Study

/// `ouroboros bench scaling`
struct BenchScalingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling",
    abstract: "Measure how fits of a neural model scale over ranks: one chain shared, and one each.",
    discussion: """
      Fits of the same length on random images of 28×28 pixels. One chain, its batch in shards: by one rank
      alone while the others sleep, then by all ranks together; efficiency is time alone / (ranks · time
      together). Chains side by side, batches whole: by one rank alone, then one chain on every rank;
      efficiency is time alone / mean time. Taken in turn over the rounds, each after a fit of the same length
      that is not timed; medians.
      """)

  @ArgumentParser.Option(help: "wgan-gp-conv, wgan-gp-mlp or vae, with the networks of bench train.")
  var model = "wgan-gp-conv"

  @ArgumentParser.Option(help: "Shards of a batch.")
  var shards = 4

  @ArgumentParser.Option(help: "Steps of a fit.")
  var steps = 10

  @ArgumentParser.Option(help: "Rounds.")
  var rounds = 3

  @Flag(help: "Send messages also between ranks that could share memory.")
  var messages = false

  @Flag(help: "One JSON object.")
  var json = false

  private static let models: [String: (name: String, options: [String: OptionValue])] = [
    "wgan-gp-conv": ("wgan", ["networks": .text("convolutional")]),
    "wgan-gp-mlp": ("wgan", ["networks": .text("mlp"), "hidden_layers": .integer(2)]),
    "vae": ("vae", ["networks": .text("mlp"), "batch": .integer(128)]),
  ]

  func validate() throws {
    guard shards > 0, steps > 0, rounds > 0 else {
      throw ValidationError("--shards, --steps and --rounds must be above 0")
    }
    guard Self.models[model] != nil else {
      throw ValidationError(
        "no model \(model); expected one of \(Self.models.keys.sorted().joined(separator: ", "))")
    }
  }

  func run() throws {
    try reportingMistakes { try ProcessSetup.prepare() }
    withMPI { world in try measure(world) }
  }

  private func measure(_ world: Communicator) throws {
    let group = ShardReducer(shards: shards, group: world, sharesMemory: !messages)
    let (divided, whole) = (LocalShards(shards: shards), LocalShards())
    var alone: [Double] = []
    var single: [Double] = []
    var together: [Double] = []
    var communication = 0.0
    var beside: [Double] = []
    for round in 0..<rounds {
      if world.isRoot {
        alone.append(try measureFit(exchange: divided, seed: round).seconds)
        single.append(try measureFit(exchange: whole, seed: round).seconds)
        for rank in 1..<max(world.size, 1) {
          try world.send([UInt8(1)], to: Rank(rank), tag: Self.tag)
        }
      } else {
        try sleepUntilCalled(world)
      }
      let shared = try measureFit(exchange: group, seed: round)
      together.append(shared.seconds)
      communication += shared.communication
      let own = try measureFit(exchange: whole, seed: round).seconds
      let all = try world.allGather(value: own)
      beside.append(all.reduce(0, +) / Double(all.count))
    }
    guard world.isRoot else { return }
    let (one, shared) = (median(alone), median(together))
    let (own, each) = (median(single), median(beside))
    let ranks = Double(world.size)
    if json {
      print(
        OptionValue.map([
          "model": .text(model), "ranks": .integer(world.size), "shards": .integer(shards),
          "steps": .integer(steps), "seconds_alone": .real(one), "seconds_together": .real(shared),
          "seconds_single": .real(own), "seconds_side_by_side": .real(each),
          "group_efficiency": .real(one / (ranks * shared)), "farm_efficiency": .real(own / each),
          "communication_share": .real(communication / together.reduce(0, +)),
        ]).canonicalJSON)
    } else {
      print(
        String(
          format: "%@, %d ranks: one chain in %d shards %.3f s alone, %.3f s together (efficiency %.3f, "
            + "%.1f %% communication); whole chains %.3f s alone, %.3f s side by side (efficiency %.3f)",
          model, world.size, shards, one, shared, one / (ranks * shared),
          100 * communication / together.reduce(0, +), own, each, own / each))
    }
  }

  private static let tag: Tag = 11

  /// Waits without taking the core from the rank that is measured.
  private func sleepUntilCalled(_ world: Communicator) throws {
    while try world.immediateProbe(from: Rank(0), tag: Self.tag) == nil { usleep(2000) }
    _ = try world.receive(UInt8.self, from: Rank(0), tag: Self.tag)
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  /// The time of a fit, without that of building the programs, and what of it was communication.
  private func measureFit(
    exchange: any ShardExchange, seed: Int
  ) throws -> (seconds: Double, communication: Double) {
    guard let choice = Self.models[model], let type = ModelRegistry.named(choice.name) else {
      return (.nan, .nan)
    }
    func communicationSeconds() -> Double { (exchange as? ShardReducer)?.communicationSeconds ?? 0 }
    func fit<Model: GenerativeModel>(
      _ type: Model.Type
    ) throws -> (seconds: Double, communication: Double) {
      let options = try OptionValues(
        choice.options.merging(["steps": .integer(steps)]) { $1 }, specs: Model.component.options)
      let data = images(seed)
      let training = TrainingSet<Model.Statistics>(
        space: data.space, provenance: data.provenance, parts: [data], statistics: nil)
      var model = try Model(options: options, space: data.space)
      let context = TrainingContext(exchange: exchange)
      // Not timed: it builds the programs, and a core that slept takes some tenths of a second to be as fast as
      // one that did not.
      _ = try model.fit(training, key: RandomKey(seed: 1), context: context)
      let before = communicationSeconds()
      let start = ContinuousClock.now
      _ = try model.fit(training, key: RandomKey(seed: UInt64(seed)), context: context)
      return ((ContinuousClock.now - start) / .seconds(1), communicationSeconds() - before)
    }
    return try fit(type)
  }

  private func images(_ seed: Int) -> SampleSet {
    let count = 512
    var values = [Double](repeating: 0, count: count * 784)
    var stream = RandomStream(key: RandomKey(seed: UInt64(seed)))
    for index in values.indices { values[index] = stream.uniform() }
    return SampleSet(
      space: .images(channels: 1, height: 28, width: 28), reals: values,
      provenance: Provenance(.real, count: count))
  }
}
