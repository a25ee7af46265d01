import CSQLite
import Foundation
import Glibc
import Results
import Testing

@Suite struct InspectionTests {
  static let cells = ["aa", "bb"]
  static let planned = cells.flatMap { cell in
    (0..<3).map { PlannedChain(cell: cell, seed: $0, generations: 4) }
  }

  /// All planned chains, whole, spread over `ranks` segments in blocks of `size`.
  func segments(ranks: Int, size: Int) -> [[ChainBlock]] {
    var segments = [[ChainBlock]](repeating: [], count: ranks)
    for (place, chain) in Self.planned.enumerated() {
      for first in stride(from: 0, to: 4, by: size) {
        segments[(place + first) % ranks].append(
          block(
            cell: chain.cell, seed: chain.seed, first: first, generations: size,
            status: first + size == 4 ? .done : .running))
      }
    }
    return segments
  }

  /// A complete run with its database.
  func completeRun(_ path: String, ranks: Int = 2, size: Int = 2) throws -> RunDirectory {
    let run = try makeRun(path, segments: segments(ranks: ranks, size: size))
    let index = try RunIndex(reading: run)
    let database = try ResultsDatabase.rebuild(
      at: run.database,
      cells: Self.cells.map {
        CellRecord(cell: $0, parameters: "{\"a\":\"x, \\\"y\\\"\"}", resolved: " r")
      },
      chains: Self.planned.map { ChainKey(cell: $0.cell, seed: $0.seed) }, from: index)
    for table in index.tables() { try database.writeSummary(summarise(table)) }
    #expect(try database.close())
    try run.write(
      RunManifest(
        plan: sha256Hex(try run.contents(of: "plan.json")), numerics: [:], environment: [:], sessions: []))
    return run
  }

  @Test func aCompleteRunIsVerified() throws {
    try withTemporaryDirectory { directory in
      let report = try verifyRun(try completeRun("\(directory)/run"), planned: Self.planned)
      #expect(report.problems == [] && report.unfinished == [])
      #expect(report.isComplete && report.segments == 2 && report.records == 12)
      #expect(report.chains == [.done: 6] && report.generations == 24 && report.rowsCompared == 120)
    }
  }

  /// Each kind of damage is a problem that names the place; nothing else is touched.
  @Test func damageIsFound() throws {
    try withTemporaryDirectory { directory in
      let run = try completeRun("\(directory)/run")
      let database = try fileBytes(run.database)
      func problems(_ text: String, planned: [PlannedChain] = Self.planned, _ sql: String? = nil)
        throws
      {
        if let sql { #expect(try Reader(run.database).run(sql) == SQLITE_OK) }
        let report = try verifyRun(run, planned: planned)
        #expect(
          !report.isSound && report.problems.contains { $0.contains(text) }, "\(text): \(report)")
        try write(database, to: run.database)
      }
      try problems(
        "seed 1, generation 2, support.size",
        "UPDATE metrics SET value = value + 1e-9 WHERE seed = 1 AND generation = 2 AND metric = 'support.size'"
      )
      try problems("stands twice", "INSERT INTO metrics SELECT * FROM metrics LIMIT 1")
      try problems(
        "not in the segments", "INSERT INTO metrics VALUES ('aa', 0, 9, 'support.size', 1)")
      try problems(
        "9 generations, the segments hold 4", "UPDATE chains SET generations = 9 WHERE seed = 2")
      try problems("no row of cell bb", "DELETE FROM cells WHERE cell = 'bb'")
      try problems("has records but is not planned", planned: Array(Self.planned.dropLast()))
      try problems(
        "done with 4 of 5",
        planned: Self.planned.map { PlannedChain(cell: $0.cell, seed: $0.seed, generations: 5) })
      try problems(
        "4 generations, 3 planned",
        planned: Self.planned.map { PlannedChain(cell: $0.cell, seed: $0.seed, generations: 3) })
      // A page of the database.
      var torn = database
      for index in 16_384..<20_480 { torn[index] = 0xff }
      try write(torn, to: run.database)
      try problems(run.database)
      let path = run.segment(rank: 1)
      var bytes = try fileBytes(path)
      bytes[bytes.count / 2] ^= 4
      try write(bytes, to: path)
      try problems("\(path):")
    }
  }

  @Test func workLeftIsNotDamage() throws {
    try withTemporaryDirectory { directory in
      let run = try completeRun("\(directory)/run")
      func unfinished(_ text: String, _ sql: String) throws {
        let database = try fileBytes(run.database)
        #expect(try Reader(run.database).run(sql) == SQLITE_OK)
        let report = try verifyRun(run, planned: Self.planned)
        #expect(
          report.isSound && !report.isComplete && report.unfinished.contains { $0.contains(text) },
          "\(report)")
        try write(database, to: run.database)
      }
      try unfinished("5 of 120 metric rows", "DELETE FROM metrics WHERE rowid > 115")
      try unfinished(
        "no row of cell aa, seed 0", "DELETE FROM chains WHERE cell = 'aa' AND seed = 0")
      try unfinished("2 rows of summary", "DELETE FROM summary WHERE rowid <= 2")
      try unfinished("sd is", "UPDATE summary SET sd = sd * 1.001 WHERE rowid = 7")
      unlink(run.database)
      let path = run.segment(rank: 0)
      try write(Array(try fileBytes(path).dropLast(9)), to: path)
      let report = try verifyRun(run, planned: Self.planned)
      #expect(report.isSound && report.tornBytes > 0 && report.unfinished.count == 3)
      #expect(report.unfinished.contains { $0.contains("interrupted write") })
      #expect(report.unfinished.contains { $0.contains("running, 2 of 4 generations") })
      #expect(report.unfinished.contains { $0.contains("not there; running again") })
    }
  }

  @Test func runsAreComparedWhateverTheirLayout() throws {
    try withTemporaryDirectory { directory in
      let one = try makeRun("\(directory)/one", segments: segments(ranks: 1, size: 4))
      let three = try makeRun("\(directory)/three", segments: segments(ranks: 3, size: 1))
      let same = try compareRuns(one, three)
      #expect(same.isIdentical && same.chainsCompared == 6 && same.valuesCompared == 120)

      func difference(_ name: String, _ change: (inout ChainBlock) -> Void) throws -> String? {
        var parts = segments(ranks: 1, size: 4)
        change(&parts[0][4])
        return try compareRuns(one, try makeRun("\(directory)/\(name)", segments: parts))
          .firstDifference
      }
      #expect(
        try difference("seconds") {
          $0.seconds[0] = 9
          $0.message = "host"
        } == nil)
      let value = try difference("value") { $0.values[6] = $0.values[6].nextUp }
      #expect(value?.hasPrefix("cell bb, seed 1, generation 1, moments.variance_trace: ") == true)
      #expect(
        try difference("provenance") {
          $0.provenance = TextColumn($0.provenance.prefix(2) + ["real:1"] + $0.provenance.dropFirst(3))
        }?.contains("generation 2: provenance") == true)
      #expect(
        try difference("status") { $0.status = .diverged } == "cell bb, seed 1: done and diverged")
      #expect(try difference("seed") { $0.seed = 7 } == "cell bb, seed 1: only in the first run")
      #expect(try difference("zero") { $0.values[0] = .nan }?.contains("nan") == true)
      let short = try makeRun(
        "\(directory)/short", segments: [segments(ranks: 1, size: 2)[0].dropLast()])
      let shorter = try compareRuns(one, short)
      #expect(
        shorter.firstDifference == "cell bb, seed 2: 4 and 2 generations"
          && shorter.chainsDifferent == 1)
      let path = short.segment(rank: 0)
      try write(Array("junk\n".utf8) + (try fileBytes(path)), to: path)
      #expect(throws: ResultsError.self) { try compareRuns(one, short) }
    }
  }

  @Test func tablesAreExported() throws {
    try withTemporaryDirectory { directory in
      let run = try completeRun("\(directory)/run")
      let target = "\(directory)/csv"
      #expect(
        try exportCSV(run, to: target) == [
            "cells": 2, "chains": 6, "metrics": 120, "summary": 40, "verdicts": 0, "collapse": 0,
            "survival": 0, "theory": 0, "published": 0,
          ])
      #expect(try FileManager.default.contentsOfDirectory(atPath: target).count == 9)
      func lines(_ name: String) throws -> [String] {
        String(decoding: try fileBytes("\(target)/\(name).csv"), as: UTF8.self)
          .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      }
      #expect(
        try lines("cells") == [
          "cell,parameters,resolved", "aa,\"{\"\"a\"\":\"\"x, \\\"\"y\\\"\"\"\"}\",\" r\"",
          "bb,\"{\"\"a\"\":\"\"x, \\\"\"y\\\"\"\"\"}\",\" r\"", "",
        ])
      #expect(
        try lines("chains").prefix(2) == ["cell,seed,status,generations,message", "aa,0,done,4,"])
      let metrics = try lines("metrics")
      let expected = block(cell: "aa", generations: 4)
      #expect(metrics[0] == "cell,seed,generation,metric,value" && metrics.count == 122)
      for (index, line) in metrics[1...20].enumerated() {
        #expect(line == "aa,0,\(index / 5),\(metricNames[index % 5]),\(expected.values[index])")
      }
      let summary = try lines("summary")
      #expect(
        summary[0] == "cell,generation,metric,n,mean,sd,se,median,q05,q25,q75,q95,ci_low,ci_high")
      #expect(summary.count == 42 && summary[1].hasPrefix("aa,0,moments.mean_squared_error,3,"))
      #expect(throws: ResultsError.missing(path: run.database)) {
        unlink(run.database)
        try exportCSV(run, to: target)
      }
    }
  }
}
