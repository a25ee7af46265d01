import Foundation
import TestSupport
import Testing

/// A shipped study with the closed forms and claims it is judged by.
struct JudgedStudy: Sendable, CustomTestStringConvertible {
  let preset: String
  let overrides: [String]
  let rows: [ClosedFormRow]
  let claims: [Claim]

  var testDescription: String { ([preset] + overrides).joined(separator: " ") }

  /// Prints the table of a run and records everything that does not hold.
  func report(
    _ cells: [CellValues], seconds: Double,
    _ check: (ClosedFormVerdict, CellValues) -> Void = { _, _ in }
  ) {
    var lines = ["", testDescription + String(format: ", %.1f s", seconds)]
    if !rows.isEmpty { lines.append(ClosedFormVerdict.header) }
    var failures: [String] = []
    for row in rows {
      let matching = cells.filter { $0.matches(row.cell) }
      guard matching.count == 1 else {
        failures.append("\(row.quantity): \(matching.count) cells match \(row.cell)")
        continue
      }
      let verdict = ClosedFormVerdict(row, matching[0].chains)
      lines.append(verdict.line)
      if verdict.outcome != .holds { failures.append(verdict.line) }
      check(verdict, matching[0])
    }
    for claim in claims {
      let finding = claim.judge(cells)
      lines.append(claim.line(finding))
      if !finding.holds { failures.append(claim.line(finding)) }
    }
    // One call, so that tables of studies that run side by side do not mix.
    print(lines.joined(separator: "\n"))
    for failure in failures { Issue.record("\(preset): \(failure)") }
  }
}

/// Every study of the tables, once, in their order.
func studiesToJudge(quickOnly: Bool) -> [JudgedStudy] {
  let claims = ClaimTable.claims.filter { $0.isQuick || !quickOnly }
  var keys = ClosedFormTable.presets.map { (preset: $0, overrides: [String]()) }
  for claim in claims
  where !keys.contains(where: { $0.preset == claim.preset && $0.overrides == claim.overrides }) {
    keys.append((claim.preset, claim.overrides))
  }
  return keys.map { key in
    JudgedStudy(
      preset: key.preset, overrides: key.overrides,
      rows: key.overrides.isEmpty ? ClosedFormTable.rows.filter { $0.preset == key.preset } : [],
      claims: claims.filter { $0.preset == key.preset && $0.overrides == key.overrides })
  }
}
