import Glibc

/// Checks `results.sqlite`: SQLite's own quick check, then rows against the records of the
/// segments.
func compareDatabase(
  _ run: RunDirectory, _ index: RunIndex, _ planned: [PlannedChain], _ report: inout VerifyReport
) throws(ResultsError) {
  var ahead: [String] = []
  // Distinguishes a file that is not there and refuses a link before SQLite sees the path.
  _ = try SystemFile(run.database, O_RDONLY).status()
  let database = try Database(path: run.database, access: .read)
  database.setBusyTimeout(milliseconds: 5000)
  try database.require("PRAGMA trusted_schema = OFF")
  let check = try database.prepare("PRAGMA quick_check")
  while try check.step() {
    if check.text(0) != "ok" { report.problems.append("\(run.database): \(check.text(0))") }
  }
  try compareCells(database, planned, &report)
  try compareChains(database, index, &report, ahead: &ahead)
  try compareMetrics(database, index, &report, ahead: &ahead)
  try compareSummary(database, index, &report)
  // A run that goes on has committed generations since its segments were read.
  if !ahead.isEmpty, try hasGrown(run, since: index) {
    report.unfinished.append("\(run.database): the run goes on; verify it again when it has ended")
  } else {
    report.problems += ahead
  }
}

/// Whether records were appended to the run since the index was read.
private func hasGrown(_ run: RunDirectory, since index: RunIndex) throws(ResultsError) -> Bool {
  var known: [String: Int] = [:]
  for segment in index.segments { known[segment.path] = segment.bytes }
  for path in try run.segmentPaths() {
    if try SystemFile(path, O_RDONLY).status().size > known[path] ?? 0 { return true }
  }
  return false
}

private func compareCells(
  _ database: Database, _ planned: [PlannedChain], _ report: inout VerifyReport
) throws(ResultsError) {
  var present: Set<String> = []
  let query = try database.prepare("SELECT cell FROM cells")
  while try query.step() { present.insert(query.text(0)) }
  for cell in Set(planned.map(\.cell)).subtracting(present).sorted() {
    report.problems.append("\(database.path): no row of cell \(cell)")
  }
}

private func compareChains(
  _ database: Database, _ index: RunIndex, _ report: inout VerifyReport, ahead: inout [String]
) throws(ResultsError) {
  var remaining = Set(index.chains.keys)
  let query = try database.prepare("SELECT cell, seed, status, generations FROM chains")
  while try query.step() {
    let key = ChainKey(cell: query.text(0), seed: query.integer(1))
    remaining.remove(key)
    let expected = index.progress(cell: key.cell, seed: key.seed)
    let (status, generations) = (query.text(2), query.integer(3))
    let name = "\(database.path): cell \(key.cell), seed \(key.seed)"
    if generations > expected.generations {
      ahead.append(
        "\(name): \(generations) generations, the segments hold \(expected.generations)"
      )
    } else if status != expected.status.rawValue || generations < expected.generations {
      // A kill between a segment's flush and the database's commit leaves it behind.
      report.unfinished.append(
        "\(name): \(status) with \(generations) generations, the segments say "
          + "\(expected.status.rawValue) with \(expected.generations)"
      )
    }
  }
  for key in remaining.sorted() {
    report.unfinished.append("\(database.path): no row of cell \(key.cell), seed \(key.seed)")
  }
}

private func compareMetrics(
  _ database: Database, _ index: RunIndex, _ report: inout VerifyReport, ahead: inout [String]
) throws(ResultsError) {
  var rows = MetricRows(index)
  var (differences, newer) = (0, 0)
  let query = try database.prepare("SELECT cell, seed, generation, metric, value FROM metrics")
  while try query.step() {
    report.rowsCompared += 1
    let (cell, seed) = (query.text(0), query.integer(1))
    let (generation, metric) = (query.integer(2), query.text(3))
    let difference = rows.difference(
      cell: cell, seed: seed, generation: generation, metric: metric, value: query.double(4))
    guard let difference else { continue }
    let isAhead = difference == MetricRows.notThere
    if isAhead { newer += 1 } else { differences += 1 }
    guard (isAhead ? newer : differences) <= 10 else { continue }
    let line =
      "\(database.path): cell \(cell), seed \(seed), generation \(generation), \(metric): \(difference)"
    if isAhead { ahead.append(line) } else { report.problems.append(line) }
  }
  if differences > 10 {
    report.problems.append("\(database.path): \(differences - 10) more differences")
  }
  if newer > 10 {
    ahead.append("\(database.path): \(newer - 10) more rows that are not in the segments")
  }
  if rows.found < rows.total {
    report.unfinished.append(
      "\(database.path): \(rows.total - rows.found) of \(rows.total) metric rows are not there yet")
  }
}

/// The records of the segments, ticked off row by row. Rows of a chain mostly follow one another,
/// so the chain and its columns are looked up when they change.
private struct MetricRows {
  private let chains: [ChainHistory]
  private let places: [ChainKey: Int]
  private var seen: [[Bool]]
  private var current: Int?
  private var key = ChainKey(cell: "", seed: 0)
  private var columns: [String: Int] = [:]
  let total: Int
  private(set) var found = 0
  /// What is wrong with a row of a generation that the segments do not hold.
  static let notThere = "not in the segments"

  init(_ index: RunIndex) {
    chains = index.sortedChains
    var places: [ChainKey: Int] = [:]
    for (place, chain) in chains.enumerated() {
      places[ChainKey(cell: chain.cell, seed: chain.seed)] = place
    }
    self.places = places
    seen = chains.map { [Bool](repeating: false, count: $0.values.count) }
    total = chains.reduce(0) { $0 + $1.values.count }
  }

  /// What is wrong with a row; `nil` for one that agrees and comes for the first time.
  mutating func difference(
    cell: String, seed: Int, generation: Int, metric: String, value: Double
  ) -> String? {
    if current == nil || key.seed != seed || key.cell != cell {
      key = ChainKey(cell: cell, seed: seed)
      current = places[key]
      columns.removeAll(keepingCapacity: true)
      if let current {
        for (column, name) in chains[current].metrics.enumerated() { columns[name] = column }
      }
    }
    guard let current, let column = columns[metric], generation >= 0,
      generation < chains[current].generations
    else { return Self.notThere }
    let place = generation * chains[current].metrics.count + column
    let expected = chains[current].values[place]
    if !isSame(expected.isFinite ? expected : .nan, value) {
      return "\(value), the segments say \(expected)"
    }
    if seen[current][place] { return "stands twice" }
    seen[current][place] = true
    found += 1
    return nil
  }
}

/// The summary is derived, so it is computed again; the last bits may differ between CPUs.
private func compareSummary(
  _ database: Database, _ index: RunIndex, _ report: inout VerifyReport
) throws(ResultsError) {
  struct Key: Hashable {
    let cell: String
    let generation: Int
    let metric: String
  }
  var stored: [Key: [Double]] = [:]
  let columns = ResultsSchema.summaryStatistics.joined(separator: ", ")
  let query = try database.prepare("SELECT cell, generation, metric, n, \(columns) FROM summary")
  while try query.step() {
    stored[Key(cell: query.text(0), generation: query.integer(1), metric: query.text(2))] =
      (3...13).map { query.double($0) }
  }
  var missing = 0
  var resampling: BootstrapWeights?
  for row in index.tables().flatMap({ summarise($0, resampling: &resampling) }) {
    guard let values = stored[Key(cell: row.cell, generation: row.generation, metric: row.metric)]
    else {
      missing += 1
      continue
    }
    let scale = max(abs(row.q95), abs(row.q05), abs(row.mean))
    for (name, (found, expected)) in zip(
      ["n"] + ResultsSchema.summaryStatistics, zip(values, [Double(row.n)] + row.statistics))
    where !(found.isNaN && !expected.isFinite)
      && !(abs(found - expected) <= 1e-9 * max(abs(expected), scale))
    {
      report.unfinished.append(
        "\(database.path): summary of cell \(row.cell), generation \(row.generation), \(row.metric): "
          + "\(name) is \(found), the segments give \(expected)"
      )
      return
    }
  }
  if missing > 0 {
    report.unfinished.append("\(database.path): \(missing) rows of summary are not there yet")
  }
}
