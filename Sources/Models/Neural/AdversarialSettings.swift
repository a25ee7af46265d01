import Engine
import Networks
import Options
import Randomness
import Samples

/// The options of a Wasserstein GAN and what they mean together. Defaults that depend on the constraint
/// are those of the papers it comes from.
package struct AdversarialSettings: Sendable {
  static let constraint = Option.choice(
    "constraint", WassersteinGAN.Constraint.allCases.map(\.rawValue), default: "gradient-penalty",
    help: "How the critic's slope is bounded: clipped weights, gradient penalty, spectral norm.")
  static let latent = Option.integer(
    "latent", in: 1...65_536, default: 128, help: "Width of the noise.")
  static let width = Option.integer(
    "width", in: 0...65_536, default: 0,
    help: "Channels of the first convolution (0: 64) or width of the hidden layers (0: 512).")
  static let depth = Option.integer(
    "hidden_layers", in: 1...100, default: 3, help: "Hidden layers of each dense network.")
  static let range = Option.choice(
    "output", ["auto"] + OutputRange.allCases.map(\.rawValue), default: "auto",
    help: "Range of samples: (0, 1) by a sigmoid or anywhere; auto: sigmoid for images.")
  static let normalised = Option.choice(
    "batch_norm", BatchNormalised.allCases.map(\.rawValue), default: "none",
    help: "Which networks have batch normalisation; a critic with a penalty cannot.")
  static let batch = Option.integer(
    "batch", in: 1...1_000_000, unit: "samples", default: 64, help: "Real samples a critic step.")
  static let criticSteps = Option.integer(
    "critic_steps", in: 1...10_000, default: 5, help: "Critic steps for one of the generator.")
  static let boostSteps = Option.integer(
    "critic_boost", in: 0...100_000, unit: "steps", default: 0,
    help: "Critic steps in each of the first 25 generator steps and in every 500th (100 in Arjovsky "
      + "et al.'s code); 0: as always.")
  static let clip = Option.real(
    "clip", in: .positive, default: 0.01, help: "Largest weight of a clipped critic.")
  static let clipping = Option.choice(
    "clip_when", ["after", "before"], default: "after",
    help: "Clip after every critic step (the paper) or before it (the paper's code).")
  static let penalty = Option.real(
    "penalty_weight", in: .nonNegative, default: 10, help: "Weight of the gradient penalty.")
  static let powerIterations = Option.integer(
    "power_iterations", in: 1...1_000, default: 1,
    help: "Power iterations a critic step of spectral-norm; 1 as published, more where a high learning "
      + "rate moves the weights faster than one can follow.")
  static let loss = Option.choice(
    "loss", ["wasserstein", "hinge"], default: "wasserstein", help: "The critic's loss.")
  static let optimiser = Option.choice(
    "optimiser", ["auto", "rmsprop", "adam"], default: "auto",
    help: "Optimiser of both networks; auto: rmsprop for clip, adam otherwise.")
  static let rate = Option.real(
    "learning_rate", in: .nonNegative, default: 0,
    help: "Learning rate; 0: 5e-5 (clip), 1e-4 (gradient-penalty), 2e-4 (spectral-norm).")
  static let beta1 = Option.real(
    "beta1", in: RealRange(-1, 1, includesUpper: false), default: -1,
    help: "Adam's β₁; -1: 0.5, and 0 for spectral-norm.")
  static let beta2 = Option.real(
    "beta2", in: RealRange(0, 1, includesUpper: false), default: 0.9, help: "Adam's β₂.")
  static let schedule = Option.choice(
    "schedule", ["constant", "linear"], default: "constant",
    help: "Learning rate over a fit: constant, or in a straight line to 0 (needs a length in steps).")

  static let specs: [OptionSpec] = [
    constraint.spec, NetworkOptions.networks.spec, latent.spec, width.spec, depth.spec, range.spec,
    normalised.spec, NetworkOptions.classes.spec, batch.spec, FitLength.steps.spec,
    FitLength.epochs.spec, FitLength.budget.spec, FitLength.mostSeconds.spec, criticSteps.spec,
    boostSteps.spec, clip.spec, clipping.spec, penalty.spec, powerIterations.spec, loss.spec, optimiser.spec, rate.spec,
    beta1.spec, beta2.spec, schedule.spec,
  ]

  let constraint: WassersteinGAN.Constraint
  let isConvolutional: Bool
  let latent, width, depth, classes, batch, criticSteps, boostSteps: Int
  let range: OutputRange
  let normalised: BatchNormalised
  /// The bound of a clipped critic's weights.
  let clip: Float
  let clipsBefore: Bool
  let penaltyWeight: Float
  /// Of each step of a spectrally normalised critic; nil for other critics.
  let powerIterations: Int?
  let isHinge: Bool
  let length: FitLength
  let rule: OptimiserRule
  let learningRate: Float
  /// The number of generator steps after which the learning rate is 0; nil where it is constant.
  let decaySteps: Int?

  /// - Throws: `ComponentError` for options that do not go together.
  package init(options: OptionValues, space: SampleSpace) throws {
    let name = "wgan"
    constraint = WassersteinGAN.Constraint(rawValue: options[Self.constraint]) ?? .gradientPenalty
    isConvolutional = try NetworkOptions.isConvolutional(options, space, component: name)
    (latent, width, depth) = (options[Self.latent], options[Self.width], options[Self.depth])
    classes = options[NetworkOptions.classes]
    batch = options[Self.batch]
    (criticSteps, boostSteps) = (options[Self.criticSteps], options[Self.boostSteps])
    var isImage = false
    if case .images = space { isImage = true }
    range = OutputRange(rawValue: options[Self.range]) ?? (isImage ? .sigmoid : .linear)
    normalised = BatchNormalised(rawValue: options[Self.normalised]) ?? .none
    guard normalised != .both || constraint != .gradientPenalty else {
      throw ComponentError(
        name,
        "batch_norm: both does not go with a gradient penalty, which is a property of each sample "
          + "alone (Gulrajani et al. 2017, section 4); use none or generator")
    }
    guard normalised != .both || constraint != .spectralNorm else {
      throw ComponentError(
        name, "batch_norm: both undoes the bound of spectral-norm; use none or generator")
    }
    clip = Float(options[Self.clip])
    clipsBefore = options[Self.clipping] == "before"
    penaltyWeight = Float(options[Self.penalty])
    powerIterations = constraint == .spectralNorm ? options[Self.powerIterations] : nil
    isHinge = options[Self.loss] == "hinge"
    length = try FitLength(options: options, default: .steps(10_000), component: name)
    let isAdam =
      options[Self.optimiser] == "adam" || options[Self.optimiser] == "auto" && constraint != .clip
    guard options[Self.beta1] >= 0 || options[Self.beta1] == -1 else {
      throw ComponentError(name, "beta1 is -1 for the constraint's own, or in [0, 1)")
    }
    let beta1 = options[Self.beta1] >= 0 ? options[Self.beta1] : constraint == .spectralNorm ? 0 : 0.5
    rule = isAdam ? .adam(beta1: Float(beta1), beta2: Float(options[Self.beta2])) : .rmsProp()
    let standard: Double =
      switch constraint {
      case .clip: 5e-5
      case .gradientPenalty: 1e-4
      case .spectralNorm: 2e-4
      }
    learningRate = Float(options[Self.rate] > 0 ? options[Self.rate] : standard)
    if options[Self.schedule] == "linear" {
      guard case .steps(let steps) = length.length else {
        throw ComponentError(name, "schedule: linear needs a length in steps")
      }
      decaySteps = steps
    } else {
      decaySteps = nil
    }
  }

  /// The critic steps in a generator step.
  package func criticSteps(in step: Int) -> Int {
    boostSteps > 0 && (step < 25 || step % 500 == 0) ? boostSteps : criticSteps
  }

  /// The critic steps in all generator steps before `step`.
  package func criticSteps(before step: Int) -> Int {
    guard boostSteps > 0 else { return step * criticSteps }
    // The first 25, and the multiples of 500 from 500 on.
    let boosted = min(step, 25) + max(0, (step - 1) / 500)
    return boosted * boostSteps + (step - boosted) * criticSteps
  }

  /// The networks before training.
  func networks(_ space: SampleSpace, key: RandomKey) -> any AdversarialNetworks {
    if isConvolutional {
      return ConvolutionalAdversarialNetworks(
        latent: latent, channels: width == 0 ? 64 : width, image: NetworkOptions.imageShape(space),
        output: range, classes: classes, normalised: normalised,
        powerIterations: powerIterations, key: key)
    }
    return DenseAdversarialNetworks(
      latent: latent, hidden: [Int](repeating: width == 0 ? 512 : width, count: depth),
      data: space.width, output: range, classes: classes, normalised: normalised,
      powerIterations: powerIterations, key: key)
  }

  /// An optimiser of one of the networks.
  ///
  /// - Parameter decaySteps: its own steps until the learning rate is 0; nil where it is constant.
  func makeOptimiser(
    _ name: String, _ variables: [Variable], decaySteps: Int?, weightBound: Float? = nil
  ) -> Optimiser {
    Optimiser(
      name, rule: rule, variables: variables, learningRate: learningRate,
      schedule: decaySteps.map { .linear(steps: $0) } ?? .constant, weightBound: weightBound)
  }
}
