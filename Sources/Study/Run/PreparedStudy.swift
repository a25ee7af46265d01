import Datasets
import Loops
import Options

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
  func checkAll() throws { for index in plan.cells.indices { _ = try cell(index) } }

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
