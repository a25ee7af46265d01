import Engine
import Networks
import Randomness

/// The programs that train a variational autoencoder.
final class AutoencoderPrograms {
  let networks: any Autoencoder
  private let optimiser: Optimiser
  let step: TrainingStep
  /// Samples of a shard of a batch.
  let part: Int

  /// Everything that a fit changes.
  var state: [Variable] { networks.variables + optimiser.state }

  /// - Throws: `ComponentError` for a batch that does not divide into the shards, `ProgramError`.
  init(_ model: VariationalAutoencoder, _ context: TrainingContext) throws {
    let networks = model.networks(key: RandomKey(seed: 0))
    let part = try batchPart(
      model.batch, shards: context.exchange.shards, component: "vae")
    let classes = model.classes
    let optimiser = Optimiser(
      rule: .adam(weightDecay: Float(model.weightDecay)), variables: networks.variables,
      learningRate: Float(model.learningRate))
    step = try TrainingStep(optimiser, shards: context.exchange, options: context.options) { graph in
      let x = graph.input("x", [part] + networks.dataShape)
      let (reconstruction, divergence) = networks.bound(
        x, noise: graph.random(.normal, [part, model.latent]),
        labels: graph.labels(part, classes: classes), likelihood: model.likelihood)
      return TrainingStep.Content(
        loss: reconstruction + Float(model.beta) * divergence,
        measures: [("reconstruction", reconstruction), ("divergence", divergence)])
    }
    self.networks = networks
    self.optimiser = optimiser
    self.part = part
  }

  /// Takes over a network's values and forgets the optimiser's.
  func begin(_ start: FittedNetwork) {
    start.load(into: networks.variables)
    optimiser.reset()
  }
}
