import Datasets
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
  private let cell: PreparedCell
  private let keys: ChainKeys
  private let first: FirstGeneration<Model>
  private let metrics: [any Metric]
  private let metricsNeedSamples: Bool
  private let composer: Composer<Model>
  /// What metrics are given where none of them needs samples.
  private let noSamples: SampleSet

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
        try Chain.fitFirst(cell: cell, keys: keys)
      }
      let chain = try Chain(cell: cell, keys: keys, first: first)
      builder = BlockBuilder(
        cell: cell.spec.id, seed: seed, metrics: chain.metricNames, first: committed)
      clock.charge(.fit)
      return try chain.generations(
        committed: committed, clock: &clock, builder: &builder, control: control)
    } catch is Interrupted {
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
      return .diverged
    } catch let error as ComponentError {
      try control.emit(builder.take(status: .failed, message: "\(error)", seconds: clock.take()))
      return .failed
    }
  }

  private static func fitFirst(cell: PreparedCell, keys: ChainKeys) throws -> FirstGeneration<Model> {
    let real = try cell.dataset.training(key: keys.data(.realData))
    let blank = try Model(options: cell.spec.model.options, space: cell.dataset.space)
    var model = blank
    let statistics = model.summarize(real)
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
    let report = try model.fit(training, key: keys.firstFit)
    return FirstGeneration(
      real: real, statistics: statistics, blank: blank, model: model, report: report)
  }

  private init(cell: PreparedCell, keys: ChainKeys, first: FirstGeneration<Model>) throws {
    self.cell = cell
    self.keys = keys
    self.first = first
    let corrector = try cell.correctorType.init(
      options: cell.spec.loop.corrector.options,
      reference: CorrectionReference(
        space: cell.dataset.space, law: cell.dataset.law, training: first.real))
    composer = Composer(cell: cell, keys: keys, first: first, corrector: corrector)
    let reference = Reference(
      space: cell.dataset.space, law: cell.dataset.law, training: first.real,
      heldOut: try cell.dataset.heldOut(key: keys.data(.heldOutData)), key: keys.data(.measure),
      modelHasLaw: first.model.law != nil)
    metrics = try zip(cell.metricTypes, cell.spec.metrics).map { type, choice in
      try type.init(options: choice.options, reference: reference)
    }
    metricsNeedSamples = metrics.contains(where: \.needsSamples)
    noSamples = SampleSet(emptyIn: cell.dataset.space)
  }

  /// `family.quantity`, metrics first, then what the fit reports.
  private var metricNames: [String] {
    var names: [String] = []
    for (metric, choice) in zip(metrics, cell.spec.metrics) {
      let family = String(choice.name.map { $0 == "-" ? "_" : $0 })
      names += metric.quantities.map { family + "." + $0 }
    }
    return names + first.report.values.map { "fit." + $0.name }
  }

  private func generations(
    committed: Int, clock: inout PhaseClock, builder: inout BlockBuilder, control: ChainControl
  ) throws -> ChainStatus {
    let last = cell.spec.generations - 1
    var model = first.model
    var report = first.report
    var provenance = first.real.provenance
    var recipe: Recipe?
    var generationKeys = keys.cell(generation: 0)
    var row: [Double] = []
    for generation in 0...last {
      try control.tick()
      if control.shouldStop() { throw Interrupted() }
      if let recipe {
        let training = try composer.compose(recipe, generation: generation)
        clock.charge(.compose)
        switch cell.spec.loop.start {
        case .cold: model = first.blank
        case .warm: break
        case .base: model = first.model
        }
        report = try model.fit(training, key: generationKeys.fit)
        provenance = training.provenance
        clock.charge(.fit)
      }
      let own = generationKeys
      generationKeys = keys.cell(generation: generation + 1)
      recipe = generation < last ? nextRecipe(generation + 1, key: generationKeys.compose) : nil
      let synthesis = try synthesize(
        model, generation: generation, recipe: recipe, keys: own, clock: &clock)
      if cell.spec.keep.samples.contains(generation), let samples = synthesis?.samples {
        try control.keep(generation, samples)
        clock.charge(.write)
      }
      if generation >= committed {
        try measure(
          model, generation: generation, samples: synthesis?.samples, report: report,
          key: own.measure, into: &row)
        builder.append(generation: generation, row: row, provenance: provenance.summary)
      }
      clock.charge(.measure)
      composer.remember(
        generation: generation, model: model, synthesis: synthesis,
        provenance: syntheticProvenance(generation), keepsValues: keepsValues(recipe))
      if generation < last, builder.isDue(after: control.blockSeconds, now: clock.now) {
        try control.emit(builder.take(status: .running, seconds: clock.take()))
        clock.charge(.write)
      }
    }
    try control.emit(builder.take(status: .done, seconds: clock.take()))
    return .done
  }

  private func nextRecipe(_ generation: Int, key: RandomKey) -> Recipe {
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
    let kept = cell.spec.keep.samples.contains(generation)
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

  private func measure(
    _ model: Model, generation: Int, samples: SampleSet?, report: FitReport, key: RandomKey,
    into row: inout [Double]
  ) throws {
    let subject = Subject(
      generation: generation, law: model.law, firstLaw: first.model.law,
      samples: samples ?? noSamples,
      key: key)
    row.removeAll(keepingCapacity: true)
    for metric in metrics { row += try metric.measure(subject) }
    for (name, value) in report.values where !name.isEmpty { row.append(value) }
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
