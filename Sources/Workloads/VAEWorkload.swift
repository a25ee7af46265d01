import Engine
import Networks
import Options
import Randomness

/// `vae-mlp`: a variational autoencoder of images, Adam 10⁻³.
public struct VAEWorkload: Workload {
  static let batch = Option.integer(
    "batch", in: 1...65_536, unit: "images", default: 128, help: "Images a step.")
  static let data = Option.integer(
    "data", in: 1...1_000_000, unit: "pixels", default: 784, help: "Pixels an image.")
  static let hidden = Option.integer(
    "hidden", in: 1...65_536, default: 400, help: "Width of the hidden layers.")
  static let latent = Option.integer(
    "latent", in: 1...65_536, default: 20, help: "Width of the latent layer.")

  public static let component = Component(
    name: "vae", summary: "A variational autoencoder with one hidden layer each way.",
    source: "Kingma & Welling 2014", options: [batch.spec, data.spec, hidden.spec, latent.spec])

  let model: DenseAutoencoder
  let batch, data: Int
  let key: RandomKey

  public var variables: [Variable] { model.variables }

  public init(options: OptionValues, key: RandomKey) {
    (batch, data) = (options[Self.batch], options[Self.data])
    self.key = key
    model = DenseAutoencoder(
      data: data, hidden: options[Self.hidden], latent: options[Self.latent], key: key)
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let optimiser = Optimiser(rule: .adam(), variables: variables, learningRate: 1e-3)
    let pool = BatchPool(
      SyntheticData.vectors(
        BatchPool<Float>.batches * batch, width: data, key: key.folding(.realData)))
    let phase = try Routine.Phase(
      options: options, prepare: { program, number in pool.copy(number, into: program.input("x")) }
    ) { graph in
      let x = graph.input("x", [batch, data])
      let loss = model.loss(x, noise: graph.random(.normal, [batch, model.latent]))
      return (["loss": loss], optimiser.updates(minimising: loss))
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.fit))
  }

  /// Decodes a batch of latent vectors: the probabilities of the pixels.
  public func sampling(_ options: ProgramOptions) throws -> Routine? {
    let phase = try Routine.Phase(options: options) { graph in
      (["samples": model.decoded(graph.random(.normal, [batch, model.latent]), labels: nil).sigmoid()], [])
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.sample))
  }
}
