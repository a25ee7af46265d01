import Loops
import Options

extension StudyPlan {
  /// The plan of some of its cells, which keep their ids and their numbers.
  ///
  /// - Parameter wanted: ids or their first digits; empty for all cells.
  /// - Throws: `UnknownCell` for one that begins no id.
  func limited(toCells wanted: [String]) throws(UnknownCell) -> StudyPlan {
    guard !wanted.isEmpty else { return self }
    for prefix in wanted where prefix.isEmpty || !cells.contains(where: { $0.id.hasPrefix(prefix) }) {
      throw UnknownCell(name: prefix, known: cells.map(\.id))
    }
    return StudyPlan(
      study: study, seed: seed,
      cells: cells.filter { cell in wanted.contains { cell.id.hasPrefix($0) } }, seeds: seeds,
      settings: SharedSettings(
        generations: generations, metrics: metrics, keep: keep, previews: previews,
        collapse: collapse, published: published, resources: resources, notes: notes, paper: paper),
      directory: directory, sourceHash: sourceHash)
  }
}

/// A cell that the study does not have.
struct UnknownCell: Error, CustomStringConvertible {
  let name: String
  let known: [String]

  var exitCode: Int32 { 64 }

  var description: String {
    let shown = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", …" : "")
    return "--cell: no cell '\(excerpt(name, limit: 40))'; there are \(shown)"
  }
}
