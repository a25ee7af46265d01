import Loops
import Options

extension StudyPlan {
  /// A cell and the number of samples its models are fitted to.
  struct ScaledCell: Sendable, Hashable {
    let cell: String
    let samples: Double
  }

  /// The parameters that say how many samples models are fitted to.
  private static let sizes = ["dataset.samples", "dataset.limit", "loop.samples"]

  /// Cells that differ in the number of samples alone, at least three to a group, by ascending number.
  var scalingGroups: [[ScaledCell]] {
    var groups: [[VaryingParameter]: [ScaledCell]] = [:]
    var order: [[VaryingParameter]] = []
    for (cell, parameters) in zip(cells, varying) {
      let size = parameters.first { Self.sizes.contains($0.path) }
      let samples: Double
      switch size?.value {
      case .integer(let count)?: samples = Double(count)
      default: continue
      }
      let rest = parameters.filter { !Self.sizes.contains($0.path) }
      if groups[rest] == nil { order.append(rest) }
      groups[rest, default: []].append(ScaledCell(cell: cell.id, samples: samples))
    }
    return order.compactMap { groups[$0] }.filter { $0.count >= 3 }
      .map { $0.sorted { $0.samples < $1.samples } }
  }
}
