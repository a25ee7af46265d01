import Engine
import Glibc
import Networks
import Options
import Randomness
import Samples

/// A variational autoencoder (Kingma & Welling 2014); the convolutional network and the defaults are
/// those of Shumailov et al. 2024 on MNIST.
///
/// The sampling bias λ scales the variance of the latent vector: z ~ N(0, λI).
public struct VariationalAutoencoder: GenerativeModel {
  static let latent = Option.integer(
    "latent", in: 1...65_536, default: 20, help: "Width of the latent vector.")
  static let width = Option.integer(
    "width", in: 0...65_536, default: 0,
    help: "Channels of the first convolution (0: 64) or width of the hidden layers (0: 400).")
  static let likelihood = Option.choice(
    "likelihood", ["auto", "bernoulli", "gaussian"], default: "auto",
    help: "Law of a sample given its latent vector; auto: bernoulli for images, gaussian otherwise.")
  static let deviation = Option.real(
    "deviation", in: .positive, default: 0.1,
    help: "Standard deviation of the Gaussian likelihood, in the units of the data.")
  static let beta = Option.real(
    "beta", in: .nonNegative, default: 1, help: "Weight of the divergence from the latent's prior.")
  static let drawing = Option.choice(
    "output", ["mean", "draw"], default: "mean",
    help: "A sample is the decoder's mean, as published, or a draw from the likelihood.")
  static let batch = Option.integer(
    "batch", in: 1...1_000_000, unit: "samples", default: 256, help: "Samples a step.")
  static let rate = Option.real(
    "learning_rate", in: .positive, default: 1e-3, help: "Learning rate of Adam.")
  static let decay = Option.real(
    "weight_decay", in: .nonNegative, default: 1e-5, help: "Weight decay in Adam's gradient.")

  public static let component = Component(
    name: "vae", summary: "A variational autoencoder of dense or convolutional networks.",
    source: "Kingma & Welling 2014; Shumailov et al. 2024",
    options: [
      NetworkOptions.networks.spec, latent.spec, width.spec, likelihood.spec, deviation.spec,
      beta.spec, drawing.spec, NetworkOptions.classes.spec, batch.spec, FitLength.steps.spec,
      FitLength.epochs.spec, FitLength.budget.spec, FitLength.mostSeconds.spec, rate.spec, decay.spec,
    ])

  public static var isTrained: Bool { true }

  let space: SampleSpace
  let isConvolutional: Bool
  let latent: Int
  let width: Int
  let likelihood: Likelihood
  let drawsOutput: Bool
  let beta: Double
  let classes: Int
  let batch: Int
  let length: FitLength
  let learningRate: Double
  let weightDecay: Double
  private let training = NetworkPrograms<AutoencoderPrograms>()
  private let using = NetworkPrograms<AutoencoderUse>()
  private var fitted: FittedNetwork?

  /// - Throws: `ComponentError` for samples that are no vectors or images, and for options that do not
  ///   go together.
  public init(options: OptionValues, space: SampleSpace) throws {
    let name = Self.component.name
    self.space = space
    isConvolutional = try NetworkOptions.isConvolutional(options, space, component: name)
    latent = options[Self.latent]
    width = options[Self.width]
    var isBernoulli = options[Self.likelihood] == "bernoulli"
    if case .images = space, options[Self.likelihood] == "auto" { isBernoulli = true }
    likelihood = isBernoulli ? .bernoulli : .gaussian(deviation: Float(options[Self.deviation]))
    drawsOutput = options[Self.drawing] == "draw"
    beta = options[Self.beta]
    classes = options[NetworkOptions.classes]
    batch = options[Self.batch]
    length = try FitLength(options: options, default: .epochs(30), component: name)
    learningRate = options[Self.rate]
    weightDecay = options[Self.decay]
  }

  /// The networks before training.
  func networks(key: RandomKey) -> any Autoencoder {
    isConvolutional
      ? ConvolutionalAutoencoder(
        image: NetworkOptions.imageShape(space), channels: width == 0 ? 64 : width, latent: latent,
        classes: classes, key: key)
      : DenseAutoencoder(
        data: space.width, hidden: width == 0 ? 400 : width, latent: latent, classes: classes,
        key: key)
  }

  private var order: SampleOrder { SampleOrder(space, isImage: isConvolutional) }

  public mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws
    -> FitReport
  {
    try fit(training, key: key, context: TrainingContext())
  }

  /// Trains from new weights, or from the present ones where there are any (warm start), with a new
  /// optimiser.
  ///
  /// Reports `steps`; `loss`, the negative evidence bound in nats a sample, over the first and over the
  /// last fiftieth of the steps (`first_loss`, `loss`); its two terms at the end (`reconstruction`,
  /// `divergence`); and the mean norm of the gradient.
  ///
  /// - Throws: `FitError.notFinite` when the loss, its gradient or a sample is not finite; `.degenerate`
  ///   for values outside [0, 1] with a Bernoulli likelihood and for missing labels; `.needsSamples`.
  public mutating func fit(
    _ training: TrainingSet<NoStatistics>, key: RandomKey, context: TrainingContext
  ) throws -> FitReport {
    guard training.laws == nil else { throw FitError.needsSamples(Self.component.name) }
    var batches = try Minibatches(training, order: order, key: key.folding(.order))
    let programs = try self.training.programs(for: context) { try AutoencoderPrograms(self, context) }
    if likelihood == .bernoulli {
      let range = try batches.range()
      guard range.lowerBound >= 0, range.upperBound <= 1 else {
        throw FitError.degenerate(
          "vae: a Bernoulli likelihood needs values in [0, 1], found \(range.lowerBound)…\(range.upperBound)")
      }
    }
    let counts = try classCounts(training, classes: classes, model: Self.component.name)
    let start = fitted ?? FittedNetwork(networks(key: key.folding(.fit)).variables, classCounts: [])
    programs.begin(start)
    let steps = length.steps(count: training.count, samplesPerStep: batch)
    var log = TrainingLog(steps: steps, loss: "loss")
    let noise = key.folding(.sample)
    let part = programs.part
    let done = try context.run(
      steps: steps, mostSeconds: length.mostSeconds, saving: programs.state, log: &log,
      resume: { try batches.skip(to: $0 * batch) }
    ) { index, log in
      try batches.next(batch)
      try programs.step.run(
        prepare: { program, shard in
          batches.copy(rows: shard * part..<(shard + 1) * part, into: program)
          program.setKey(noise.folding(UInt64(index)).shard(shard))
        }, poll: context.poll)
      try programs.step.requireFinite("the autoencoder", step: index)
      for name in ["loss", "reconstruction", "divergence"] {
        log.record(name, programs.step.value(name), step: index)
      }
      log.record("gradient", programs.step.gradientNorm, step: index)
    }
    fitted = FittedNetwork(programs.networks.variables, classCounts: counts)
    return FitReport([
      ("steps", Double(done)), ("first_loss", log.first("loss")), ("loss", log.last("loss")),
      ("reconstruction", log.last("reconstruction")), ("divergence", log.last("divergence")),
      ("gradient_norm", log.mean("gradient")),
    ])
  }

  public func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    try synthesize(request, context: TrainingContext())
  }

  /// Decodes latent vectors drawn from N(0, λI).
  ///
  /// - Throws: `FitError.degenerate` before the first fit.
  public func synthesize(
    _ request: SampleRequest, context: TrainingContext
  ) throws -> Synthesis<NoStatistics> {
    guard let fitted else { throw FitError.degenerate("vae: sampled before the first fit") }
    let programs = try using.programs(for: context) { try AutoencoderUse(self, context.options) }
    fitted.load(into: programs.networks.variables)
    programs.scale.assign([Float(request.bias.squareRoot())])
    let sampler = Sampler(
      program: programs.sampling, batch: AutoencoderUse.samplingBatch, space: space,
      order: order)
    return Synthesis(
      samples: try sampler.draw(
        request, labels: fitted.labels(request.count, key: request.key.folding(.order)),
        exchange: context.exchange))
  }

  public func operations(fitting count: Int) throws -> Double? {
    let programs = try AutoencoderPrograms(self, TrainingContext())
    return Double(length.steps(count: count, samplesPerStep: batch)) * programs.step.program.contractionOperations
  }

  public func workingBytes() throws -> Double {
    let programs = try AutoencoderPrograms(self, TrainingContext())
    return Models.workingBytes(
      of: [programs.step.program], weights: programs.networks.variables, state: programs.state)
  }

  public func encodedState(report: FitReport) throws -> [UInt8]? {
    try fitted?.encoded(networks(key: RandomKey(seed: 0)).variables, report: report)
  }

  public mutating func restore(state: [UInt8]) throws -> FitReport {
    let (network, report) = try FittedNetwork.decoded(
      state, networks(key: RandomKey(seed: 0)).variables, classes: classes)
    fitted = network
    return report
  }

  /// The means and standard deviations over all coordinates of the latent means of the first 100 samples
  /// (Shumailov et al. 2024 encode 100 images with the encoder of generation 0).
  ///
  /// - Throws: `FitError.degenerate` before the first fit, and for samples without labels where the model
  ///   has classes.
  public func view(of samples: SampleSet) throws -> [(name: String, value: Double)] {
    guard let fitted else { throw FitError.degenerate("vae: looked through before the first fit") }
    let count = min(samples.count, AutoencoderUse.viewBatch)
    guard count > 0 else { return [("latent_mean", .nan), ("latent_std", .nan)] }
    let programs = try using.programs { try AutoencoderUse(self, ProgramOptions()) }
    fitted.load(into: programs.networks.variables)
    let part = samples.selecting(Array(0..<count))
    guard classes == 0 || part.labels != nil else {
      throw FitError.degenerate("vae: classes are asked for, but the samples have no labels")
    }
    let means = try programs.latentMeans(
      of: part, order: order, labels: classes == 0 ? [] : part.labels ?? [])
    let n = Double(means.count)
    let mean = means.reduce(0) { $0 + Double($1) } / n
    let squares = means.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return [("latent_mean", mean), ("latent_std", (squares / n).squareRoot())]
  }
}
