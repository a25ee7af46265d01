import CSQLite
import Foundation
import ProgramSupport
import Results
import TestSupport
import Testing

/// The studies that hold every model, policy, start, corrector and switch.
let everythingStudies = [
  "everything", "everything-networks", "everything-loops", "everything-discrete", "everything-regression",
]

func studyPath(_ name: String) -> String {
  Launch.packageRoot.appendingPathComponent("launch/studies/\(name).yaml").path
}

/// Longer forms of the tests: more rank counts, more interruptions at moments that change every time.
let isLong = ProcessInfo.processInfo.environment["OUROBOROS_LONG_TESTS"] != nil

/// Runs a study to its end, alone (0 ranks) or under `mpirun`, with the exit code expected.
func runStudy(
  _ study: String, to output: String, ranks: Int, _ more: [String] = [], status: Int32 = 0
) throws {
  let arguments = ["run", study, "--out", output] + more
  let result =
    ranks == 0
    ? try Launch.ouroboros(arguments, timeoutSeconds: 120)
    : try Launch.ouroboros(ranks: ranks, arguments, timeoutSeconds: 120)
  try #require(result.status == status && !result.timedOut, "\(result.summary)")
}

/// Two runs must hold the same results: metrics, provenance and status of every chain bit by bit, the
/// rows of the database, and the files that `keep` asked for byte by byte.
///
/// - Parameter values: how many numbers there must be at least, so that empty runs do not pass.
func expectSameResults(
  _ first: String, _ second: String, values: Int = 1, _ title: Comment = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (a, b) = (try RunDirectory(existing: first), try RunDirectory(existing: second))
  let comparison = try compareRuns(a, b)
  #expect(comparison.firstDifference == nil, title, sourceLocation: sourceLocation)
  #expect(comparison.valuesCompared >= values, title, sourceLocation: sourceLocation)
  let (left, right) = (try keptFiles(first), try keptFiles(second))
  #expect(left.keys.sorted() == right.keys.sorted(), title, sourceLocation: sourceLocation)
  let different = left.keys.sorted().filter { left[$0] != right[$0] }
  #expect(different.isEmpty, title, sourceLocation: sourceLocation)
  for query in [
    "SELECT cell, parameters, resolved FROM cells ORDER BY cell",
    "SELECT cell, seed, status, generations FROM chains ORDER BY cell, seed",
    "SELECT cell, seed, generation, metric, value FROM metrics "
      + "ORDER BY cell, seed, generation, metric",
    "SELECT * FROM summary ORDER BY cell, generation, metric",
  ] {
    let (one, other) = (try rows(of: first, query), try rows(of: second, query))
    #expect(!one.isEmpty, title, sourceLocation: sourceLocation)
    let index = zip(one, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    #expect(
      one.count == other.count && index == nil,
      "\(title) \(query): \(index.map { one[$0] + " and " + other[$0] } ?? "counts differ")",
      sourceLocation: sourceLocation)
  }
}

/// The sample files of a run by relative path.
private func keptFiles(_ run: String) throws -> [String: [UInt8]] {
  let folder = "\(run)/samples"
  guard FileManager.default.fileExists(atPath: folder) else { return [:] }
  return try listing(of: folder).compactMapValues { $0 }
}

/// The rows of a query, one text each; numbers by their bits.
private func rows(of run: String, _ query: String) throws -> [String] {
  var database: OpaquePointer?
  let path = "\(run)/results.sqlite"
  defer { sqlite3_close_v2(database) }
  try #require(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK)
  var statement: OpaquePointer?
  defer { sqlite3_finalize(statement) }
  try #require(sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK, "\(query)")
  var rows: [String] = []
  while sqlite3_step(statement) == SQLITE_ROW {
    let fields = (0..<sqlite3_column_count(statement)).map { column -> String in
      switch sqlite3_column_type(statement, column) {
      case SQLITE_NULL: "null"
      case SQLITE_FLOAT: "\(sqlite3_column_double(statement, column).bitPattern)"
      default: sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
      }
    }
    rows.append(fields.joined(separator: "|"))
  }
  return rows
}
