import Datasets
import Engine
import Metrics
import Models
import Options
import Randomness
import Results
import Samples

/// A cell with its data set loaded and its policy built: what all its chains share in one process.
public struct PreparedCell: Sendable {
  public private(set) var spec: CellSpec
  public let dataset: any Dataset
  public let policy: any Policy
  public let scopes: ChainScopes
  /// Feature extractors of the data set, shared by its cells; nil makes each chain's own.
  public let features: FeatureStore?
  let modelType: any GenerativeModel.Type
  let metricTypes: [any Metric.Type]
  let correctorType: any Corrector.Type

  /// - Throws: `ComponentError` when the parts do not fit each other; `DataError` for bad files.
  public init(
    _ spec: CellSpec, dataset: any Dataset, features: FeatureStore? = nil
  ) throws {
    guard let model = ModelRegistry.named(spec.model.name) else {
      throw ComponentError(spec.model.name, "no such model")
    }
    try self.init(spec, dataset: dataset, features: features, model: model)
  }

  /// A cell with a model that need not be in the registry.
  package init(
    _ spec: CellSpec, dataset: any Dataset, features: FeatureStore? = nil,
    model modelType: any GenerativeModel.Type
  ) throws {
    self.spec = spec
    self.dataset = dataset
    self.features = features
    scopes = ChainScopes(spec)
    guard let policyType = PolicyRegistry.named(spec.loop.policy.name) else {
      throw ComponentError(spec.loop.policy.name, "no such policy")
    }
    guard let correctorType = CorrectorRegistry.named(spec.loop.corrector.name) else {
      throw ComponentError(spec.loop.corrector.name, "no such corrector")
    }
    self.modelType = modelType
    self.correctorType = correctorType
    metricTypes = try spec.metrics.map { choice in
      guard let type = MetricRegistry.named(choice.name) else {
        throw ComponentError(choice.name, "no such metric")
      }
      return type
    }
    policy = try policyType.init(
      options: spec.loop.policy.options,
      setting: PolicySetting(
        dataCount: dataset.count, real: spec.loop.real, samples: spec.loop.samples,
        generations: spec.generations))
    guard spec.loop.statisticalError || spec.loop.bias == 1 && spec.loop.corrector.name == "none" else {
      throw ComponentError(
        "loop", "statistical_error: false fits exact laws; it needs bias: 1 and no corrector")
    }
    guard spec.loop.synthesis == .stored || modelType.isTrained else {
      throw ComponentError(
        spec.model.name, "synthesis: per-epoch is for models that are trained in epochs")
    }
    // Built here once so that a model that cannot hold the data is refused before any chain starts.
    _ = try modelType.init(options: spec.model.options, space: dataset.space)
  }

  /// What names the generation 0 that the cell shares with others: 16 hexadecimal digits of the scope of
  /// its random numbers.
  public var family: String {
    let key = RandomKey(seed: 0).folding(text: scopes.first)
    let digits = String(UInt64(key.low) | UInt64(key.high) << 32, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Whether the model is trained in many steps: its generation 0 is a task of its own.
  public var isTrained: Bool { modelType.isTrained }

  /// Floating-point operations of a fit to so many samples; nil for models in closed form.
  public func operations(fitting count: Int) throws -> Double? {
    try modelType.init(options: spec.model.options, space: dataset.space).operations(fitting: count)
  }

  /// Whether a corrector changes the samples.
  var corrects: Bool { spec.loop.corrector.name != "none" }

  /// Fits generation 0 of the cell's family, or takes it over, and keeps it for the arms.
  ///
  /// A fit that has no result is not told here: the arms find it again and record it.
  public func runFirst(
    seed: Int, study: UInt64, cache: inout FirstGenerationCache, control: ChainControl
  ) throws {
    func fit<Model: GenerativeModel>(_ type: Model.Type) throws {
      try Chain<Model>.prepareFirst(
        cell: self, seed: seed, study: study, cache: &cache, control: control)
    }
    do {
      try fit(modelType)
    } catch is FitError {
    } catch is Interrupted {}
  }

  /// Runs one chain of the cell.
  ///
  /// - Parameters:
  ///   - committed: generations already committed by an earlier run; they are computed again, since a
  ///     chain is a function of its keys, and not emitted.
  ///   - cache: the last generation 0 of this process, for arms that share it.
  public func run(
    seed: Int, study: UInt64, committed: Int, cache: inout FirstGenerationCache,
    control: ChainControl
  ) throws -> ChainStatus {
    try run(
      seed: seed, study: study, committed: committed, isRehearsal: false, cache: &cache,
      control: control)
  }

  private func run(
    seed: Int, study: UInt64, committed: Int, isRehearsal: Bool, cache: inout FirstGenerationCache,
    control: ChainControl
  ) throws -> ChainStatus {
    func open<Model: GenerativeModel>(_ type: Model.Type) throws -> ChainStatus {
      try Chain<Model>.run(
        cell: self, seed: seed, study: study, committed: committed, isRehearsal: isRehearsal,
        cache: &cache, control: control)
    }
    return try open(modelType)
  }

  /// Draws from a model that one of the cell's chains has kept, as the chain does after that generation, but
  /// for the corrector.
  ///
  /// - Parameters:
  ///   - number: 0 gives the chain's own samples, any other number other ones.
  ///   - state: the kept model.
  /// - Throws: `ComponentError` for a model that keeps no state, and what restoring and drawing throw.
  public func draw(
    _ count: Int, number: Int, from state: [UInt8], generation: Int, seed: Int, study: UInt64,
    context: TrainingContext
  ) throws -> SampleSet {
    guard isTrained else { throw ComponentError(spec.model.name, "it is not trained, so it keeps no state") }
    func draw<Model: GenerativeModel>(_ type: Model.Type) throws -> SampleSet {
      var model = try Model(options: spec.model.options, space: dataset.space)
      _ = try model.restore(state: state)
      let keys = ChainKeys(study: study, scopes: scopes, seed: seed)
      let own = keys.cell(generation: generation).sample
      let request = SampleRequest(
        count: count, bias: spec.loop.bias,
        key: number == 0 ? own : own.folding(text: "draw").folding(UInt64(number)),
        generation: generation, needsValues: true,
        real: try dataset.training(key: keys.data(.realData)))
      guard let samples = try model.synthesize(request, context: context).samples else {
        preconditionFailure("no values were drawn")
      }
      return samples
    }
    return try draw(modelType)
  }

  /// Runs the first two generations of a chain and throws the results away: finds what fails for
  /// every seed (a metric that does not apply, a corrector without a law, a number of samples the
  /// model cannot draw) before any chain starts.
  ///
  /// - Parameter shards: into which the batches of trained models are to be divided.
  /// - Throws: `ComponentError` where the cell cannot run, `DataError` for bad files. A fit that
  ///   diverges is no mistake.
  public func rehearse(
    seed: Int, study: UInt64, shards: Int = 1, cache: inout FirstGenerationCache
  ) throws {
    var short = self
    short.spec = spec.limited(toGenerations: 2)
    var training = TrainingContext(exchange: LocalShards(shards: shards))
    training.mostSteps = 1
    let control = ChainControl(emit: { _ in }, training: training)
    do {
      _ = try short.run(
        seed: seed, study: study, committed: 0, isRehearsal: true, cache: &cache, control: control)
    } catch FitError.needsSamples(let model) {
      throw ComponentError(model, FitError.needsSamplesAdvice)
    }
  }
}
