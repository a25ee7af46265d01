/// A row of one of the tables that hold a few rows a cell.
struct TableRow: Sendable {
  enum Value: Sendable {
    case text(String)
    case integer(Int)
    case real(Double)
  }

  let table: String
  /// In the order of the columns.
  let values: [Value]
}

extension Verdict {
  var tableRow: TableRow {
    TableRow(
      table: "verdicts",
      values: [
        .text(cell), .text(metric), .integer(generation), .real(first), .real(last),
        .real(change.value), .real(change.low), .real(change.high), .integer(change.n),
        .integer(seedsWorse), .text(word.rawValue),
      ])
  }
}

extension CollapseFinding {
  func tableRow(_ thresholds: CollapseThresholds) -> TableRow {
    TableRow(
      table: "collapse",
      values: [
        .text(cell), .text(definition.rawValue), .text(metric), .integer(generation),
        .real(statistic.value), .real(statistic.low), .real(statistic.high), .real(threshold),
        .integer(statistic.n), .text(word.rawValue), .text(definition.meaning(thresholds)),
      ])
  }
}

extension CollapseTimes {
  var tableRows: [TableRow] {
    steps.map { step in
      TableRow(
        table: "survival",
        values: [
          .text(cell), .text(definition.rawValue), .integer(step.generation), .integer(step.atRisk),
          .integer(step.events), .real(step.survival), .real(step.low), .real(step.high),
        ])
    }
  }
}

extension TableRow {
  /// The value of a closed form.
  static func theory(
    cell: String, generation: Int, metric: String, value: Double, source: String
  ) -> TableRow {
    TableRow(
      table: "theory",
      values: [.text(cell), .integer(generation), .text(metric), .real(value), .text(source)])
  }
}

extension PublishedValue {
  func tableRow(cell: String) -> TableRow {
    TableRow(
      table: "published",
      values: [
        .text(cell), .text(metric), .integer(generation), .real(value), .real(low), .real(high),
        .text(source),
      ])
  }
}
