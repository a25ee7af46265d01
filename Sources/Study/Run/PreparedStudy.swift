import Datasets
import Loops
import Options
import Samples

/// The cells of a plan with their data sets, loaded when first asked for and shared between cells.
final class PreparedStudy {
  private let plan: StudyPlan
  /// The study file, for messages.
  private let name: String
  private var datasets: [String: any Dataset] = [:]
  private var cells: [Int: PreparedCell] = [:]

  /// Rehearsals end after so many seconds.
  private static let rehearsalSeconds = 5.0

  /// - Parameter name: the study file, for messages; the study's name where there is none.
  init(_ plan: StudyPlan, name: String? = nil) {
    self.plan = plan
    self.name = name ?? plan.study
  }

  /// - Throws: `CellRefusal` or `DataError`.
  func cell(_ index: Int) throws -> PreparedCell {
    if let cell = cells[index] { return cell }
    let spec = plan.cells[index]
    do {
      let cell = try PreparedCell(spec, dataset: dataset(spec.dataset))
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
  /// Rehearsals that would take longer than a few seconds in all are left out; a mistake of theirs
  /// is recorded by the chains themselves, as `failed`.
  ///
  /// - Throws: `CellRefusal` for the first cell that cannot run, `DataError`.
  func rehearse() throws {
    guard let seed = plan.seeds.first else { return }
    let end = monotonicSeconds() + Self.rehearsalSeconds
    var known: Set<String> = []
    var cache = FirstGenerationCache()
    for index in plan.families.joined() where monotonicSeconds() < end {
      let cell = try cell(index)
      guard known.insert(cell.spec.parts).inserted else { continue }
      do {
        try cell.rehearse(seed: seed, study: plan.seed, cache: &cache)
      } catch let error as ComponentError {
        throw CellRefusal(study: name, plan: plan, cell: index, error)
      }
    }
  }

  private func dataset(_ choice: ComponentChoice) throws -> any Dataset {
    let key = choice.value.canonicalJSON
    if let dataset = datasets[key] { return dataset }
    guard let type = DatasetRegistry.named(choice.name) else {
      throw ComponentError(choice.name, "no such data set")
    }
    let dataset = try type.init(options: choice.options, files: DataFiles(directory: plan.directory))
    datasets[key] = dataset
    return dataset
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
