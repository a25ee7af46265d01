import ArgumentParser
import Engine
import Foundation
import MPI
import Options
import Randomness
import Results
import Study
import Workloads

/// `ouroboros bench shards`
struct BenchShardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shards",
    abstract: "Measure data-parallel training steps of the VAE workload over all ranks.",
    discussion: """
      A batch is divided into shards, the shards are divided over the ranks of mpirun, and gradients
      are added over the shards in one fixed tree. The checksum of the weights depends on the shards,
      not on the ranks.
      """)

  @ArgumentParser.Option(help: "Shards of a batch.")
  var shards = 4

  @ArgumentParser.Option(help: "Images of a shard.")
  var images = 32

  @ArgumentParser.Option(help: "Steps.")
  var steps = 20

  @ArgumentParser.Option(help: "Operands of products and convolutions; sums are always f32.")
  var precision: OperandPrecision = .float32

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    guard shards > 0, images > 0, steps > 0 else {
      throw ValidationError("--shards, --images and --steps must be above 0")
    }
  }

  func run() throws {
    try reportingMistakes { try ProcessSetup.prepare() }
    withMPI { world in try measure(world) }
  }

  private func measure(_ world: Communicator) throws {
    let workload = try VAEWorkload(
      options: OptionValues([:], specs: VAEWorkload.component.options), key: RandomKey(seed: 1))
    let training = try ShardedTraining(
      Optimiser(rule: .adam(), variables: workload.variables, learningRate: 1e-3), shards: shards,
      group: world, options: ProgramOptions(precision: precision)
    ) { workload.shardLoss(in: $0, images: images) }
    let clock = ContinuousClock()
    let start = clock.now
    for step in 0..<steps {
      try training.step { workload.prepareShard($0, step: step, shard: $1) }
    }
    let seconds = (clock.now - start) / .seconds(1)
    guard world.isRoot else { return }
    let checksum = sha256Hex(workload.variables.flatMap { $0.array.bytes })
    if json {
      print(
        OptionValue.map([
          "ranks": .integer(world.size), "shards": .integer(shards), "steps": .integer(steps),
          "milliseconds_per_step": .real(seconds / Double(steps) * 1e3),
          "loss": .real(Double(training.loss)), "weights_sha256": .text(checksum),
        ]).canonicalJSON)
    } else {
      print(
        String(
          format: "%d ranks, %d shards: %.3f ms a step, loss %.6g, weights %@", world.size, shards,
          seconds / Double(steps) * 1e3, training.loss, String(checksum.prefix(16))))
    }
  }
}

extension [Float] {
  fileprivate var bytes: [UInt8] { withUnsafeBufferPointer { [UInt8](UnsafeRawBufferPointer($0)) } }
}
