import CSQLite
import Foundation
import ProgramSupport
import Results
import TestSupport

/// A new empty directory, removed after the test.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(
    "ouroboros-report-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.resolvingSymlinksInPath().path)
}

/// A name that would be markup, end a script element, an attribute or a JavaScript line.
let hostileName =
  "</script><script>alert(1)</script><!-- \"\u{301} onload=alert(2) ' &amp; \u{2028}\u{2029} {{title}}"

/// A small run made without training: 2 policies × 3 sizes × 3 dimensions, 4 seeds, 6 generations, two
/// metrics, one cell's name hostile, one chain diverged, every optional table filled.
struct SmallRun {
  static let generations = 6
  static let seeds = 0..<4
  static let metrics = ["moments.variance_trace_ratio", "wasserstein.w2_squared"]
  let directory: RunDirectory
  let cells: [String]

  init(_ path: String, withOptionalTables: Bool = true) throws {
    directory = try RunDirectory.prepare(path).0
    var records: [CellRecord] = []
    for policy in ["replace", hostileName] {
      for dimension in [1, 3, 10] {
        for samples in [10, 32, 100] {
          let parameters: [String: Any] = [
            "loop.policy": policy, "dataset.dimension": dimension, "dataset.samples": samples,
          ]
          let json = try JSONSerialization.data(withJSONObject: parameters, options: .sortedKeys)
          let text = String(decoding: json, as: UTF8.self)
          records.append(
            CellRecord(cell: "cell\(records.count)", parameters: text, resolved: text))
        }
      }
    }
    cells = records.map(\.cell)
    let plan: [String: Any] = [
      "ouroboros_plan": RunDirectory.format, "study": "small\(hostileName)", "paper": hostileName,
      "notes": hostileName, "seeds": "0..<4", "generations": Self.generations,
      "source_sha256": "00", "cells": records.map { ["id": $0.cell] },
    ]
    try directory.publish(
      Array(JSONSerialization.data(withJSONObject: plan)), as: "plan.json")
    try directory.createDirectory("segments")
    var index = RunIndex()
    let writer = try SegmentWriter(path: directory.segment(rank: 1))
    for (place, cell) in cells.enumerated() {
      for seed in Self.seeds {
        let block = Self.block(cell, place, seed: seed)
        try writer.append(block)
        index.add(block)
      }
    }
    try writer.sync()
    let chains = cells.flatMap { cell in Self.seeds.map { ChainKey(cell: cell, seed: $0) } }
    let database = try ResultsDatabase.rebuild(
      at: directory.database, cells: records, chains: chains, from: index)
    var resampling: BootstrapWeights?
    for table in index.tables() {
      try database.writeSummary(summarise(table, resampling: &resampling))
      let verdict = Verdict(
        table, metric: Self.metrics[0], risesInCollapse: false, resampling: &resampling)
      try database.writeVerdicts([verdict].compactMap { $0 })
    }
    _ = try database.close()
    try directory.write(
      RunStatus(
        state: .running, chains: ["done": 71, "diverged": 1], generationsCommitted: 430,
        generationsPlanned: 432, elapsedSeconds: 3, remainingSeconds: 1, ranks: 2,
        updated: "2026-01-01T00:00:00Z", warnings: [hostileName]))
    try directory.write(
      RunManifest(
        plan: "00", numerics: ["isa": "avx2"], environment: ["cpu": hostileName],
        sessions: [
          .init(started: "2026-01-01T00:00:00Z", ranks: 2, hosts: ["node"], command: ["ouroboros", "run"])
        ]))
    try directory.append([
      FailureRecord(
        cell: "cell0", seed: 3, generation: 3, status: .diverged, message: hostileName, host: "node",
        rank: 1, command: "ouroboros run")
    ])
    if withOptionalTables { try OptionalTables(path: directory.database).fill(cells) }
  }

  private static func block(_ cell: String, _ place: Int, seed: Int) -> ChainBlock {
    let diverges = place == 0 && seed == 3
    let count = diverges ? 3 : generations
    var values: [Double] = []
    for generation in 0..<count {
      // Any smooth function of cell, seed and generation.
      let value = exp(-0.1 * Double((place % 9 + 1) * generation)) * (1 + 0.03 * sin(Double(seed * 7 + place)))
      values += [value, (1 - value) * (1 - value) + 1e-4 * Double(seed + 1)]
    }
    return ChainBlock(
      cell: cell, seed: seed, firstGeneration: 0, generations: count, metrics: metrics,
      values: values,
      provenance: TextColumn(
        (0..<count).map { generation in
          if place < 9 { return generation == 0 ? "real:100" : "g\(generation - 1):100" }
          return generation == 0 ? "real:100" : "real:100 g0..\(generation - 1):100"
        }),
      status: diverges ? .diverged : .done, message: diverges ? hostileName : "",
      seconds: [0.001, 0.25, 0.125, 0, 0.5, 0.0625])
  }
}

/// The value of a query's first column, for checks against the page.
func column(_ sql: String, of path: String) throws -> [Double?] {
  var handle: OpaquePointer?
  guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
    throw LaunchError.missing(path)
  }
  defer { sqlite3_close_v2(handle) }
  var statement: OpaquePointer?
  guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
    throw LaunchError.missing(String(cString: sqlite3_errmsg(handle)))
  }
  defer { sqlite3_finalize(statement) }
  var values: [Double?] = []
  while sqlite3_step(statement) == SQLITE_ROW {
    values.append(
      sqlite3_column_type(statement, 0) == SQLITE_NULL ? nil : sqlite3_column_double(statement, 0))
  }
  return values
}
