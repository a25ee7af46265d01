/// A line of the table that the program prints.
struct Row {
  let name: String
  let statement: String
  let evidence: Evidence
  /// Why it was not tried.
  let skipped: String?
  let seconds: Double

  var holds: Bool { skipped != nil || (evidence.tried > 0 && evidence.survived == evidence.tried) }
}

extension [Row] {
  /// The table, in Markdown, which also reads well on a terminal.
  var table: String {
    let head = ["", "promise", "tried", "survived", "worst figure", "seconds"]
    let cells = map { row in
      [
        row.name, row.statement, row.skipped == nil ? "\(row.evidence.tried)" : "–",
        row.skipped == nil ? "\(row.evidence.survived)" : "–",
        row.skipped.map { "not tried: \($0)" } ?? row.evidence.worst,
        "\(Int(row.seconds.rounded()))",
      ]
    }
    let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
    func line(_ words: [String]) -> String {
      "| " + zip(words, widths).enumerated().map { column, pair in
        let padding = String(repeating: " ", count: pair.1 - pair.0.count)
        return [2, 3, 5].contains(column) ? padding + pair.0 : pair.0 + padding
      }.joined(separator: " | ") + " |"
    }
    let rule = "|" + widths.enumerated().map { column, width in
      [2, 3, 5].contains(column)
        ? String(repeating: "-", count: width + 1) + ":" : String(repeating: "-", count: width + 2)
    }.joined(separator: "|") + "|"
    return ([line(head), rule] + cells.map(line)).joined(separator: "\n")
  }
}
