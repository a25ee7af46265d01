import Foundation
import Results

/// `plan.json` as the page shows it. The plan is read as plain JSON: the page shows what was frozen and
/// needs none of what a run needs.
struct PlanFacts: Sendable {
  /// A plan longer than this is shown with its first cell only, in bytes.
  static let longestWhole = 200_000

  let study: String
  let paper: String
  let notes: String
  /// Planned generations of every chain.
  let generations: Int
  /// As in the study file, e.g. `0..<100`.
  let seeds: String
  /// The SHA-256 of the study file.
  let sourceHash: String
  /// The SHA-256 of `plan.json`.
  let hash: String
  /// The frozen plan, indented; shortened where it is long.
  let text: String
  /// Cells that `text` leaves out.
  let cellsLeftOut: Int

  /// - Throws: `ResultsError.malformed`, `.missing`.
  init(_ run: RunDirectory) throws {
    let bytes = try run.contents(of: "plan.json")
    guard case .map(var plan)? = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
      throw ResultsError.malformed(path: run.plan, line: 0, reason: "not a JSON object")
    }
    func text(_ key: String) -> String {
      if case .text(let value)? = plan[key] { value } else { "" }
    }
    study = text("study")
    paper = text("paper")
    notes = text("notes")
    seeds = text("seeds")
    sourceHash = text("source_sha256")
    hash = sha256Hex(bytes)
    generations = if case .number(let value)? = plan["generations"] { Int(value) } else { 0 }
    var omitted = 0
    if bytes.count > Self.longestWhole, case .list(let cells)? = plan["cells"], cells.count > 1 {
      plan["cells"] = .list([cells[0]])
      omitted = cells.count - 1
    }
    cellsLeftOut = omitted
    self.text = try Self.indented(JSONValue.map(plan))
  }

  static func indented(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
