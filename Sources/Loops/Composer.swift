import Datasets
import Laws
import Models
import Options
import Randomness
import Samples

/// Turns recipes into training sets. Remembers the synthetic sets and models that later recipes may
/// ask for, and the merged statistics of what an accumulating policy has already summed, so that
/// nothing is read twice where the model has sufficient statistics.
///
/// The compiler is asked for a copy of the methods for `Gaussian`, the model of sweeps with 10⁵ and more
/// generations of a few microseconds: generic code would cost them twice that.
final class Composer<Model: GenerativeModel> {
  /// A synthetic set as it is remembered.
  private struct Stored {
    let samples: SampleSet?
    let statistics: Model.Statistics?
    let law: Law?
    let provenance: Provenance
  }

  private let cell: PreparedCell
  private let keys: ChainKeys
  private let first: FirstGeneration<Model>
  private let corrector: any Corrector
  private let context: TrainingContext
  private var stored = GenerationWindow<Stored>()
  private var models = GenerationWindow<Model>()
  /// What has been merged so far: the ingredients, their statistics and origins.
  private var pooled: (ingredients: [Ingredient], statistics: Model.Statistics, provenance: Provenance)?

  init(
    cell: PreparedCell, keys: ChainKeys, first: FirstGeneration<Model>, corrector: any Corrector,
    context: TrainingContext
  ) {
    self.cell = cell
    self.keys = keys
    self.first = first
    self.corrector = corrector
    self.context = context
  }

  static var hasStatistics: Bool { Model.Statistics.self != NoStatistics.self }

  /// The synthetic set after a generation: drawn, corrected, summarised.
  @_specialize(where Model == Models.Gaussian)
  func draw(
    _ count: Int, from model: Model, generation: Int, needsValues: Bool, sampleKey: RandomKey,
    correctKey: RandomKey
  ) throws -> Synthesis<Model.Statistics> {
    let request = SampleRequest(
      count: count, bias: cell.spec.loop.bias, key: sampleKey, generation: generation,
      needsValues: needsValues || cell.corrects, real: first.real)
    let drawn =
      try Model.isTrained
      ? model.synthesize(request, context: context) : model.synthesize(request)
    guard cell.corrects, let samples = drawn.samples else { return drawn }
    let corrected = try corrector.correct(samples, generation: generation, key: correctKey)
    return Synthesis(samples: corrected, statistics: model.summarize(corrected))
  }

  /// Remembers what recipes of later generations may ask for.
  @_specialize(where Model == Models.Gaussian)
  func remember(
    generation: Int, model: Model, synthesis: Synthesis<Model.Statistics>?, provenance: Provenance,
    keepsValues: Bool
  ) {
    let keepsLaw = !cell.spec.loop.statisticalError
    if let synthesis {
      stored[generation] = Stored(
        samples: keepsValues ? synthesis.samples : nil, statistics: synthesis.statistics,
        law: keepsLaw ? model.law : nil, provenance: provenance)
    }
    models.drop(before: generation + 1 - cell.policy.modelMemory)
    models[generation] = model
  }

  /// The training set of a recipe for `generation`.
  @_specialize(where Model == Models.Gaussian)
  func compose(_ recipe: Recipe, generation: Int) throws -> TrainingSet<Model.Statistics> {
    if !cell.spec.loop.statisticalError { return try composeLaws(recipe) }
    if Self.hasStatistics, recipe.subsample == nil {
      return try composeStatistics(recipe, generation: generation)
    }
    if cell.spec.loop.synthesis == .perEpoch { return try composeStream(recipe, generation: generation) }
    var parts: [SampleSet] = []
    var provenance = Provenance()
    for ingredient in recipe.ingredients {
      try resolve(ingredient, generation: generation, needsValues: true) { samples, _, origins in
        guard let samples else { preconditionFailure("samples of \(ingredient) were not kept") }
        parts.append(samples)
        provenance.append(origins)
      }
    }
    forget(recipe, merged: false)
    if let size = recipe.subsample {
      var stream = RandomStream(key: keys.cell(generation: generation).compose.folding(.order))
      let subset = SampleSet.selecting(
        stream.sample(size, of: provenance.count), fromPartsOf: parts)
      return TrainingSet(
        space: subset.space, provenance: subset.provenance, parts: [subset],
        statistics: Self.hasStatistics ? first.model.summarize(subset) : nil)
    }
    return TrainingSet(
      space: first.real.space, provenance: provenance, parts: parts, statistics: nil)
  }

  /// A training set that the previous model draws anew for every epoch (Shumailov et al. 2024 decode
  /// every minibatch afresh).
  private func composeStream(
    _ recipe: Recipe, generation: Int
  ) throws -> TrainingSet<Model.Statistics> {
    guard case .synthetic(let generations)? = recipe.ingredients.first,
      recipe.ingredients.count == 1, recipe.subsample == nil, generations.count == 1, let source = generations.first,
      let model = models[source]
    else {
      throw ComponentError(
        "loop", "synthesis: per-epoch draws from the previous model alone; it needs policy replace")
    }
    let count = cell.spec.loop.samples.count(generation: source, dataCount: first.real.count)
    let key = keys.cell(generation: generation).compose
    let origin: Origin = cell.corrects ? .corrected(source) : .generation(source)
    return TrainingSet(
      space: first.real.space, provenance: Provenance(origin, count: count), parts: [],
      statistics: nil,
      refresh: { [self] epoch in
        let own = key.folding(UInt64(epoch))
        let drawn = try draw(
          count, from: model, generation: source, needsValues: true,
          sampleKey: own.folding(.sample), correctKey: own.folding(.correct))
        guard let samples = drawn.samples else { preconditionFailure("no values were drawn") }
        return samples
      })
  }

  /// Statistics merged in the recipe's order; what `pooled` holds already is not merged again.
  private func composeStatistics(
    _ recipe: Recipe, generation: Int
  ) throws -> TrainingSet<Model.Statistics> {
    var merged: Model.Statistics?
    var provenance = Provenance()
    var next = (ingredient: recipe.ingredients.first, index: 0)
    // Taken out, not copied: merging changes the statistics in place.
    if let pooled = pooled.take(),
      let rest = remainder(of: recipe.ingredients, after: pooled.ingredients)
    {
      (merged, provenance, next) = (pooled.statistics, pooled.provenance, rest)
    }
    while let ingredient = next.ingredient {
      try resolve(ingredient, generation: generation, needsValues: false) { _, statistics, origins in
        guard let statistics else { preconditionFailure("\(Model.self) has no statistics") }
        if merged == nil { merged = statistics } else { merged?.merge(statistics) }
        provenance.append(origins)
      }
      next.index += 1
      next.ingredient =
        next.index < recipe.ingredients.count ? recipe.ingredients[next.index] : nil
    }
    if let merged, recipe.ingredients.allSatisfy(\.isPermanent) {
      pooled = (recipe.ingredients, merged, provenance)
    }
    forget(recipe, merged: pooled != nil)
    return TrainingSet(
      space: first.real.space, provenance: provenance, parts: [], statistics: merged)
  }

  /// What follows `done` in `wanted`, where `wanted` begins with the same ingredients (the last one
  /// possibly grown): the next ingredient, or what is new of the grown one, and its place; `nil` where
  /// `wanted` begins otherwise.
  private func remainder(
    of wanted: [Ingredient], after done: [Ingredient]
  ) -> (ingredient: Ingredient?, index: Int)? {
    guard let last = done.last, wanted.count >= done.count else { return nil }
    let end = done.count - 1
    for index in 0..<end where wanted[index] != done[index] { return nil }
    if wanted[end] == last {
      return (done.count < wanted.count ? wanted[done.count] : nil, done.count)
    }
    guard case .synthetic(let old) = last, case .synthetic(let new) = wanted[end],
      old.lowerBound == new.lowerBound, new.upperBound > old.upperBound
    else { return nil }
    return (.synthetic(generations: old.upperBound..<new.upperBound), end)
  }

  /// Drops the synthetic sets that no later recipe asks for: those before the recipe's own (recipes
  /// only move on), and those a growing pool has merged.
  private func forget(_ recipe: Recipe, merged: Bool) {
    for ingredient in recipe.ingredients {
      guard case .synthetic(let generations) = ingredient else { continue }
      let end = merged ? generations.upperBound : generations.lowerBound
      stored.drop(before: end)
    }
  }

  /// Hands the sets of an ingredient to `take`, in order.
  private func resolve(
    _ ingredient: Ingredient, generation: Int, needsValues: Bool,
    take: (SampleSet?, Model.Statistics?, Provenance) -> Void
  ) throws {
    switch ingredient {
    case .real(let count) where count == first.real.count:
      take(first.real, first.statistics, first.real.provenance)
    case .real(let count):
      let part = first.real.selecting(Array(0..<count))
      take(part, first.model.summarize(part), part.provenance)
    case .fresh(let count):
      guard count > 0 else { return }
      let part = try cell.dataset.fresh(count, key: keys.data(.freshData, generation: generation))
      take(part, first.model.summarize(part), part.provenance)
    case .synthetic(let generations):
      for index in generations {
        guard let set = stored[index] else {
          preconditionFailure("the synthetic set of generation \(index) was not kept")
        }
        take(set.samples, set.statistics, set.provenance)
      }
    case .draw(let source, let count):
      guard let model = models[source] else {
        preconditionFailure("the model of generation \(source) was not kept")
      }
      let key = keys.cell(generation: generation).compose.folding(UInt64(source))
      let drawn = try draw(
        count, from: model, generation: source, needsValues: needsValues || !Self.hasStatistics,
        sampleKey: key.folding(.sample), correctKey: key.folding(.correct))
      let origin: Origin = cell.corrects ? .corrected(source) : .generation(source)
      take(drawn.samples, drawn.statistics, Provenance(origin, count: count))
    }
  }

  /// With the statistical error off: the laws of the parts, weighted by their sizes.
  private func composeLaws(_ recipe: Recipe) throws -> TrainingSet<Model.Statistics> {
    var laws: [(weight: Double, law: Law)] = []
    var provenance = Provenance()
    func add(_ law: Law?, _ origin: Origin, _ count: Int) throws {
      guard let law else {
        throw ComponentError("loop", "statistical_error: false needs a closed-form law of \(origin)")
      }
      laws.append((Double(count), law))
      provenance.append(origin, count: count)
    }
    for ingredient in recipe.ingredients {
      switch ingredient {
      case .real(let count): try add(cell.dataset.law, .real, count)
      case .fresh(let count): if count > 0 { try add(cell.dataset.law, .fresh, count) }
      case .synthetic(let generations):
        for index in generations { try add(stored[index]?.law, .generation(index), stored[index]?.provenance.count ?? 0) }
      case .draw(let source, let count): try add(models[source]?.law, .generation(source), count)
      }
    }
    let total = laws.reduce(0) { $0 + $1.weight }
    return TrainingSet(
      space: first.real.space, provenance: provenance, parts: [], statistics: nil,
      laws: laws.map { ($0.weight / total, $0.law) })
  }
}

extension SampleSet {
  /// The samples at `rows` (ascending) of the sets laid one after another.
  static func selecting(_ rows: [Int], fromPartsOf parts: [SampleSet]) -> SampleSet {
    var picked: [SampleSet] = []
    var start = 0
    var next = 0
    for part in parts {
      var local: [Int] = []
      while next < rows.count, rows[next] < start + part.count {
        local.append(rows[next] - start)
        next += 1
      }
      if !local.isEmpty { picked.append(part.selecting(local)) }
      start += part.count
    }
    return .concatenating(picked)
  }
}

extension Ingredient {
  /// Whether the ingredient is the same samples in every recipe that names it.
  fileprivate var isPermanent: Bool {
    switch self {
    case .real, .synthetic: true
    case .fresh, .draw: false
    }
  }
}
