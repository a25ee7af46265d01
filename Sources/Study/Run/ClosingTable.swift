import Foundation
import Loops
import Options
import Results

/// What a run found, in a few lines: for each cell the first metrics of generation 0 and of the last
/// generation, with their intervals. The tables hold the rest.
struct ClosingTable {
  private let plan: StudyPlan
  private let rows: [String: [SummaryRow]]

  private static let mostCells = 18
  private static let mostMetrics = 3

  /// - Parameter rows: the summary rows of each cell, generation by generation.
  init(plan: StudyPlan, rows: [String: [SummaryRow]]) {
    self.plan = plan
    self.rows = rows
  }

  /// One line a cell and metric; empty where nothing was measured.
  var lines: [String] {
    var table: [[String]] = []
    for (cell, varying) in zip(plan.cells, plan.varying).prefix(Self.mostCells) {
      guard let summary = rows[cell.id], let last = summary.last?.generation else { continue }
      let name = varying.map { "\($0.path)=\($0.value.plain)" }.joined(separator: " ")
      for metric in summary.filter({ $0.generation == 0 }).prefix(Self.mostMetrics) {
        guard let end = summary.last(where: { $0.generation == last && $0.metric == metric.metric })
        else { continue }
        table.append([
          name.isEmpty ? plan.study : name, metric.metric, Self.shown(metric), "→",
          "generation \(last):", Self.shown(end),
        ])
      }
    }
    guard !table.isEmpty else { return [] }
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    var lines = table.map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ")
    }
    if plan.cells.count > Self.mostCells { lines.append("and \(plan.cells.count - Self.mostCells) more cells") }
    return lines
  }

  /// Mean over seeds and its 95 % interval.
  private static func shown(_ row: SummaryRow) -> String {
    guard row.n > 0 else { return "–" }
    guard row.n > 1 else { return String(format: "%.4g", row.mean) }
    return String(format: "%.4g [%.4g, %.4g]", row.mean, row.low, row.high)
  }
}

extension OptionValue {
  /// The value as a person would write it.
  fileprivate var plain: String {
    if case .text(let text) = self { return text }
    return canonicalJSON
  }
}
