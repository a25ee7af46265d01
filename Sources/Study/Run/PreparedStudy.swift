import Datasets
import Loops
import Metrics
import Options
import Randomness
import Results
import Samples

/// The cells of a plan with their data sets, loaded when first asked for and shared between cells.
final class PreparedStudy {
  private let plan: StudyPlan
  /// The study file, for messages.
  private let name: String
  private var datasets: [String: any Dataset] = [:]
  private var cells: [Int: PreparedCell] = [:]
  private var features: [String: FeatureStore] = [:]
  private let weights = KeptWeights()

  /// Rehearsals end after so many seconds.
  private static let rehearsalSeconds = 5.0

  /// - Parameters:
  ///   - name: the study file, for messages; the study's name where there is none.
  ///   - directory: where networks that metrics train are kept; see `keepWeights`.
  init(_ plan: StudyPlan, name: String? = nil, directory: RunDirectory? = nil) throws {
    self.plan = plan
    self.name = name ?? plan.study
    if let directory { try weights.keep(in: directory) }
  }

  /// - Throws: `CellRefusal` or `DataError`.
  func cell(_ index: Int) throws -> PreparedCell {
    if let cell = cells[index] { return cell }
    let spec = plan.cells[index]
    do {
      let (dataset, features) = try dataset(spec.dataset)
      let cell = try PreparedCell(spec, dataset: dataset, features: features)
      try MemoryCheck.check(cell)
      cells[index] = cell
      return cell
    } catch let error as ComponentError {
      throw CellRefusal(study: name, plan: plan, cell: index, error)
    }
  }

  /// Prepares every cell, so that a mistake is found before any chain starts.
  ///
  /// - Returns: the expected cost of a chain of each cell, in the cost model's units.
  func costs() throws -> [Double] {
    let model = CostModel()
    return try plan.cells.indices.map { index in
      let cell = try cell(index)
      let shape = DatasetShape(count: cell.dataset.count, width: cell.dataset.space.width)
      let load = try ChainLoad(cell.spec, shape)
      return model.units(
        cell.spec, load,
        operations: try cell.operations(fitting: Int(load.fitted) / cell.spec.generations))
    }
  }

  /// Tries the first two generations of one chain for each combination of parts, so that what would
  /// fail for every seed is refused before any rank works and before anything is written.
  ///
  /// Rehearsals that would take longer than a few seconds in all are left out or broken off; a mistake
  /// of theirs is recorded by the chains themselves, as `failed`.
  ///
  /// - Throws: `CellRefusal` for the first cell that cannot run, `DataError`.
  func rehearse() throws {
    guard let seed = plan.seeds.first else { return }
    let end = monotonicSeconds() + Self.rehearsalSeconds
    // A fit that takes days would be tried for days.
    let outer = Interruption.watch
    Interruption.watch = {
      try outer?() ?? Interruption.isRequested || monotonicSeconds() >= end
    }
    defer { Interruption.watch = outer }
    var known: Set<String> = []
    var cache = FirstGenerationCache()
    for index in plan.families.joined() where monotonicSeconds() < end {
      let cell = try cell(index)
      guard known.insert(cell.spec.parts).inserted else { continue }
      do {
        try cell.rehearse(
          seed: seed, study: plan.seed, shards: plan.resources.shards, cache: &cache)
      } catch let error as ComponentError {
        throw CellRefusal(study: name, plan: plan, cell: index, error)
      }
    }
  }

  /// Keeps networks that metrics train in a run directory from now on, and those trained so far.
  func keepWeights(in directory: RunDirectory) throws { try weights.keep(in: directory) }

  /// Trains the networks that metrics compare samples by, so that ranks find them ready.
  ///
  /// - Throws: `CellRefusal` for metrics that cannot use the data, and for damaged weights what
  ///   reading them throws.
  func prepareFeatures() throws {
    for index in plan.cells.indices {
      let cell = try cell(index)
      for choice in cell.spec.metrics {
        guard let metric = MetricRegistry.named(choice.name) else { continue }
        do {
          try cell.features?.prepare(
            metric.component, options: choice.options, space: cell.dataset.space)
        } catch let error as ComponentError {
          throw CellRefusal(study: name, plan: plan, cell: index, error)
        }
      }
    }
  }

  private func dataset(
    _ choice: ComponentChoice
  ) throws -> (any Dataset, FeatureStore) {
    let key = choice.value.canonicalJSON
    if let dataset = datasets[key], let store = features[key] { return (dataset, store) }
    guard let type = DatasetRegistry.named(choice.name) else {
      throw ComponentError(choice.name, "no such data set")
    }
    let files = DataFiles(directory: plan.directory)
    let dataset = try type.init(options: choice.options, files: files)
    datasets[key] = dataset
    let store = FeatureStore(
      // Whatever the chains are trained on, the networks of all runs see the same samples.
      real: { try dataset.training(key: RandomKey(seed: 0).folding(.realData)) },
      resolve: { files.resolve($0) },
      load: { [weights] in try weights.load($0) }, save: { [weights] in try weights.save($0, $1) })
    features[key] = store
    return (dataset, store)
  }
}

extension CellSpec {
  /// What decides whether the parts of a cell fit each other. Start and bias fit everything.
  fileprivate var parts: String {
    var loop = loop
    loop.start = .cold
    loop.bias = 1
    return OptionValue.list([dataset.value, model.value, loop.value]).canonicalJSON
  }
}
