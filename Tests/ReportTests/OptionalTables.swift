import CSQLite
import Foundation
import ProgramSupport
import TestSupport

/// The tables that older runs lack, with rows of every kind.
final class OptionalTables {
  private var handle: OpaquePointer?

  init(path: String) throws {
    guard sqlite3_open(path, &handle) == SQLITE_OK else { throw LaunchError.missing(path) }
  }

  deinit { sqlite3_close_v2(handle) }

  func fill(_ cells: [String]) throws {
    try run(
      """
      BEGIN;
      CREATE TABLE IF NOT EXISTS previews(cell TEXT, seed INTEGER, generation INTEGER, shape TEXT,
        encoding TEXT, low REAL, high REAL, data BLOB);
      CREATE TABLE IF NOT EXISTS collapse(cell, definition, metric, generation, statistic, ci_low,
        ci_high, threshold, n, verdict, meaning);
      CREATE TABLE IF NOT EXISTS survival(cell, definition, generation, at_risk, events, survival,
        ci_low, ci_high);
      CREATE TABLE IF NOT EXISTS theory(cell, generation, metric, value, source);
      CREATE TABLE IF NOT EXISTS published(cell, metric, generation, value, low, high, source);
      """)
    let quoted = hostileName.replacingOccurrences(of: "'", with: "''")
    for (place, cell) in cells.enumerated() {
      let verdict = ["yes", "no", "undecided"][place % 3]
      for definition in ["variance", "modes"] {
        try run(
          "INSERT INTO collapse VALUES('\(cell)', '\(definition)', 'moments.variance_trace_ratio', 5, 0.25, 0.125, 0.5, 0.75, 4, '\(verdict)', '\(quoted)')"
        )
      }
      try run("INSERT INTO survival VALUES('\(cell)', '\(quoted)', 2, 4, 1, 0.75, 0.4, 0.95)")
      for generation in 0..<6 {
        try run(
          "INSERT INTO theory VALUES('\(cell)', \(generation), 'moments.variance_trace_ratio', \(pow(0.9, Double(generation))), '\(quoted)')"
        )
      }
      try run(
        "INSERT INTO published VALUES('\(cell)', 'moments.variance_trace_ratio', 5, 0.5, NULL, NULL, '\(quoted)')"
      )
    }
    for seed in 0..<2 {
      for generation in -1..<4 {
        let images = (0..<(4 * 6 * 5)).map { UInt8(($0 * 7 + generation + 1) % 256) }
        try insert(cells[0], seed, generation, "[4,6,5]", "uint8", images)
        let points = (0..<60).map { Float(sin(Double($0 * (seed + 2)))) * pow(0.8, Float(generation)) }
        try insert(cells[1], seed, generation, "[30,2]", "float32", Self.bytes(points.map(\.bitPattern)))
        try insert(cells[2], seed, generation, "[60]", "float32", Self.bytes(points.map(\.bitPattern)))
        // One point thirty times: what collapse ends in.
        let same = [UInt32](repeating: Float(0.5).bitPattern, count: 60)
        try insert(cells[4], seed, generation, "[30,2]", "float32", Self.bytes(same))
        try insert(cells[3], seed, generation, "[60]", "int32", Self.bytes((0..<60).map { UInt32($0 % 7) }))
      }
    }
    // What cannot be read is passed over: bytes that do not fill the shape.
    try insert(cells[5], 0, 0, "[9,9,9]", "uint8", [1, 2, 3])
    try run("COMMIT")
  }

  private static func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }

  private func insert(
    _ cell: String, _ seed: Int, _ generation: Int, _ shape: String, _ encoding: String, _ data: [UInt8]
  ) throws {
    let hex = data.map { String(format: "%02x", $0) }.joined()
    try run(
      "INSERT INTO previews VALUES('\(cell)', \(seed), \(generation), '\(shape)', '\(encoding)', 0, 1, x'\(hex)')"
    )
  }

  private func run(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw LaunchError.missing(String(cString: sqlite3_errmsg(handle)))
    }
  }
}
