import Engine
import Networks
import Randomness
import Samples

/// The programs of a trained variational autoencoder. Its variables are its own: an earlier generation
/// can be drawn from while the next one is trained.
final class AutoencoderUse {
  static let samplingBatch = 256
  static let viewBatch = 100

  let networks: any Autoencoder
  let sampling: Program
  /// √λ: what latent vectors are multiplied by.
  let scale: Variable
  private let encoding: Program

  /// - Throws: `ProgramError`.
  init(_ model: VariationalAutoencoder, _ options: ProgramOptions) throws {
    let networks = model.networks(key: RandomKey(seed: 0))
    let scale = Variable("latent_scale", [], isTrainable: false)
    let graph = Graph()
    let batch = Self.samplingBatch
    let z = graph.random(.normal, [batch, model.latent]) * graph.value(of: scale)
    let decoded = networks.decoded(z, labels: graph.labels(batch, classes: model.classes))
    sampling = try Program(
      graph, outputs: ["samples": Self.output(decoded, model)], options: options)
    let viewing = Graph()
    let means = networks.encoded(
      viewing.input("x", [Self.viewBatch] + networks.dataShape),
      labels: viewing.labels(Self.viewBatch, classes: model.classes)
    ).mean
    encoding = try Program(viewing, outputs: ["means": means], options: options)
    self.networks = networks
    self.scale = scale
  }

  /// What is handed out as a sample: the mean of the likelihood, or a draw from it.
  private static func output(_ decoded: Tensor, _ model: VariationalAutoencoder) -> Tensor {
    switch model.likelihood {
    case .bernoulli:
      let mean = decoded.sigmoid()
      guard model.drawsOutput else { return mean }
      let uniform = decoded.graph.random(.uniform, decoded.shape)
      return (uniform .< mean).select(decoded.graph.fill(1, decoded.shape), 0)
    case .gaussian(let deviation):
      guard model.drawsOutput else { return decoded }
      return decoded + deviation * decoded.graph.random(.normal, decoded.shape)
    }
  }

  /// The latent means [count × L] of up to `viewBatch` samples, by the variables as they are.
  func latentMeans(of samples: SampleSet, order: SampleOrder, labels: [Int32]) throws -> [Float] {
    let width = samples.space.width
    var values: [Float] = []
    for row in 0..<samples.count {
      order.append(samples.reals[row * width..<(row + 1) * width], to: &values)
    }
    let input = encoding.input("x")
    input.update(repeating: 0)
    _ = input.update(fromContentsOf: values)
    if encoding.hasInput("labels") {
      let input = encoding.integerInput("labels")
      input.update(repeating: 0)
      _ = input.update(fromContentsOf: labels)
    }
    try encoding.run()
    let means = encoding.output("means")
    return Array(means[..<(samples.count * means.count / Self.viewBatch)])
  }
}

extension Graph {
  /// One-hot labels [count, classes] of the int32 input `labels`; nil without classes.
  func labels(_ count: Int, classes: Int) -> Tensor? {
    classes == 0 ? nil : input("labels", [count], .int32).oneHot(classes)
  }
}
