import Glibc

/// Writes `cells.csv`, `chains.csv`, `metrics.csv` and `summary.csv` with the columns of the
/// tables, sorted, one header line each. NULL is an empty field; texts are quoted where RFC 4180
/// asks for it.
///
/// - Parameter directory: Created where it does not exist; its parent has to. Older files are
///   replaced.
/// - Returns: The rows written by table.
/// - Throws: `ResultsError.missing` without a database, `.database`, `.io`.
@discardableResult
public func exportCSV(_ run: RunDirectory, to directory: String) throws(ResultsError) -> [String:
  Int]
{
  _ = try SystemFile(run.database, O_RDONLY).status()
  let database = try Database(path: run.database, access: .read)
  database.setBusyTimeout(milliseconds: 5000)
  try database.require("PRAGMA trusted_schema = OFF")
  guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
    throw ResultsError.system("create directory", directory)
  }
  // One transaction, so that the four files show the same moment of a run that goes on.
  try database.require("BEGIN")
  var counts: [String: Int] = [:]
  for (table, columns) in ResultsSchema.columns where table != "timings" {
    counts[table] = try export(table, columns, of: database, to: directory)
  }
  return counts
}

private func export(
  _ table: String, _ columns: [String], of database: Database, to directory: String
) throws(ResultsError) -> Int {
  let temporary = "\(directory)/\(temporaryName(for: "\(table).csv"))"
  let keys = columns.filter { ["cell", "seed", "generation"].contains($0) }
  let query = try database.prepare(
    "SELECT \(columns.joined(separator: ", ")) FROM \(table) "
      + "ORDER BY \(keys.joined(separator: ", ")), rowid"
  )
  var rows = 0
  do throws(ResultsError) {
    var file = try SystemFile(temporary, O_WRONLY | O_CREAT | O_EXCL)
    var buffer: [UInt8] = []
    buffer.append(literal: columns.joined(separator: ",") + "\n")
    while try query.step() {
      for column in columns.indices {
        if column > 0 { buffer.append(UInt8(ascii: ",")) }
        query.appendField(Int32(column), to: &buffer)
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
    try publishTemporary(temporary, as: "\(directory)/\(table).csv")
  } catch {
    unlink(temporary)
    throw error
  }
  return rows
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
