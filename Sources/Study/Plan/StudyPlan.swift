import Engine
import Loops
import Options
import Results

/// A study with everything resolved: what a run needs, without the study file.
public struct StudyPlan: Sendable {
  public let study: String
  /// The study seed: the root of every random number.
  public let seed: UInt64
  /// In the order of the expansion: the first matrix entry varies slowest, `zip` fastest.
  public let cells: [CellSpec]
  /// What varies between the cells, one entry a cell.
  public let varying: [[VaryingParameter]]
  /// The chains of each cell, in the order written.
  public let seeds: [Int]
  public let generations: Int
  public let metrics: [ComponentChoice]
  public let keep: KeepSpec
  /// Samples a generation that are recorded to be looked at; nil is `auto`.
  public let previews: Int?
  /// What collapse is to mean.
  public let collapse: CollapseSpec
  /// Numbers of a publication to compare with.
  public let published: [PublishedEntry]
  public let resources: Resources
  public let notes: String
  public let paper: String
  /// The absolute name of the study file's directory: relative data paths start here.
  public let directory: String
  /// SHA-256 of the study file's text, then of each override; says where the plan came from and is
  /// not part of any comparison.
  public let sourceHash: String
  /// Indices of cells with the same data set and model, in order of appearance. For a seed they share
  /// the real data and generation 0.
  public let families: [[Int]]

  /// Derives what follows from the cells.
  init(
    study: String, seed: UInt64, cells: [CellSpec], seeds: [Int], settings: SharedSettings,
    directory: String, sourceHash: String
  ) {
    self.study = study
    self.seed = seed
    let showsUnasked = cells.count <= PreviewSpec.mostCells
    let shown = PreviewSpec(
      count: settings.previews ?? (showsUnasked ? nil : 0), ofGenerations: settings.generations,
      seeds: seeds)
    self.cells = cells.map { $0.showing(shown) }
    self.seeds = seeds
    generations = settings.generations
    metrics = settings.metrics
    keep = settings.keep
    previews = settings.previews
    collapse = settings.collapse
    published = settings.published
    resources = settings.resources
    notes = settings.notes
    paper = settings.paper
    self.directory = directory
    self.sourceHash = sourceHash
    varying = varyingParameters(of: cells)
    families = StudyPlan.families(of: cells)
  }

  /// The number of chains: cells × seeds.
  public var chainCount: Int { cells.count * seeds.count }

  private static func families(of cells: [CellSpec]) -> [[Int]] {
    var families: [[Int]] = []
    var known: [String: Int] = [:]
    for (index, cell) in cells.enumerated() {
      let key = OptionValue.list([cell.dataset.value, cell.model.value]).canonicalJSON
      if let family = known[key] {
        families[family].append(index)
      } else {
        known[key] = families.count
        families.append([index])
      }
    }
    return families
  }
}

/// How a study's chains are computed.
public struct Resources: Sendable, Hashable {
  /// Ranks that train one chain together; changes no result.
  public var ranksPerChain = 1
  /// Parts of every minibatch.
  public var shards = 1
  public var precision = OperandPrecision.float32
  /// Whether nothing may depend on how fast the machine is.
  public var isReproducible = true

  public init(
    ranksPerChain: Int = 1, shards: Int = 1, precision: OperandPrecision = .float32,
    isReproducible: Bool = true
  ) {
    self.ranksPerChain = ranksPerChain
    self.shards = shards
    self.precision = precision
    self.isReproducible = isReproducible
  }

  var value: OptionValue {
    .map([
      "ranks_per_chain": .integer(ranksPerChain), "shards": .integer(shards),
      "precision": .text(precision.rawValue), "reproducible": .flag(isReproducible),
    ])
  }
}

/// What all cells of a study share.
struct SharedSettings: Sendable {
  var generations: Int
  var metrics: [ComponentChoice]
  var keep: KeepSpec
  /// nil is `auto`.
  var previews: Int?
  var collapse = CollapseSpec()
  var published: [PublishedEntry] = []
  var resources = Resources()
  var notes = ""
  var paper = ""
}

extension CellSpec {
  /// A cell with its id: the first 16 hexadecimal digits of the SHA-256 of its canonical form.
  init(
    dataset: ComponentChoice, model: ComponentChoice, loop: LoopSpec, settings: SharedSettings
  ) {
    func made(_ id: String) -> CellSpec {
      CellSpec(
        id: id, dataset: dataset, model: model, loop: loop, generations: settings.generations,
        metrics: settings.metrics, keep: settings.keep)
    }
    self = made(String(sha256Hex(Array(made("").canonical.canonicalJSON.utf8)).prefix(16)))
  }
}
