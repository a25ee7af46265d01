import Datasets
import Loops
import Metrics
import Models
import Options
import Results
import Samples
import Testing

/// Options with defaults filled in.
func choice(
  _ component: Component, _ options: [String: OptionValue] = [:]
) throws -> ComponentChoice {
  ComponentChoice(
    name: component.name, options: try OptionValues(options, specs: component.options))
}

func policy(_ name: String, _ options: [String: OptionValue] = [:]) throws -> ComponentChoice {
  try choice(#require(PolicyRegistry.named(name)).component, options)
}

func corrector(_ name: String, _ options: [String: OptionValue] = [:]) throws -> ComponentChoice {
  try choice(#require(CorrectorRegistry.named(name)).component, options)
}

/// A loop that differs from the plainest one in what is given.
func loop(
  _ chosenPolicy: ComponentChoice? = nil, samples: SampleSize = .constant(10), real: Int? = nil,
  start: Start = .cold, bias: Double = 1, corrector chosen: ComponentChoice? = nil,
  statisticalError: Bool = true
) throws -> LoopSpec {
  LoopSpec(
    policy: try chosenPolicy ?? policy("replace"), samples: samples, real: real, start: start, bias: bias,
    corrector: try chosen ?? corrector("none"), statisticalError: statisticalError)
}


/// What a chain has recorded.
struct Recorded {
  var status: ChainStatus
  var metrics: [String] = []
  /// [generations][metrics]
  var rows: [[Double]] = []
  var provenance: [String] = []
  var message = ""
  var kept: [Int: SampleSet] = [:]
  var keptModels: [Int: [UInt8]] = [:]
  /// What fits have said of themselves: their generation and how far they had come.
  var progress: [(generation: Int, fit: FitProgress)] = []
  var blocks = 0

  /// One quantity over the generations.
  func column(_ name: String) throws -> [Double] {
    let index = try #require(metrics.firstIndex(of: name), "no \(name) in \(metrics)")
    return rows.map { $0[index] }
  }

  /// All numbers by their bits.
  var bits: [UInt64] { rows.joined().map(\.bitPattern) }
}

/// A cell on Gaussian data, and its chains.
struct Bench {
  var model: any GenerativeModel.Type = TallyModel.self
  var modelOptions: [String: OptionValue] = [:]
  var dataset: any Dataset.Type
  var datasetOptions: [String: OptionValue]
  var metrics: [ComponentChoice]
  var generations = 5
  var keep: [Int] = []
  var keepModels: [Int] = []
  var keepsFit = true

  /// 20 real samples from N(1, 2²).
  init() throws {
    dataset = try #require(DatasetRegistry.named("gaussian"))
    datasetOptions = ["mean": .real(1), "standard_deviation": .real(2), "samples": .integer(20)]
    metrics = [
      try choice(
        #require(MetricRegistry.named("moments")).component, ["source": .text("samples")])
    ]
  }

  func prepared(_ loop: LoopSpec, id: String = "cell") throws -> PreparedCell {
    let data = try choice(dataset.component, datasetOptions)
    let spec = CellSpec(
      id: id, dataset: data, model: try choice(model.component, modelOptions), loop: loop,
      generations: generations, metrics: metrics, keep: KeepSpec(samples: keep, models: keepModels, fit: keepsFit))
    let set = try dataset.init(options: data.options, files: DataFiles(directory: "/"))
    return try PreparedCell(spec, dataset: set, model: model)
  }

  /// Runs a chain to its end, or until `stopAfter` blocks or generations are there.
  func run(
    _ loop: LoopSpec, seed: Int = 0, study: UInt64 = 7, committed: Int = 0, stopBefore: Int = .max,
    blockSeconds: Double = 1, cache: inout FirstGenerationCache
  ) throws -> Recorded {
    var recorded = Recorded(status: .pending)
    var generation = -1
    let control = ChainControl(
      emit: { block in
        recorded.blocks += 1
        #expect(block.firstGeneration == committed + recorded.rows.count)
        if block.generations > 0 { recorded.metrics = block.metrics }
        let width = block.metrics.count
        for row in 0..<block.generations {
          recorded.rows.append(Array(block.values[row * width..<(row + 1) * width]))
        }
        recorded.provenance += block.provenance
        recorded.message = block.message
        recorded.status = block.status
      },
      shouldStop: {
        generation += 1
        return generation >= stopBefore
      },
      keep: { generation, samples in recorded.kept[generation] = samples },
      keepModel: { generation, state in recorded.keptModels[generation] = state },
      blockSeconds: blockSeconds)
    let status = try prepared(loop).run(
      seed: seed, study: study, committed: committed, cache: &cache, control: control)
    #expect(status == recorded.status)
    return recorded
  }

  func run(
    _ loop: LoopSpec, seed: Int = 0, study: UInt64 = 7, committed: Int = 0, stopBefore: Int = .max,
    blockSeconds: Double = 1
  ) throws -> Recorded {
    var cache = FirstGenerationCache()
    return try run(
      loop, seed: seed, study: study, committed: committed, stopBefore: stopBefore,
      blockSeconds: blockSeconds, cache: &cache)
  }
}
