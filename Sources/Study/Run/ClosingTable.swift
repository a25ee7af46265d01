import Foundation
import Loops
import Options
import Results

/// What a run found, in a few lines: for each cell what tells collapse at generation 0 and at the last one,
/// the change within a seed with its interval, and a verdict. Where a study has no such quantity, its
/// first metrics at both ends. The tables hold the rest.
struct ClosingTable {
  private let plan: StudyPlan
  private let rows: [String: [SummaryRow]]
  private let verdicts: [String: [Verdict]]

  private static let mostCells = 18
  private static let mostMetrics = 3

  /// - Parameters:
  ///   - rows: the summary rows of each cell, generation by generation.
  ///   - verdicts: of each cell, in the order of the study's metrics.
  init(plan: StudyPlan, rows: [String: [SummaryRow]], verdicts: [String: [Verdict]]) {
    self.plan = plan
    self.rows = rows
    self.verdicts = verdicts
  }

  /// One line a cell and metric; empty where nothing was measured.
  var lines: [String] {
    var table: [[String]] = []
    for (cell, name) in zip(plan.cells, plan.labels).prefix(Self.mostCells) {
      let found = verdicts[cell.id] ?? []
      let lines =
        found.isEmpty
        ? ends(cell)
        : found.prefix(Self.mostMetrics).enumerated().map {
        Self.line($0.element, isMostTelling: $0.offset == 0)
      }
      for (index, line) in lines.enumerated() { table.append([index == 0 ? name : ""] + line) }
    }
    guard !table.isEmpty else { return [] }
    let columns = table.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      table.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    var lines = table.map { row in
      let text = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
    if plan.cells.count > Self.mostCells {
      lines.append("and \(plan.cells.count - Self.mostCells) more cells")
    }
    return lines
  }

  /// The first quantity that tells collapse decides whether the cell is said to collapse.
  private static func line(_ verdict: Verdict, isMostTelling: Bool) -> [String] {
    var change = String(format: "%+.3g", verdict.change.value)
    if verdict.change.n > 1 {
      change += String(format: " [%+.3g, %+.3g]", verdict.change.low, verdict.change.high)
    }
    let word =
      switch verdict.word {
      case .worse: isMostTelling ? "collapses" : "worse"
      case .better: "better"
      case .undecided: verdict.change.n > 1 ? "no change shown" : "one seed: no verdict"
      }
    return [
      verdict.metric, String(format: "%.4g", verdict.first), "→",
      String(format: "%.4g", verdict.last), change,
      "\(word) (worse in \(verdict.seedsWorse) of \(verdict.change.n) seeds)",
    ]
  }

  /// The first metrics at generation 0 and at the last one.
  private func ends(_ cell: CellSpec) -> [[String]] {
    guard let summary = rows[cell.id], let last = summary.last?.generation else { return [] }
    return summary.filter { $0.generation == 0 }.prefix(Self.mostMetrics).compactMap { metric in
      summary.last { $0.generation == last && $0.metric == metric.metric }.map {
        [metric.metric, Self.shown(metric), "→", "generation \(last):", Self.shown($0)]
      }
    }
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
  var plain: String {
    if case .text(let text) = self { return text }
    return canonicalJSON
  }
}
