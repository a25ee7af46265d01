import Engine
import Networks
import Randomness
import Samples

/// The programs that train a Wasserstein GAN.
final class AdversarialPrograms {
  private static let checkBatches = 8

  let settings: AdversarialSettings
  let networks: any AdversarialNetworks
  private let criticOptimiser, generatorOptimiser: Optimiser
  let critic, generator: TrainingStep
  /// Samples of a shard of a batch.
  let part: Int
  /// |∇ₓ D| at points between real and fake.
  private let slopes: Program

  static func variables(_ networks: any AdversarialNetworks) -> [Variable] {
    networks.generatorVariables + networks.criticVariables
  }

  /// Of both networks.
  var variables: [Variable] { Self.variables(networks) }
  /// Everything that a fit changes.
  var state: [Variable] { variables + criticOptimiser.state + generatorOptimiser.state }

  /// - Throws: `ComponentError` for a batch that does not divide into the shards, `ProgramError`.
  init(_ settings: AdversarialSettings, _ space: SampleSpace, _ context: TrainingContext) throws {
    let networks = settings.networks(space, key: RandomKey(seed: 0))
    let part = try batchPart(
      settings.batch, shards: context.exchange.shards, component: "wgan")
    self.settings = settings
    self.networks = networks
    self.part = part
    let bound = settings.constraint == .clip && !settings.clipsBefore ? settings.clip : nil
    criticOptimiser = settings.makeOptimiser(
      "critic_optimiser", networks.criticVariables,
      decaySteps: settings.decaySteps.map(settings.criticSteps(before:)), weightBound: bound)
    generatorOptimiser = settings.makeOptimiser(
      "generator_optimiser", networks.generatorVariables,
      decaySteps: settings.decaySteps)
    critic = try TrainingStep(
      criticOptimiser, shards: context.exchange, options: context.options
    ) { Self.criticContent(settings, networks, part, $0) }
    generator = try TrainingStep(
      generatorOptimiser, shards: context.exchange, options: context.options
    ) { Self.generatorContent(settings, networks, part, $0) }
    slopes = try Self.slopeProgram(settings, networks, part, context.options)
  }

  /// Takes over a network's values and forgets the optimisers'.
  func begin(_ start: FittedNetwork) {
    start.load(into: variables)
    criticOptimiser.reset()
    generatorOptimiser.reset()
  }

  // MARK: Graphs

  /// What both networks start from: noise [part, L] and labels [part, K].
  static func noise(
    _ settings: AdversarialSettings, _ count: Int, _ graph: Graph
  ) -> (z: Tensor, labels: Tensor?) {
    (graph.random(.normal, [count, settings.latent]), graph.labels(count, classes: settings.classes))
  }

  private static func criticContent(
    _ settings: AdversarialSettings, _ networks: any AdversarialNetworks, _ part: Int,
    _ graph: Graph
  ) -> TrainingStep.Content {
    let real = graph.input("x", [part] + networks.imageShape)
    let (z, labels) = noise(settings, part, graph)
    // The generator is not trained here; its running means are the business of its own step.
    var ignored: RunningValues? = []
    let fake = networks.generated(z, labels: labels, running: &ignored)
    let spectra = networks.spectra.map { $0.training(in: graph) }
    let weights = spectra.map(\.weight)
    var running: RunningValues? = []
    let scores = networks.scores(
      real: real, fake: fake, labels: labels, weights: weights, running: &running)
    let distance = scores.real.average() - scores.fake.average()
    var loss =
      settings.isHinge
      ? (1 - scores.real).relu().average() + (1 + scores.fake).relu().average() : -distance
    var measures = [(name: "distance", value: distance)]
    if settings.constraint == .gradientPenalty {
      let mix = graph.random(.uniform, [part] + networks.imageShape.map { _ in 1 })
      let penalty = (networks.slopes(fake + mix * (real - fake), labels: labels) - 1).square()
        .average()
      loss = loss + settings.penaltyWeight * penalty
      measures.append(("penalty", penalty))
    }
    return TrainingStep.Content(
      loss: loss, measures: measures, averaged: joined(running ?? []).map { ($0.variable, $0.newest) },
      once: { graph in networks.spectra.flatMap { $0.training(in: graph).updates } })
  }

  private static func generatorContent(
    _ settings: AdversarialSettings, _ networks: any AdversarialNetworks, _ part: Int,
    _ graph: Graph
  ) -> TrainingStep.Content {
    let (z, labels) = noise(settings, part, graph)
    var running: RunningValues? = []
    let fake = networks.generated(z, labels: labels, running: &running)
    var ignored: RunningValues? = []
    let scores = networks.scores(
      fake, labels: labels, weights: networks.spectra.map { $0(in: graph) }, running: &ignored)
    return TrainingStep.Content(
      loss: -scores.average(), averaged: (running ?? []).map { ($0.variable, $0.newest) })
  }

  private static func slopeProgram(
    _ settings: AdversarialSettings, _ networks: any AdversarialNetworks, _ part: Int,
    _ options: ProgramOptions
  ) throws -> Program {
    let graph = Graph()
    let real = graph.input("x", [part] + networks.imageShape)
    let (z, labels) = noise(settings, part, graph)
    var trained: RunningValues?
    let fake = networks.generated(z, labels: labels, running: &trained)
    let mix = graph.random(.uniform, [part] + networks.imageShape.map { _ in 1 })
    let slopes = networks.slopes(
      fake + mix * (real - fake), labels: labels, weights: networks.spectra.map { $0(in: graph) })
    return try Program(graph, outputs: ["slope": slopes.average()], options: options)
  }

  // MARK: The constraint

  /// The weights that a clipped critic clips, and whose sizes are checked: all of its layers'.
  private var criticWeights: [Variable] { networks.criticVariables.filter(\.isTrainable) }

  /// Cuts the critic's weights off at ± `bound`.
  func clip(_ bound: Float) {
    for variable in criticWeights {
      for index in variable.values.indices {
        variable.values[index] = min(max(variable.values[index], -bound), bound)
      }
    }
  }

  struct Checks {
    var largestWeight: Double
    var largestSingularValue: Double
    var slope: Double
  }

  /// Measures the constraint by means that the training does not use.
  func checks(real: inout Minibatches, key: RandomKey) throws -> Checks {
    var largest: Float = 0
    for variable in criticWeights {
      for value in variable.values { largest = max(largest, abs(value)) }
    }
    var slope = 0.0
    for index in 0..<Self.checkBatches {
      try real.next(part)
      real.copy(rows: 0..<part, into: slopes)
      slopes.setKey(key.folding(UInt64(index)))
      try slopes.run()
      slope += Double(slopes.output("slope")[0]) / Double(Self.checkBatches)
    }
    return Checks(
      largestWeight: Double(largest), largestSingularValue: largestSingularValue(), slope: slope)
  }

  /// The largest singular value of any layer of the critic, its weights seen as a matrix [out, in] and
  /// divided by the estimate that the next step of a spectrally normalised critic would use; NaN for
  /// weights not finite.
  private func largestSingularValue() -> Double {
    var largest = 0.0
    for variable in criticWeights where variable.shape.count >= 2 {
      let rows = variable.shape[0]
      let columns = variable.count / rows
      let matrix = variable.values.map(Double.init)
      guard let values = singularValues(matrix, rows: rows, columns: columns) else { return .nan }
      var norm = values.max() ?? 0
      if let spectrum = networks.spectra.first(where: { $0.weight === variable }) {
        norm /= Self.estimate(
          spectrum.u.values.map(Double.init), matrix, rows, columns, iterations: spectrum.iterations)
      }
      largest = max(largest, norm)
    }
    return largest
  }

  /// σ as steps of the power iteration from u give it: |W·v| with v = Wᵀu/|Wᵀu|.
  private static func estimate(
    _ u: [Double], _ matrix: [Double], _ rows: Int, _ columns: Int, iterations: Int
  ) -> Double {
    var u = u
    var ratio = Double.nan
    for _ in 0..<iterations {
      var v = [Double](repeating: 0, count: columns)
      for row in 0..<rows {
        for column in 0..<columns { v[column] += u[row] * matrix[row * columns + column] }
      }
      for row in 0..<rows {
        u[row] = 0
        for column in 0..<columns { u[row] += matrix[row * columns + column] * v[column] }
      }
      // u is W·v for a v that is not a unit vector.
      let length = u.reduce(0) { $0 + $1 * $1 }.squareRoot()
      ratio = length / v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for row in 0..<rows { u[row] /= length }
    }
    return ratio
  }
}
