import Engine
import Networks
import Options
import Randomness

/// `wgan-clip-mlp`, `wgan-gp-mlp`, `wgan-gp-conv`: Wasserstein GANs (Arjovsky et al. 2017; Gulrajani et
/// al. 2017, algorithm 1). A step is some critic steps and one of the generator, each with fresh real
/// images and fresh noise.
///
/// With clipped weights RMSProp 5·10⁻⁵, α 0.99; with the gradient penalty Adam 10⁻⁴, β (0.5, 0.9).
public struct WGANWorkload: Workload {
  static let networks = Option.choice(
    "networks", ["mlp", "conv"], default: "mlp", help: "What both networks are made of.")
  static let isPenalised = Option.flag(
    "penalised", default: true, help: "Whether the critic has a gradient penalty or clipped weights.")
  static let batch = Option.integer(
    "batch", in: 1...65_536, unit: "images", default: 64, help: "Real images of one critic step.")
  static let latent = Option.integer(
    "latent", in: 1...65_536, default: 128, help: "Width of the noise.")
  static let side = Option.integer(
    "side", in: 1...256, unit: "pixels", default: 7, help: "A quarter of the side of an image.")
  static let width = Option.integer(
    "width", in: 0...65_536, default: 0,
    help: "Width of the hidden layers (mlp) or channels (conv); 0 for 512 or 64.")
  static let criticSteps = Option.integer(
    "critic_steps", in: 1...1_000, default: 5, help: "Critic steps for one of the generator.")

  public static let component = Component(
    name: "wgan", summary: "A Wasserstein GAN of dense or convolutional networks.",
    source: "Arjovsky et al. 2017; Gulrajani et al. 2017",
    options: [
      networks.spec, isPenalised.spec, batch.spec, latent.spec, side.spec, width.spec, criticSteps.spec,
    ])

  let networks: any AdversarialNetworks
  let isPenalised: Bool
  let batch, latent, side, criticSteps: Int
  let key: RandomKey

  public var variables: [Variable] { networks.generatorVariables + networks.criticVariables }

  public init(options: OptionValues, key: RandomKey) {
    isPenalised = options[Self.isPenalised]
    (batch, latent, side) = (options[Self.batch], options[Self.latent], 4 * options[Self.side])
    criticSteps = options[Self.criticSteps]
    self.key = key
    let width = options[Self.width]
    if options[Self.networks] == "conv" {
      networks = ConvolutionalAdversarialNetworks(
        latent: latent, channels: width == 0 ? 64 : width, image: [side, side, 1], key: key)
    } else {
      networks = DenseAdversarialNetworks(
        latent: latent, hidden: [Int](repeating: width == 0 ? 512 : width, count: 2),
        data: side * side, key: key)
    }
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let pool = BatchPool(
      SyntheticData.spots(
        BatchPool<Float>.batches * batch, side: side, key: key.folding(.realData)))
    return Routine(
      [try critic(pool, options), try generator(options)], samples: Double(criticSteps * batch),
      key: key.folding(.fit))
  }

  private func critic(_ pool: BatchPool<Float>, _ options: ProgramOptions) throws -> Routine.Phase {
    let optimiser = optimiser(networks.criticVariables, weightBound: isPenalised ? nil : 0.01)
    return try Routine.Phase(
      "critic", options: options, repetitions: criticSteps,
      prepare: { program, number in pool.copy(number, into: program.input("real")) }
    ) { graph in
      let real = graph.input("real", [batch] + networks.imageShape)
      let fake = networks.generated(graph.random(.normal, [batch, latent]))
      let each = [batch] + networks.imageShape.map { _ in 1 }
      let loss = networks.criticLoss(
        real: real, fake: fake, mix: isPenalised ? graph.random(.uniform, each) : nil,
        penaltyWeight: 10)
      return (["loss": loss], optimiser.updates(minimising: loss))
    }
  }

  private func generator(_ options: ProgramOptions) throws -> Routine.Phase {
    let optimiser = optimiser(networks.generatorVariables, weightBound: nil)
    return try Routine.Phase("generator", options: options) { graph in
      let fake = networks.generated(graph.random(.normal, [batch, latent]))
      let loss = -networks.scores(fake).average()
      return (["loss": loss], optimiser.updates(minimising: loss))
    }
  }

  private func optimiser(_ variables: [Variable], weightBound: Float?) -> Optimiser {
    isPenalised
      ? Optimiser(rule: .adam(beta1: 0.5, beta2: 0.9), variables: variables, learningRate: 1e-4)
      : Optimiser(
        rule: .rmsProp(), variables: variables, learningRate: 5e-5, weightBound: weightBound)
  }

  public func sampling(_ options: ProgramOptions) throws -> Routine? {
    let phase = try Routine.Phase(options: options) { graph in
      (["samples": networks.generated(graph.random(.normal, [batch, latent]))], [])
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.sample))
  }
}
