import Loops
import Options

/// A cell whose parts do not fit each other, the data or the machine: no seed of it could run.
public struct CellRefusal: Error, Sendable, CustomStringConvertible {
  /// Where the component at fault is named: `file:line:column`, or the study file alone.
  public let place: String
  /// What sets the cell apart from the others, e.g. `model.name = "gaussian"`; empty in a study of one.
  public let cell: String
  /// The component and what it needs.
  public let reason: String

  public var description: String {
    cell.isEmpty ? "\(place): \(reason)" : "\(place): \(reason) (cell \(cell))"
  }

  /// - Parameter study: the study file.
  init(study: String, plan: StudyPlan, cell index: Int, _ error: ComponentError) {
    // A data set and a model may share a name: better no line than the wrong one.
    let spec = plan.cells[index]
    let names = [spec.dataset.name, spec.model.name, spec.loop.policy.name, spec.loop.corrector.name]
    let isUnique = (names + spec.metrics.map(\.name)).count { $0 == error.component } <= 1
    let position = isUnique ? StudyFile.position(of: error.component, in: study) : nil
    place = position?.description ?? study
    cell = plan.title(ofCell: index)
    reason = error.description
  }
}

extension StudyPlan {
  /// What sets a cell apart, on one line.
  func title(ofCell index: Int) -> String {
    let parts = varying[index].map { "\($0.path) = \($0.value.canonicalJSON)" }
    return excerpt(parts.joined(separator: ", "), limit: 200)
  }
}

extension StudyFile {
  /// Where a study file first names a component (or holds the key of that name); `nil` where it stands
  /// in a preset or on the command line, or the file is gone.
  static func position(of component: String, in path: String) -> SourcePosition? {
    guard let source = try? SourceText.read(path: path, limit: YAMLReader.Limits.study.bytes),
      let root = try? YAMLReader.read(source)
    else { return nil }
    return root.position(naming: component)
  }
}

extension StudyNode {
  /// The first key or text equal to `name`, in the order written.
  fileprivate func position(naming name: String) -> SourcePosition? {
    switch content {
    case .scalar(.text(let text)): return text == name ? position : nil
    case .scalar: return nil
    case .list(let nodes):
      for node in nodes { if let found = node.position(naming: name) { return found } }
      return nil
    case .map(let entries):
      // Free text and the study's own name are no components.
      for entry in entries where !["study", "notes", "paper"].contains(entry.key) {
        if entry.key == name { return entry.keyPosition }
        if let found = entry.value.position(naming: name) { return found }
      }
      return nil
    }
  }
}
