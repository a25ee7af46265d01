import Options

/// A component of a study by name, with its options resolved.
public struct ComponentChoice: Sendable, Hashable {
  public let name: String
  public let options: OptionValues

  public init(name: String, options: OptionValues) {
    self.name = name
    self.options = options
  }

  /// The choice as a mapping, `name` beside the options: its canonical form.
  public var value: OptionValue {
    .map(options.values.merging(["name": .text(name)]) { _, name in name })
  }
}

/// Which model a fit starts from.
public enum Start: String, Sendable, CaseIterable {
  /// A new initialisation every generation.
  case cold
  /// The previous generation's model.
  case warm
  /// Generation 0's model.
  case base
}

/// When the synthetic samples of a generation are drawn.
public enum SynthesisTime: String, Sendable, CaseIterable {
  /// Once, after the generation; the next one is trained on that set.
  case stored
  /// Anew for every epoch of the next one's training.
  case perEpoch = "per-epoch"
}

/// How many synthetic samples are drawn after each generation.
public enum SampleSize: Sendable, Hashable {
  /// As many as the data set has training samples.
  case sameAsData
  case constant(Int)
  /// M_i after generation i; one entry for each generation.
  case list([Int])

  public func count(generation: Int, dataCount: Int) -> Int {
    switch self {
    case .sameAsData: dataCount
    case .constant(let count): count
    case .list(let counts): counts[min(generation, counts.count - 1)]
    }
  }
}

/// The loop of a cell: everything that happens between one fit and the next.
public struct LoopSpec: Sendable, Hashable {
  public var policy: ComponentChoice
  public var samples: SampleSize
  /// Real samples mixed in by policies that use some; `nil` means all (augment) or as many as the
  /// training set has (fresh).
  public var real: Int?
  public var start: Start
  /// The universal sampling bias λ in (0, 1].
  public var bias: Double
  public var corrector: ComponentChoice
  /// Whether generations are fitted to samples (true) or to the exact laws (false): the statistical
  /// error of Shumailov et al. 2024. The other two errors are switched by model options.
  public var statisticalError: Bool
  public var synthesis: SynthesisTime

  public init(
    policy: ComponentChoice, samples: SampleSize, real: Int?, start: Start, bias: Double,
    corrector: ComponentChoice, statisticalError: Bool, synthesis: SynthesisTime = .stored
  ) {
    self.policy = policy
    self.samples = samples
    self.real = real
    self.start = start
    self.bias = bias
    self.corrector = corrector
    self.statisticalError = statisticalError
    self.synthesis = synthesis
  }

  /// The canonical form: what the loop's random numbers may depend on.
  public var value: OptionValue {
    let size: OptionValue =
      switch samples {
      case .sameAsData: .text("same")
      case .constant(let count): .integer(count)
      case .list(let counts): .list(counts.map { .integer($0) })
      }
    var value: [String: OptionValue] = [
      "policy": policy.value, "samples": size, "real": real.map { .integer($0) } ?? .text("all"),
      "start": .text(start.rawValue), "bias": .real(bias), "corrector": corrector.value,
      "statistical_error": .flag(statisticalError),
    ]
    // Said only where it is not the default: the cells of older studies keep their ids.
    if synthesis != .stored { value["synthesis"] = .text(synthesis.rawValue) }
    return .map(value)
  }
}

/// What to keep besides the metrics.
public struct KeepSpec: Sendable, Hashable {
  /// Generations whose samples are written to files.
  public var samples: [Int]
  /// Generations whose models are written to files, where the model is trained in many steps.
  public var models: [Int]
  /// Whether what fits report is recorded.
  public var fit: Bool
  /// What is recorded to be looked at.
  public var previews: PreviewSpec

  public init(
    samples: [Int] = [], models: [Int] = [], fit: Bool = true, previews: PreviewSpec = .none
  ) {
    self.samples = samples
    self.models = models
    self.fit = fit
    self.previews = previews
  }
}

/// One resolved combination of a study's parameters.
public struct CellSpec: Sendable {
  /// 16 hexadecimal digits: the first 64 bits of the SHA-256 of the canonical form of data set, model
  /// and loop. Adding cells to a study, generations or metrics renumbers nothing.
  public let id: String
  public let dataset: ComponentChoice
  public let model: ComponentChoice
  public let loop: LoopSpec
  /// The number of fits: generations 0 ..< `generations`.
  public let generations: Int
  public let metrics: [ComponentChoice]
  public let keep: KeepSpec

  public init(
    id: String, dataset: ComponentChoice, model: ComponentChoice, loop: LoopSpec, generations: Int,
    metrics: [ComponentChoice], keep: KeepSpec
  ) {
    self.id = id
    self.dataset = dataset
    self.model = model
    self.loop = loop
    self.generations = generations
    self.metrics = metrics
    self.keep = keep
  }

  /// The same cell with at most `limit` generations and no files to keep.
  func limited(toGenerations limit: Int) -> CellSpec {
    CellSpec(
      id: id, dataset: dataset, model: model, loop: loop, generations: min(limit, generations),
      metrics: metrics, keep: KeepSpec(fit: keep.fit))
  }

  /// The same cell with samples recorded to be looked at.
  public func showing(_ previews: PreviewSpec) -> CellSpec {
    var keep = keep
    keep.previews = previews
    return CellSpec(
      id: id, dataset: dataset, model: model, loop: loop, generations: generations,
      metrics: metrics, keep: keep)
  }

  /// The canonical form whose hash is the id.
  public var canonical: OptionValue {
    .map(["dataset": dataset.value, "model": model.value, "loop": loop.value])
  }
}
