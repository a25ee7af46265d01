/// `results.sqlite` as a reader sees it, also while the coordinator writes.
///
/// Every call is one short read transaction. A commit that comes meanwhile is put off by the writer and
/// tried again, so nothing is lost on either side; between two calls the file may have grown.
public final class ResultsReader {
  private let database: Database

  /// - Throws: `ResultsError.missing` where the run has no database yet, `.refused`, `.database`.
  public init(_ run: RunDirectory) throws(ResultsError) {
    // Tells a file that is not there from one that cannot be opened.
    _ = try SystemFile(run.database, 0).status()
    database = try Database(path: run.database, access: .read)
    database.setBusyTimeout(milliseconds: 5000)
    try database.require("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;")
  }

  /// Whether the file has a table; runs of older versions lack some.
  public func holds(table: String) throws(ResultsError) -> Bool {
    let query = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    var found = false
    while try query.step() { if query.text(0) == table { found = true } }
    return found
  }

  /// An upper bound of a table's rows, exact where none was ever replaced; 0 without the table.
  ///
  /// - Complexity: O(log rows), where counting would read the whole table.
  public func rowBound(of table: String) throws(ResultsError) -> Int {
    guard try holds(table: table) else { return 0 }
    let query = try database.prepare("SELECT max(rowid) FROM \(quoted(table))")
    var bound = 0
    while try query.step() { bound = query.integer(0) }
    return bound
  }

  /// Calls `body` with every row of a table, in the order of the rows or of the columns named last;
  /// not at all where there is no such table.
  ///
  /// - Throws: `ResultsError.database`, among them a column that is not there, and what `body` throws.
  public func forEachRow(
    of table: String, columns: [String], orderedBy order: [String] = [],
    _ body: (ResultsRow) throws -> Void
  ) throws {
    guard try holds(table: table) else { return }
    let names = columns.map(quoted).joined(separator: ", ")
    let key = order.isEmpty ? "rowid" : order.map(quoted).joined(separator: ", ")
    let query = try database.prepare("SELECT \(names) FROM \(quoted(table)) ORDER BY \(key)")
    while try query.step() { try body(ResultsRow(query)) }
  }

  private func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

/// The current row of a query, columns counted from 0. Valid until the next row.
public struct ResultsRow {
  private let statement: Statement

  init(_ statement: Statement) { self.statement = statement }

  /// The empty text for NULL.
  public func text(_ column: Int) -> String { statement.text(Int32(column)) }
  public func integer(_ column: Int) -> Int { statement.integer(Int32(column)) }
  /// NaN for NULL.
  public func double(_ column: Int) -> Double { statement.double(Int32(column)) }
  /// No bytes for NULL.
  public func bytes(_ column: Int) -> [UInt8] { statement.bytes(Int32(column)) }
}
