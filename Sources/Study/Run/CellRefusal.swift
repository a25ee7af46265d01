import Options

/// A cell whose parts do not fit each other or the data: no seed of it could run.
public struct CellRefusal: Error, Sendable, CustomStringConvertible {
  /// The study file.
  public let study: String
  /// What sets the cell apart from the others, e.g. `model.name = "gaussian"`; empty in a study of one.
  public let cell: String
  /// The component and what it needs.
  public let reason: String

  public var description: String {
    cell.isEmpty ? "\(study): \(reason)" : "\(study): cell \(cell): \(reason)"
  }
}

extension StudyPlan {
  /// What sets a cell apart, on one line.
  func title(ofCell index: Int) -> String {
    let parts = varying[index].map { "\($0.path) = \($0.value.canonicalJSON)" }
    return excerpt(parts.joined(separator: ", "), limit: 200)
  }
}
