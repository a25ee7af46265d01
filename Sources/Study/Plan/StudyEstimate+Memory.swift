import Loops
import Models
import Options

extension StudyEstimate {
  /// Bytes of a chain's samples, networks and measures at its largest generation.
  static func residentBytes(
    _ cell: CellSpec, _ load: ChainLoad, _ shape: DatasetShape
  ) throws -> Double {
    let row = 8 * Double(load.width)
    // The sets it is composed of, the training set, a copy in the model's own order and one in its fit;
    // real data, held-out data and the samples just drawn.
    let samples = Double(4 * load.peak + 3 * shape.count) * row
    var networks = 0.0
    if let space = shape.space, let type = ModelRegistry.named(cell.model.name) {
      networks = try type.init(options: cell.model.options, space: space).workingBytes()
    }
    let drawn = cell.loop.samples.count(generation: 0, dataCount: shape.count)
    let measures = cell.metrics.reduce(0) { max($0, measureBytes($1, samples: drawn, row: row)) }
    return samples + networks + measures
  }

  /// Bytes that a measure takes: the distances of all pairs where it needs them at once, otherwise both
  /// sides.
  private static func measureBytes(
    _ metric: ComponentChoice, samples drawn: Int, row: Double
  ) -> Double {
    var limit = drawn
    if case .integer(let samples)? = metric.options.values["samples"] { limit = min(limit, samples) }
    let pairs = Double(limit) * Double(limit) * 8
    switch metric.name {
    case "wasserstein" where metric.options.values["method"] == .text("exact"): return pairs
    case "mmd" where metric.options.values["bandwidth"] == .text("median"): return pairs
    default: return 2 * Double(limit) * row
    }
  }
}
