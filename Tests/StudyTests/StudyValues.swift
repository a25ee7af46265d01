import CSQLite
import Datasets
import Foundation
import Loops
import Options
import Results
import Study
import TestSupport

/// The numbers of a study, run here or read from a finished run.
enum StudyValues {
  /// A shipped study with overrides.
  static func plan(preset name: String, overrides: [String]) throws -> StudyPlan {
    try StudyFile.parse(
      Array(PresetRegistry.text(named: name).utf8), name: name, directory: "/",
      overrides: overrides)
  }

  /// Runs every chain of a plan in this process, through the loop that `ouroboros run` uses.
  static func inProcess(_ plan: StudyPlan) throws -> [CellValues] {
    try plan.cells.map { spec in
      guard let type = DatasetRegistry.named(spec.dataset.name) else {
        throw ComponentError(spec.dataset.name, "no such data set")
      }
      let dataset = try type.init(
        options: spec.dataset.options, files: DataFiles(directory: plan.directory))
      let cell = try PreparedCell(spec, dataset: dataset)
      var cache = FirstGenerationCache()
      let chains = try plan.seeds.map { seed in
        var metrics: [String] = []
        var values: [Double] = []
        let control = ChainControl(emit: { block in
          metrics = block.metrics
          values += block.values
        })
        let status = try cell.run(
          seed: seed, study: plan.seed, committed: 0, cache: &cache, control: control)
        guard status == .done else { throw UnfinishedChain(cell: spec.id, seed: seed, status: status) }
        return ChainValues(seed: seed, metrics: metrics, values: values)
      }
      return CellValues(id: spec.id, parameters: spec.parameterTexts, chains: chains)
    }
  }

  /// Reads `results.sqlite` of a finished run.
  ///
  /// Rows of a chain stand in the order of its generations; the table has no index and is scanned once.
  static func finished(_ plan: StudyPlan, run: String) throws -> [CellValues] {
    let database = try ReadOnlyDatabase(path: run + "/results.sqlite")
    var chains: [ChainKey: (metrics: [String], values: [Double])] = [:]
    try database.forEachRow("SELECT cell, seed, generation, metric, value FROM metrics") { row in
      let key = ChainKey(cell: row.text(0), seed: row.integer(1))
      if row.integer(2) == 0 { chains[key, default: ([], [])].metrics.append(row.text(3)) }
      chains[key, default: ([], [])].values.append(row.double(4))
    }
    return try plan.cells.map { spec in
      CellValues(
        id: spec.id, parameters: spec.parameterTexts,
        chains: try plan.seeds.map { seed in
          guard let chain = chains[ChainKey(cell: spec.id, seed: seed)],
            chain.values.count == plan.generations * chain.metrics.count
          else { throw UnfinishedChain(cell: spec.id, seed: seed, status: .running) }
          return ChainValues(seed: seed, metrics: chain.metrics, values: chain.values)
        })
    }
  }

  /// Means and standard errors of `summary`, by cell, metric and generation.
  static func summary(run: String) throws -> [String: (mean: Double, se: Double)] {
    var rows: [String: (mean: Double, se: Double)] = [:]
    try ReadOnlyDatabase(path: run + "/results.sqlite").forEachRow(
      "SELECT cell, metric, generation, mean, se FROM summary"
    ) { row in
      let key = summaryKey(cell: row.text(0), metric: row.text(1), generation: row.integer(2))
      rows[key] = (row.double(3), row.double(4))
    }
    return rows
  }

  static func summaryKey(cell: String, metric: String, generation: Int) -> String {
    "\(cell) \(metric) \(generation)"
  }
}

struct UnfinishedChain: Error {
  let cell: String
  let seed: Int
  let status: ChainStatus
}

extension CellSpec {
  /// Every parameter by its dotted path, as text.
  fileprivate var parameterTexts: [String: String] {
    Dictionary(
      uniqueKeysWithValues: parameters.map { parameter in
        if case .text(let text) = parameter.value { return (parameter.path, text) }
        return (parameter.path, parameter.value.canonicalJSON)
      })
  }
}

/// A results file as other programs read it: plain SQLite, read-only.
final class ReadOnlyDatabase {
  struct Failure: Error {
    let path: String
    let message: String
  }

  /// The row a query stands on.
  struct Row {
    fileprivate let statement: OpaquePointer
    func text(_ column: Int32) -> String {
      sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
    }
    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }
    /// NaN for NULL.
    func double(_ column: Int32) -> Double {
      sqlite3_column_type(statement, column) == SQLITE_NULL
        ? .nan : sqlite3_column_double(statement, column)
    }
  }

  private let path: String
  private var handle: OpaquePointer?

  init(path: String) throws {
    self.path = path
    guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
      throw Failure(path: path, message: "cannot be opened")
    }
  }

  deinit { sqlite3_close_v2(handle) }

  func forEachRow(_ sql: String, _ body: (Row) -> Void) throws {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw Failure(path: path, message: String(cString: sqlite3_errmsg(handle)))
    }
    defer { sqlite3_finalize(statement) }
    var code = sqlite3_step(statement)
    while code == SQLITE_ROW {
      body(Row(statement: statement))
      code = sqlite3_step(statement)
    }
    guard code == SQLITE_DONE else {
      throw Failure(path: path, message: String(cString: sqlite3_errmsg(handle)))
    }
  }
}
