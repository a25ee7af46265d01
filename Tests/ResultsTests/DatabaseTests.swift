import CSQLite
import Foundation
import Results
import Testing

/// A second, independent connection: plain SQLite.
final class Reader {
  let handle: OpaquePointer

  init(_ path: String) throws {
    var handle: OpaquePointer?
    try #require(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
    self.handle = try #require(handle)
  }

  deinit { sqlite3_close_v2(handle) }

  func run(_ sql: String) -> Int32 { sqlite3_exec(handle, sql, nil, nil, nil) }

  /// The rows of a query as texts, NULL as "-".
  func rows(_ sql: String) throws -> [[String]] {
    var statement: OpaquePointer?
    try #require(sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, "\(sql)")
    defer { sqlite3_finalize(statement) }
    var rows: [[String]] = []
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { return rows }
      try #require(code == SQLITE_ROW, "\(sql): \(code)")
      rows.append(
        (0..<sqlite3_column_count(statement)).map { column in
          sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "-"
        })
    }
  }

  func count(_ table: String) throws -> Int {
    Int(try rows("SELECT count(*) FROM \(table)")[0][0]) ?? -1
  }
}

@Suite struct DatabaseTests {
  static let cell = "3f2a9c01b7de"

  func create(_ path: String, from index: RunIndex = RunIndex()) throws -> ResultsDatabase {
    try ResultsDatabase.rebuild(
      at: path,
      cells: [CellRecord(cell: Self.cell, parameters: "{\"loop.bias\":0.5}", resolved: "{}")],
      chains: (0..<3).map { ChainKey(cell: Self.cell, seed: $0) }, from: index)
  }

  @Test func theTablesAreThoseOfTheContract() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/results.sqlite"
      let database = try create(path)
      #expect(try database.close())
      let reader = try Reader(path)
      let expected = [
        ("cells", "cell TEXT, parameters TEXT, resolved TEXT"),
        ("chains", "cell TEXT, seed INTEGER, status TEXT, generations INTEGER, message TEXT"),
        (
          "collapse",
          "cell TEXT, definition TEXT, metric TEXT, generation INTEGER, statistic REAL, ci_low REAL, ci_high REAL, threshold REAL, n INTEGER, verdict TEXT, meaning TEXT"
        ),
        ("metrics", "cell TEXT, seed INTEGER, generation INTEGER, metric TEXT, value REAL"),
        (
          "previews",
          "cell TEXT, seed INTEGER, generation INTEGER, shape TEXT, encoding TEXT, low REAL, high REAL, data BLOB"
        ),
        (
          "published",
          "cell TEXT, metric TEXT, generation INTEGER, value REAL, low REAL, high REAL, source TEXT"
        ),
        (
          "summary",
          "cell TEXT, generation INTEGER, metric TEXT, n INTEGER, mean REAL, sd REAL, se REAL, median REAL, q05 REAL, q25 REAL, q75 REAL, q95 REAL, ci_low REAL, ci_high REAL"
        ),
        (
          "survival",
          "cell TEXT, definition TEXT, generation INTEGER, at_risk INTEGER, events INTEGER, survival REAL, ci_low REAL, ci_high REAL"
        ),
        ("theory", "cell TEXT, generation INTEGER, metric TEXT, value REAL, source TEXT"),
        ("timings", "cell TEXT, seed INTEGER, generation INTEGER, phase TEXT, seconds REAL"),
        (
          "verdicts",
          "cell TEXT, metric TEXT, generation INTEGER, first REAL, last REAL, change REAL, ci_low REAL, ci_high REAL, n INTEGER, seeds_worse INTEGER, verdict TEXT"
        ),
      ]
      #expect(
        try reader.rows("SELECT name FROM sqlite_schema WHERE type != 'index' ORDER BY name")
          == expected.map { [$0.0] })
      for (table, columns) in expected {
        let found = try reader.rows("PRAGMA table_info(\(table))").map { "\($0[1]) \($0[2])" }
        #expect(found.joined(separator: ", ") == columns)
      }
      #expect(try reader.rows("PRAGMA journal_mode") == [["delete"]])
      #expect(try reader.rows("SELECT * FROM cells") == [[Self.cell, "{\"loop.bias\":0.5}", "{}"]])
      #expect(
        try reader.rows("SELECT * FROM chains ORDER BY seed")
          == (0..<3).map { [Self.cell, "\($0)", "pending", "0", ""] })
    }
  }

  @Test func rowsOfBlocks() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/results.sqlite"
      let database = try create(path)
      var first = block(seed: 1, generations: 2, metrics: ["a.x", "a.y"])
      first.values = [0.1, .nan, .infinity, -2]
      try database.insert(first)
      try database.insert(first)
      try database.insert(
        block(
          seed: 1, first: 1, generations: 2, metrics: ["b.x", "b.y"], status: .diverged,
          message: "why"))
      try database.insert(block(seed: 0, generations: 0, status: .failed, message: "x"))
      try database.setChainStatus(cell: Self.cell, seed: 2, .failed, message: "lost")
      #expect(throws: ResultsError.self) { try database.insert(block(seed: 5, first: 1)) }
      #expect(try database.commit())
      let reader = try Reader(path)
      let third = block(seed: 1, first: 2, generations: 1, metrics: ["b.x", "b.y"]).values
      let rows = try reader.rows("SELECT seed, generation, metric, value FROM metrics")
      try #require(rows.count == 6)
      #expect(
        rows == [
          ["1", "0", "a.x", "0.1"], ["1", "0", "a.y", "-"], ["1", "1", "a.x", "-"],
          ["1", "1", "a.y", "-2.0"],
          ["1", "2", "b.x", rows[4][3]], ["1", "2", "b.y", rows[5][3]],
        ])
      // SQLite prints 15 digits.
      #expect(
        abs((Double(rows[4][3]) ?? 9) - third[0]) < 1e-13
          && abs((Double(rows[5][3]) ?? 9) - third[1]) < 1e-13)
      #expect(
        try reader.rows("SELECT * FROM chains ORDER BY seed") == [
          [Self.cell, "0", "failed", "0", "x"], [Self.cell, "1", "diverged", "3", "why"],
          [Self.cell, "2", "failed", "0", "lost"],
        ])
      #expect(
        try reader.rows("SELECT seed, generation, phase, seconds FROM timings LIMIT 6") == [
          ["1", "1", "compose", "0.001"], ["1", "1", "fit", "0.25"], ["1", "1", "sample", "0.125"],
          ["1", "1", "correct", "0.0"], ["1", "1", "measure", "0.5"],
          ["1", "1", "write", "0.0625"],
        ])
      #expect(try reader.count("timings") == 12)
      let row = SummaryRow(
        cell: Self.cell, generation: 1, metric: "a.x", n: 1, mean: 1, sd: .nan, se: .nan, median: 2,
        q05: 3,
        q25: 4, q75: 5, q95: 6, low: .nan, high: 7)
      try database.writeSummary([row])
      try database.writeSummary([row])
      #expect(try database.close())
      #expect(
        try reader.rows("SELECT * FROM summary") == [
          [
            Self.cell, "1", "a.x", "1", "1.0", "-", "-", "2.0", "3.0", "4.0", "5.0", "6.0", "-",
            "7.0",
          ]
        ])
    }
  }

  /// Readers see committed rows at any time; a reader in the way only delays a commit.
  @Test func readersAndTheWriterDoNotDisturbEachOther() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/results.sqlite"
      let database = try create(path)
      let reader = try Reader(path)
      for seed in 0..<20 {
        try database.insert(block(seed: seed, generations: 2000))
        #expect(try reader.count("metrics") == seed * 10_000)
        #expect(try database.commit())
      }
      // A reader in the middle of a query.
      #expect(reader.run("BEGIN; SELECT count(*) FROM metrics") == SQLITE_OK)
      for seed in 20..<40 { try database.insert(block(seed: seed, generations: 20_000)) }
      #expect(try database.commit() == false)
      #expect(try reader.count("metrics") == 200_000)
      try database.insert(block(seed: 40, generations: 1))
      #expect(reader.run("COMMIT") == SQLITE_OK)
      #expect(try database.commit())
      #expect(try reader.count("metrics") == 2_200_005)
      // Another writer: the rows wait in memory.
      #expect(reader.run("BEGIN IMMEDIATE") == SQLITE_OK)
      try database.insert(block(seed: 41, generations: 1))
      #expect(try database.commit() == false)
      #expect(try database.close(waitingSeconds: 0) == false)
      #expect(reader.run("COMMIT") == SQLITE_OK)
      #expect(try database.close())
      #expect(try reader.count("metrics") == 2_200_010)
      #expect(try reader.rows("PRAGMA quick_check") == [["ok"]])
    }
  }

  @Test func rebuildingReplacesTheFileAndGoesOn() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/results.sqlite"
      try write(Array("not a database".utf8), to: path)
      try write(Array("a journal of something else".utf8), to: path + "-journal")
      var index = RunIndex()
      index.add(block(seed: 1, generations: 4))
      index.add(block(seed: 1, first: 4, generations: 2))
      let old = try create(path)
      let reader = try Reader(path)
      #expect(try reader.count("metrics") == 0)
      let database = try create(path, from: index)
      #expect(try reader.count("metrics") == 0)
      try database.insert(block(seed: 1, first: 4, generations: 4, status: .done))
      #expect(try database.close())
      let second = try Reader(path)
      #expect(try second.count("metrics") == 40)
      #expect(try second.count("timings") == 18)
      #expect(
        try second.rows("SELECT seed, status, generations FROM chains ORDER BY seed") == [
          ["0", "pending", "0"], ["1", "done", "8"], ["2", "pending", "0"],
        ])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix(".") }
          .isEmpty)
      _ = old
    }
  }
}
