import Glibc

/// How tables are written.
public enum TableFormat: String, Sendable, CaseIterable {
  /// One header line; NULL is an empty field; texts are quoted where RFC 4180 asks for it.
  case csv
  /// One JSON object a row with the columns in their order; NULL is null; what the database holds as
  /// JSON text (`parameters`, `resolved`) is JSON here too.
  case jsonLines = "jsonl"
}

/// Writes `cells.csv`, `chains.csv`, `metrics.csv` and `summary.csv` with the columns of the
/// tables, sorted; see `exportTables`.
@discardableResult
public func exportCSV(_ run: RunDirectory, to directory: String) throws(ResultsError) -> [String:
  Int]
{
  try exportTables(run, to: directory, as: .csv)
}

/// Writes a file for each table but `timings`, e.g. `metrics.jsonl`, sorted by cell, seed and
/// generation.
///
/// - Parameter directory: Created where it does not exist; its parent has to. Older files are
///   replaced.
/// - Returns: The rows written by table.
/// - Throws: `ResultsError.missing` without a database, `.database`, `.io`.
@discardableResult
public func exportTables(
  _ run: RunDirectory, to directory: String, as format: TableFormat
) throws(ResultsError) -> [String: Int] {
  _ = try SystemFile(run.database, O_RDONLY).status()
  let database = try Database(path: run.database, access: .read)
  database.setBusyTimeout(milliseconds: 5000)
  try database.require("PRAGMA trusted_schema = OFF")
  try makeExportDirectory(directory)
  // One transaction, so that all files show the same moment of a run that goes on.
  try database.require("BEGIN")
  var counts: [String: Int] = [:]
  for (table, columns) in ResultsSchema.columns where table != "timings" {
    counts[table] = try export(table, columns, of: database, to: directory, as: format)
  }
  return counts
}

/// Creates a directory where it does not exist; its parent has to.
func makeExportDirectory(_ path: String) throws(ResultsError) {
  guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
    throw ResultsError.system("create directory", path)
  }
}

private func export(
  _ table: String, _ columns: [String], of database: Database, to directory: String,
  as format: TableFormat
) throws(ResultsError) -> Int {
  let name = "\(table).\(format.rawValue)"
  let temporary = "\(directory)/\(temporaryName(for: name))"
  let keys = columns.filter { ["cell", "seed", "generation"].contains($0) }
  let query = try database.prepare(
    "SELECT \(columns.joined(separator: ", ")) FROM \(table) "
      + "ORDER BY \(keys.joined(separator: ", ")), rowid"
  )
  var rows = 0
  do throws(ResultsError) {
    var file = try SystemFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
    var buffer: [UInt8] = []
    if format == .csv { buffer.append(literal: columns.joined(separator: ",") + "\n") }
    while try query.step() {
      switch format {
      case .csv: appendCSV(query, columns, to: &buffer)
      case .jsonLines: appendJSON(query, columns, to: &buffer)
      }
      buffer.append(UInt8(ascii: "\n"))
      rows += 1
      if buffer.count > 1 << 20 {
        try file.write(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
    try file.write(buffer)
    try file.sync()
    try file.close()
    try publishTemporary(temporary, as: "\(directory)/\(name)")
  } catch {
    unlink(temporary)
    throw error
  }
  return rows
}

private func appendCSV(_ row: Statement, _ columns: [String], to buffer: inout [UInt8]) {
  for column in columns.indices {
    if column > 0 { buffer.append(UInt8(ascii: ",")) }
    row.appendField(Int32(column), to: &buffer)
  }
}

private func appendJSON(_ row: Statement, _ columns: [String], to buffer: inout [UInt8]) {
  for (column, name) in columns.enumerated() {
    buffer.append(UInt8(ascii: column == 0 ? "{" : ","))
    buffer.append(jsonText: name)
    buffer.append(UInt8(ascii: ":"))
    let text = name == "parameters" || name == "resolved" ? row.text(Int32(column)) : ""
    if text.hasPrefix("{"), text.hasSuffix("}") {
      buffer.append(literal: text)
    } else {
      row.appendJSON(Int32(column), to: &buffer)
    }
  }
  buffer.append(UInt8(ascii: "}"))
}

extension [UInt8] {
  /// Appends a text as a CSV field.
  mutating func append(csvText text: String) {
    let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13]
    guard text.utf8.contains(where: special.contains) || text.first == " " || text.last == " "
    else {
      return append(literal: text)
    }
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { append(byte) }
      append(byte)
    }
    append(UInt8(ascii: "\""))
  }
}
