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
      A batch is divided into shards, the shards are divided over the ranks of mpirun, and gradients are
      added over the shards in one fixed tree while the last of them is computed. Ranks of one node add
      them in memory that they share, others send messages. The checksum of the weights depends on the
      shards, not on the ranks. Times are the median over steps on the slowest rank; communication is the
      share that the ranks spend on exchanging gradients and on waiting for each other.
      """)

  @ArgumentParser.Option(help: "Shards of a batch.")
  var shards = 4

  @ArgumentParser.Option(help: "Images of a shard.")
  var images = 32

  @ArgumentParser.Option(help: "Width of the hidden layers.")
  var hidden = 400

  @ArgumentParser.Option(help: "Steps.")
  var steps = 20

  @ArgumentParser.Option(help: "Operands of products and convolutions; sums are always f32.")
  var precision: OperandPrecision = .float32

  @Flag(help: "Send messages also between ranks that could share memory.")
  var messages = false

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    guard shards > 0, images > 0, hidden > 0, steps > 0 else {
      throw ValidationError("--shards, --images, --hidden and --steps must be above 0")
    }
  }

  func run() throws {
    try reportingMistakes { try ProcessSetup.prepare() }
    withMPI { world in try measure(world) }
  }

  private func measure(_ world: Communicator) throws {
    let workload = try VAEWorkload(
      options: OptionValues(["hidden": .integer(hidden)], specs: VAEWorkload.component.options),
      key: RandomKey(seed: 1))
    let reducer = ShardReducer(shards: shards, group: world, sharesMemory: !messages)
    let step = try TrainingStep(
      Optimiser(rule: .adam(), variables: workload.variables, learningRate: 1e-3), shards: reducer,
      options: ProgramOptions(precision: precision)
    ) { workload.shardContent(in: $0, images: images) }
    let clock = ContinuousClock()
    let seconds = try (0..<steps).map { number in
      let start = clock.now
      try step.run { workload.prepareShard($0, step: number, shard: $1) }
      return (clock.now - start) / .seconds(1)
    }
    // [ranks] each, in rank order.
    let one = [Int](repeating: 1, count: world.size)
    let slowest = try reducer.gather([Float(seconds.sorted()[steps / 2])], counts: one).max() ?? 0
    let shares = try reducer.gather(
      [Float(reducer.communicationSeconds / seconds.reduce(0, +))], counts: one)
    let checksum = sha256Hex(workload.variables.flatMap { $0.array.bytes })
    let checksums = try world.allGather(Array(checksum.utf8))
    guard world.isRoot else { return }
    let figures = Figures(
      ranks: world.size, millisecondsPerStep: Double(slowest) * 1e3,
      communicationShare: Double(shares.reduce(0, +)) / Double(world.size),
      usesSharedMemory: reducer.usesSharedMemory, checksum: checksum,
      ranksAgree: Set(checksums).count == 1)
    print(json ? self.json(figures, step) : text(figures, step))
  }

  /// What was measured, beside the values of the last step.
  private struct Figures {
    let ranks: Int
    let millisecondsPerStep: Double
    let communicationShare: Double
    let usesSharedMemory: Bool
    /// Of the weights.
    let checksum: String
    /// Whether it is that of every rank.
    let ranksAgree: Bool
  }

  private func json(_ figures: Figures, _ step: TrainingStep) -> String {
    OptionValue.map([
      "ranks": .integer(figures.ranks), "shards": .integer(shards), "steps": .integer(steps),
      "milliseconds_per_step": .real(figures.millisecondsPerStep),
      "communication_share": .real(figures.communicationShare),
      "shared_memory": .flag(figures.usesSharedMemory),
      "loss": .real(Double(step.value("loss"))),
      "gradient_norm": .real(Double(step.gradientNorm)),
      "weights_sha256": .text(figures.checksum), "ranks_agree": .flag(figures.ranksAgree),
    ]).canonicalJSON
  }

  private func text(_ figures: Figures, _ step: TrainingStep) -> String {
    String(
      format: "%d ranks, %d shards: %.3f ms a step, %.0f %% communication%@, loss %.6g, weights %@%@",
      figures.ranks, shards, figures.millisecondsPerStep, 100 * figures.communicationShare,
      figures.usesSharedMemory ? " through shared memory" : "", step.value("loss"),
      String(figures.checksum.prefix(16)),
      figures.ranksAgree ? "" : "; OTHER WEIGHTS ON OTHER RANKS")
  }
}

extension [Float] {
  fileprivate var bytes: [UInt8] { withUnsafeBufferPointer { [UInt8](UnsafeRawBufferPointer($0)) } }
}
