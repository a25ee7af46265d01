import Datasets
import Loops
import Options
import Samples

/// The cells of a plan with their data sets, loaded when first asked for and shared between cells.
final class PreparedStudy {
  private let plan: StudyPlan
  private var datasets: [String: any Dataset] = [:]
  private var cells: [Int: PreparedCell] = [:]

  init(_ plan: StudyPlan) { self.plan = plan }

  /// - Throws: `ComponentError` or `DataError`.
  func cell(_ index: Int) throws -> PreparedCell {
    if let cell = cells[index] { return cell }
    let spec = plan.cells[index]
    let cell = try PreparedCell(spec, dataset: dataset(spec.dataset))
    cells[index] = cell
    return cell
  }

  /// Prepares every cell, so that a mistake is found before any chain starts.
  ///
  /// - Returns: the expected cost of a chain of each cell, in the cost model's units.
  func costs() throws -> [Double] {
    let model = CostModel()
    return try plan.cells.indices.map { index in
      let cell = try cell(index)
      let shape = DatasetShape(count: cell.dataset.count, width: cell.dataset.space.width)
      return model.units(cell.spec, try ChainLoad(cell.spec, shape))
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
