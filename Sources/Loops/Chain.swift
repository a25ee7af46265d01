import Datasets
import Engine
import Laws
import Metrics
import Models
import Options
import Randomness
import Results
import Samples

/// The generational loop: real data → for each generation: compose → fit → sample → correct → measure →
/// emit → remember. There is no other.
final class Chain<Model: GenerativeModel> {
  let cell: PreparedCell
  let keys: ChainKeys
  let first: FirstGeneration<Model>
  private let metrics: [any Metric]
  private let metricsNeedSamples: Bool
  private let composer: Composer<Model>
  /// What generation 0's model says of each generation's samples.
  private let viewNames: [String]
  let control: ChainControl
  let seed: Int
  /// What metrics are given where none of them needs samples.
  private let noSamples: SampleSet
  /// Between which values images are shown.
  private lazy var shownRange = first.real.shownRange

  /// Runs one chain to its end, a stop or a failure; see `PreparedCell.run`. In a rehearsal a mistake
  /// of the study is thrown instead of recorded.
  @_specialize(where Model == Models.Gaussian)
  static func run(
    cell: PreparedCell, seed: Int, study: UInt64, committed: Int, isRehearsal: Bool,
    cache: inout FirstGenerationCache, control: ChainControl
  ) throws -> ChainStatus {
    var clock = PhaseClock()
    var builder = BlockBuilder(cell: cell.spec.id, seed: seed, metrics: [], first: committed)
    do {
      let keys = ChainKeys(study: study, scopes: cell.scopes, seed: seed)
      let first = try cache.value(scope: cell.scopes.first, seed: seed) {
        try Chain.fitFirst(cell: cell, keys: keys, seed: seed, control: control)
      }
      let chain = try Chain(cell: cell, keys: keys, seed: seed, first: first, control: control)
      builder = BlockBuilder(
        cell: cell.spec.id, seed: seed, metrics: chain.metricNames, first: committed)
      clock.charge(.fit)
      return try chain.generations(committed: committed, clock: &clock, builder: &builder)
    } catch is Interrupted {
      if let reason = control.limitPassed() {
        try control.emit(builder.take(status: .failed, message: reason, seconds: clock.take()))
        return .failed
      }
      try control.emit(builder.take(status: .running, seconds: clock.take()))
      return .running
    } catch where isRehearsal && error.isMistakeOfTheStudy {
      throw error
    } catch FitError.needsSamples(let model) {
      // No divergence: no seed would do better.
      let message = "\(model): \(FitError.needsSamplesAdvice)"
      try control.emit(builder.take(status: .failed, message: message, seconds: clock.take()))
      return .failed
    } catch let error as FitError {
      try control.emit(builder.take(status: .diverged, message: "\(error)", seconds: clock.take()))
      try forgetAll(cell: cell, seed: seed, control: control)
      return .diverged
    } catch let error as ComponentError {
      try control.emit(builder.take(status: .failed, message: "\(error)", seconds: clock.take()))
      return .failed
    }
  }

  /// Fits generation 0 for the arms that share it.
  static func prepareFirst(
    cell: PreparedCell, seed: Int, study: UInt64, cache: inout FirstGenerationCache,
    control: ChainControl
  ) throws {
    let keys = ChainKeys(study: study, scopes: cell.scopes, seed: seed)
    _ = try cache.value(scope: cell.scopes.first, seed: seed) {
      try fitFirst(cell: cell, keys: keys, seed: seed, control: control)
    }
  }

  /// Fits generation 0, or takes it from where another arm, or an earlier run, has left it.
  private static func fitFirst(
    cell: PreparedCell, keys: ChainKeys, seed: Int, control: ChainControl
  ) throws -> FirstGeneration<Model> {
    let real = try cell.dataset.training(key: keys.data(.realData))
    let blank = try Model(options: cell.spec.model.options, space: cell.dataset.space)
    var model = blank
    let statistics = model.summarize(real)
    let name = StateStore.first(cell.family, seed: seed)
    if Model.isTrained, let states = control.states, try states.exists(name),
      let bytes = try states.load(name)
    {
      let report = try model.restore(state: bytes)
      // Left by a run that ended between keeping the one and dropping the other.
      if control.training.exchange.rank == 0 { try states.remove(StateStore.unfinished(name)) }
      return FirstGeneration(
        real: real, statistics: statistics, blank: blank, model: model, report: report,
        isRestored: true)
    }
    var laws: [(weight: Double, law: Law)]?
    if !cell.spec.loop.statisticalError {
      guard let law = cell.dataset.law else {
        throw ComponentError(
          cell.spec.dataset.name, "statistical_error: false needs a data set with a closed-form law")
      }
      laws = [(1, law)]
    }
    let training = TrainingSet(
      space: real.space, provenance: real.provenance, parts: [real], statistics: statistics,
      laws: laws)
    let report = try fitted(
      &model, training, generation: 0, key: keys.firstFit, state: name, control: control)
    return FirstGeneration(
      real: real, statistics: statistics, blank: blank, model: model, report: report,
      isRestored: false)
  }

  /// Fits a model and keeps it, going on from where an interrupted fit was saved.
  private static func fitted(
    _ model: inout Model, _ training: TrainingSet<Model.Statistics>, generation: Int,
    key: RandomKey, state name: @autoclosure () -> String, control: ChainControl
  ) throws -> FitReport {
    guard Model.isTrained else { return try model.fit(training, key: key) }
    let state = name()
    var context = control.training
    context.progress = { try control.progress(generation, $0) }
    if let states = control.states {
      let unfinished = StateStore.unfinished(state)
      var saved = monotonicSeconds()
      context.checkpoint = FitCheckpoint(
        load: { try states.load(unfinished) },
        save: { bytes in
          try states.save(unfinished, bytes)
          saved = monotonicSeconds()
        },
        isDue: { monotonicSeconds() - saved >= states.checkpointSeconds })
    }
    let report = try model.fit(training, key: key, context: context)
    if let states = control.states, context.exchange.rank == 0,
      let bytes = try model.encodedState(report: report)
    {
      try states.save(state, bytes)
      try states.remove(StateStore.unfinished(state))
    }
    return report
  }

  private init(
    cell: PreparedCell, keys: ChainKeys, seed: Int, first: FirstGeneration<Model>,
    control: ChainControl
  ) throws {
    self.cell = cell
    self.keys = keys
    self.seed = seed
    self.first = first
    self.control = control
    let corrector = try cell.correctorType.init(
      options: cell.spec.loop.corrector.options,
      reference: CorrectionReference(
        space: cell.dataset.space, law: cell.dataset.law, training: first.real))
    composer = Composer(
      cell: cell, keys: keys, first: first, corrector: corrector, context: control.training)
    let reference = Reference(
      space: cell.dataset.space, law: cell.dataset.law, training: first.real,
      heldOut: try cell.dataset.heldOut(key: keys.data(.heldOutData)), key: keys.data(.measure),
      modelHasLaw: first.model.law != nil, features: cell.features)
    metrics = try zip(cell.metricTypes, cell.spec.metrics).map { type, choice in
      try type.init(options: choice.options, reference: reference)
    }
    noSamples = SampleSet(emptyIn: cell.dataset.space)
    viewNames = try first.model.view(of: noSamples).map(\.name)
    metricsNeedSamples = metrics.contains(where: \.needsSamples) || !viewNames.isEmpty
  }

  /// `family.quantity`, metrics first, then what the fit reports.
  private var metricNames: [String] {
    var names: [String] = []
    for (metric, choice) in zip(metrics, cell.spec.metrics) {
      let family = String(choice.name.map { $0 == "-" ? "_" : $0 })
      names += metric.quantities.map { family + "." + $0 }
    }
    if cell.spec.keep.fit { names += first.report.values.map { "fit." + $0.name } }
    return names + viewNames.map { "first_model." + $0 }
  }

  private func generations(
    committed: Int, clock: inout PhaseClock, builder: inout BlockBuilder
  ) throws -> ChainStatus {
    let last = cell.spec.generations - 1
    var model = first.model
    var report = first.report
    var provenance = first.real.provenance
    let restored = try restorable(committed: committed)
    var generationKeys = keys.cell(generation: restored.lowerBound)
    var recipe =
      restored.lowerBound > 0
      ? nextRecipe(restored.lowerBound, key: generationKeys.compose) : nil
    var row: [Double] = []
    var forgotten = 1
    for generation in restored.lowerBound...last {
      clock.begin()
      control.began(generation)
      try control.tick()
      let stops = control.shouldStop()
      if try Model.isTrained ? control.training.exchange.agree(stops) : stops { throw Interrupted() }
      if let recipe {
        let isKept = restored.contains(generation)
        if !isKept || generation >= committed {
          let training = try composer.compose(recipe, generation: generation)
          provenance = training.provenance
          clock.charge(.compose)
          if !isKept {
            switch cell.spec.loop.start {
            case .cold: model = first.blank
            case .warm: break
            case .base: model = first.model
            }
            report = try Chain.fitted(
              &model, training, generation: generation, key: generationKeys.fit,
              state: stateName(generation), control: control)
          }
        }
        if isKept { (model, report) = try restoredModel(generation) }
        clock.charge(.fit)
      }
      let own = generationKeys
      generationKeys = keys.cell(generation: generation + 1)
      recipe = generation < last ? nextRecipe(generation + 1, key: generationKeys.compose) : nil
      let synthesis = try synthesize(
        model, generation: generation, recipe: recipe, keys: own, clock: &clock)
      try keep(synthesis?.samples, model, report, generation: generation, clock: &clock)
      if generation >= committed {
        try measure(
          model, generation: generation, samples: synthesis?.samples, report: report,
          key: own.measure, into: &row)
        preview(generation, synthesis?.samples, into: &builder)
        builder.append(generation: generation, row: row, provenance: provenance)
      }
      clock.charge(.measure)
      composer.remember(
        generation: generation, model: model, synthesis: synthesis,
        provenance: syntheticProvenance(generation), keepsValues: keepsValues(recipe))
      // A state can only be dropped once what was measured of it is committed.
      if generation < last,
        Model.isTrained || builder.isDue(after: control.blockSeconds, now: clock.now)
      {
        try control.emit(builder.take(status: .running, seconds: clock.take()))
        if let recipe {
          try forgetStates(&forgotten, before: oldestNeeded(by: recipe, for: generation + 1))
        }
        clock.charge(.write)
      }
    }
    try control.emit(builder.take(status: .done, seconds: clock.take()))
    try forgetStates(&forgotten, before: last + 1)
    return .done
  }

  /// Hands over what the study keeps of a generation.
  private func keep(
    _ samples: SampleSet?, _ model: Model, _ report: FitReport, generation: Int,
    clock: inout PhaseClock
  ) throws {
    if cell.spec.keep.samples.contains(generation), let samples {
      try control.keep(generation, samples)
      clock.charge(.write)
    }
    if cell.spec.keep.models.contains(generation), control.training.exchange.rank == 0,
      let state = try model.encodedState(report: report)
    {
      try control.keepModel(generation, state)
      clock.charge(.write)
    }
  }

  func nextRecipe(_ generation: Int, key: RandomKey) -> Recipe {
    var stream = RandomStream(key: key)
    return cell.policy.recipe(generation: generation, stream: &stream)
  }

  /// Whether later recipes need the values of synthetic sets, not only their statistics.
  private func keepsValues(_ recipe: Recipe?) -> Bool {
    !Composer<Model>.hasStatistics || recipe?.subsample != nil
  }

  private func syntheticProvenance(_ generation: Int) -> Provenance {
    let count = cell.spec.loop.samples.count(generation: generation, dataCount: first.real.count)
    return Provenance(cell.corrects ? .corrected(generation) : .generation(generation), count: count)
  }

  /// The synthetic set of this generation, where the next recipe, a metric or `keep` asks for it.
  private func synthesize(
    _ model: Model, generation: Int, recipe: Recipe?, keys: GenerationKeys,
    clock: inout PhaseClock
  ) throws -> Synthesis<Model.Statistics>? {
    let previews = cell.spec.keep.previews
    let kept =
      cell.spec.keep.samples.contains(generation)
      || previews.count != nil && previews.contains(seed: seed, generation: generation)
    let measured = metricsNeedSamples || kept
    guard measured || recipe?.uses(syntheticSetOf: generation) == true else { return nil }
    if !cell.spec.loop.statisticalError, !measured { return Synthesis(samples: nil) }
    let synthesis = try composer.draw(
      cell.spec.loop.samples.count(generation: generation, dataCount: first.real.count), from: model,
      generation: generation, needsValues: measured || keepsValues(recipe),
      sampleKey: keys.sample, correctKey: keys.correct)
    clock.charge(.sample)
    return synthesis
  }

  /// Records samples to be looked at, and real ones before those of generation 0.
  private func preview(_ generation: Int, _ samples: SampleSet?, into builder: inout BlockBuilder) {
    let previews = cell.spec.keep.previews
    let count = previews.count(in: first.real.space)
    guard count > 0, previews.contains(seed: seed, generation: generation), let samples,
      samples.count > 0
    else { return }
    if generation == 0 {
      builder.append(
        Preview(generation: Preview.real, first: count, of: first.real, range: shownRange))
    }
    builder.append(Preview(generation: generation, first: count, of: samples, range: shownRange))
  }

  private func measure(
    _ model: Model, generation: Int, samples: SampleSet?, report: FitReport, key: RandomKey,
    into row: inout [Double]
  ) throws {
    let subject = Subject(
      generation: generation, law: model.law, firstLaw: first.model.law,
      samples: samples ?? noSamples,
      key: key)
    row.removeAll(keepingCapacity: true)
    for metric in metrics { try metric.measure(subject, into: &row) }
    if cell.spec.keep.fit { for entry in report.values { row.append(entry.value) } }
    if !viewNames.isEmpty, let samples {
      for (_, value) in try first.model.view(of: samples) { row.append(value) }
    }
  }
}

extension FitError {
  static let needsSamplesAdvice = "is fitted to samples, so loop.statistical_error must be true"
}

extension Error {
  /// Whether every chain of the cell would end like this.
  fileprivate var isMistakeOfTheStudy: Bool {
    if case .needsSamples? = self as? FitError { return true }
    return self is ComponentError
  }
}
