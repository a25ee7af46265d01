import Engine
import Networks
import Options
import Randomness
import Samples

/// A Wasserstein GAN: a generator and a critic whose slope is bounded by clipped weights (Arjovsky et al.
/// 2017), by a gradient penalty (Gulrajani et al. 2017) or by spectral normalisation (Miyato et al.
/// 2018).
///
/// The sampling bias λ scales the variance of the generator's noise: z ~ N(0, λI).
public struct WassersteinGAN: GenerativeModel {
  /// How the critic's slope is bounded.
  enum Constraint: String, CaseIterable, Sendable {
    case clip
    case gradientPenalty = "gradient-penalty"
    case spectralNorm = "spectral-norm"
  }

  public static let component = Component(
    name: "wgan", summary: "A Wasserstein GAN of dense or convolutional networks.",
    source: "Arjovsky et al. 2017; Gulrajani et al. 2017; Miyato et al. 2018",
    options: AdversarialSettings.specs)

  public static var isTrained: Bool { true }

  let space: SampleSpace
  let settings: AdversarialSettings
  private let training = NetworkPrograms<AdversarialPrograms>()
  private let using = NetworkPrograms<GeneratorUse>()
  private var fitted: FittedNetwork?

  /// - Throws: `ComponentError` for samples that are no vectors or images, and for options that do not
  ///   go together.
  public init(options: OptionValues, space: SampleSpace) throws {
    self.space = space
    settings = try AdversarialSettings(options: options, space: space)
  }

  private var order: SampleOrder { SampleOrder(space, isImage: settings.isConvolutional) }

  public mutating func fit(_ training: TrainingSet<NoStatistics>, key: RandomKey) throws
    -> FitReport
  {
    try fit(training, key: key, context: TrainingContext())
  }

  /// Trains from new weights, or from the present ones where there are any (warm start), with new
  /// optimisers.
  ///
  /// Reports `steps` of the generator and `critic_steps`. The critic's estimate of the Wasserstein
  /// distance up to a factor is mean D(real) − mean D(fake), positive when the critic tells them apart:
  /// `wasserstein_estimate` over the last fiftieth of the steps, `wasserstein_mean` over all critic
  /// steps, `wasserstein_peak` the largest fiftieth. `critic_loss` is what the critic minimised at the end,
  /// penalty included: −estimate + weight·`penalty` (the hinge loss where that is asked for); `penalty`
  /// is there where there is one.
  /// `generator_loss`, and the mean norms of both gradients. Three checks of the constraint after
  /// training: `largest_weight` and `largest_singular_value` of the critic's layers (exact, as the
  /// critic uses them; under spectral normalisation 1 and some per cent, by which the power iteration
  /// lags behind), and `critic_slope`, the mean of |∇ₓ D| at points between real and fake.
  ///
  /// - Throws: `FitError.notFinite` when a loss, a gradient or a sample is not finite; `.degenerate` for missing
  ///   labels; `.needsSamples`.
  public mutating func fit(
    _ training: TrainingSet<NoStatistics>, key: RandomKey, context: TrainingContext
  ) throws -> FitReport {
    guard training.laws == nil else { throw FitError.needsSamples(Self.component.name) }
    let batches = try Minibatches(training, order: order, key: key.folding(.order))
    let programs = try self.training.programs(for: context) {
      try AdversarialPrograms(settings, space, context)
    }
    let counts = try classCounts(
      training, classes: settings.classes, model: Self.component.name)
    let start =
      fitted
      ?? FittedNetwork(
        AdversarialPrograms.variables(settings.networks(space, key: key.folding(.fit))),
        classCounts: [])
    programs.begin(start)
    let steps = settings.length.steps(
      count: training.count, samplesPerStep: settings.batch * settings.criticSteps)
    var run = AdversarialTraining(
      settings: settings, programs: programs, batches: batches, noise: key.folding(.sample))
    var log = TrainingLog(steps: steps, loss: "critic")
    let done = try context.run(
      steps: steps, mostSeconds: settings.length.mostSeconds, saving: programs.state, log: &log,
      resume: { done in try run.resume(after: done) },
      step: { index, log in try run.step(index, &log, poll: context.poll) })
    fitted = FittedNetwork(programs.variables, classCounts: counts)
    let checks = try programs.checks(real: &run.batches, key: key.folding(.measure))
    return report(log, steps: done, checks)
  }

  private func report(
    _ log: TrainingLog, steps: Int, _ checks: AdversarialPrograms.Checks
  ) -> FitReport {
    var report = FitReport([
      ("steps", Double(steps)),
      ("critic_steps", Double(settings.criticSteps(before: steps))),
      ("wasserstein_estimate", log.last("distance")), ("wasserstein_mean", log.mean("distance")),
      ("wasserstein_peak", log.largest("distance")), ("critic_loss", log.last("critic")),
      ("generator_loss", log.last("generator")),
      ("critic_gradient_norm", log.mean("critic gradient")),
      ("generator_gradient_norm", log.mean("generator gradient")),
      ("largest_weight", checks.largestWeight),
      ("largest_singular_value", checks.largestSingularValue), ("critic_slope", checks.slope),
    ])
    if settings.constraint == .gradientPenalty { report.values.append(("penalty", log.last("penalty"))) }
    return report
  }

  public func synthesize(_ request: SampleRequest) throws -> Synthesis<NoStatistics> {
    try synthesize(request, context: TrainingContext())
  }

  /// Generates from noise drawn from N(0, λI).
  ///
  /// - Throws: `FitError.degenerate` before the first fit.
  public func synthesize(
    _ request: SampleRequest, context: TrainingContext
  ) throws -> Synthesis<NoStatistics> {
    guard let fitted else { throw FitError.degenerate("wgan: sampled before the first fit") }
    let programs = try using.programs(for: context) {
      try GeneratorUse(settings, space, context.options)
    }
    fitted.load(into: AdversarialPrograms.variables(programs.networks))
    programs.scale.assign([Float(request.bias.squareRoot())])
    let sampler = Sampler(
      program: programs.sampling, batch: GeneratorUse.batch, space: space,
      order: order)
    return Synthesis(
      samples: try sampler.draw(
        request, labels: fitted.labels(request.count, key: request.key.folding(.order)),
        exchange: context.exchange))
  }

  public func operations(fitting count: Int) throws -> Double? {
    let programs = try AdversarialPrograms(settings, space, TrainingContext())
    let steps = settings.length.steps(
      count: count, samplesPerStep: settings.batch * settings.criticSteps)
    return Double(settings.criticSteps(before: steps)) * programs.critic.program.contractionOperations
      + Double(steps) * programs.generator.program.contractionOperations
  }

  public func workingBytes() throws -> Double {
    let programs = try AdversarialPrograms(settings, space, TrainingContext())
    return Models.workingBytes(
      of: [programs.critic.program, programs.generator.program], weights: programs.variables,
      state: programs.state)
  }

  public func encodedState(report: FitReport) throws -> [UInt8]? {
    try fitted?.encoded(savedVariables, report: report)
  }

  public mutating func restore(state: [UInt8]) throws -> FitReport {
    let (network, report) = try FittedNetwork.decoded(
      state, savedVariables, classes: settings.classes)
    fitted = network
    return report
  }

  private var savedVariables: [Variable] {
    AdversarialPrograms.variables(settings.networks(space, key: RandomKey(seed: 0)))
  }
}
