import Glibc

/// Reads `results.sqlite` beside its writer, a bounded number of rows at a time.
final class DatabaseReader {
  /// The metrics whose curves are read.
  var metrics: [String] = []

  private let database: Database
  private var gathered: [String: [String: GatheredCurve]] = [:]
  private var summarised: [String: [String: MedianCurve]] = [:]
  /// Rows of `metrics` up to this one have been read or passed over.
  private var lastRow = 0

  /// Rows are only appended, and without an index: of more new ones than this, some runs of rows are
  /// read, evenly spaced. A run holds whole chains where chains are short.
  private static let mostRows = 24_000
  private static let runsOfRows = 8
  /// Cells whose summary is read at once.
  private static let mostSummaries = 400

  /// - Throws: `ResultsError.missing`, `.refused`, `.database`.
  init(path: String) throws(ResultsError) {
    _ = try SystemFile(path, O_RDONLY).status()
    database = try Database(path: path, access: .read)
    // A commit takes a few milliseconds, on a busy machine more; the coordinator never waits for us.
    // Before the first reading there is nothing older to show.
    database.setBusyTimeout(milliseconds: 2000)
    try database.require("PRAGMA trusted_schema = OFF")
  }

  /// Begins to read one moment of the run; keep it short.
  func begin() throws(ResultsError) { try database.require("BEGIN") }

  /// Lets go of the file.
  func end() {
    if database.isInTransaction { _ = try? database.run("COMMIT") }
    database.setBusyTimeout(milliseconds: 100)
  }

  /// - Complexity: O(chains), about 0.4 µs each.
  func progress() throws(ResultsError) -> [String: CellProgress] {
    let query = try database.prepare(
      "SELECT cell, status, count(*), sum(generations) FROM chains GROUP BY cell, status")
    var result: [String: CellProgress] = [:]
    while try query.step() {
      guard let status = ChainStatus(rawValue: query.text(1)) else {
        throw .malformed(
          path: database.path, line: 0, reason: "unknown status '\(query.text(1).prefix(40))'")
      }
      result[query.text(0), default: CellProgress()].add(
        status, chains: query.integer(2), generations: query.integer(3))
    }
    return result
  }

  /// The metrics of the first rows, in their order.
  func firstMetrics() throws(ResultsError) -> [String] {
    let query = try database.prepare("SELECT metric FROM metrics WHERE rowid <= 2000")
    var names: [String] = []
    while try query.step() {
      let name = query.text(0)
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Gathers values of running chains from new rows, and takes the finished cells' medians from the
  /// summary.
  func readCurves(finished: [String]) throws(ResultsError) {
    guard !metrics.isEmpty else { return }
    for cell in finished.lazy.filter({ self.summarised[$0] == nil }).prefix(Self.mostSummaries) {
      try readSummary(cell)
    }
    let maximum = try database.prepare("SELECT max(rowid) FROM metrics")
    guard try maximum.step(), case let end = maximum.integer(0), end > lastRow else { return }
    // Ends the statement, which would keep the transaction open.
    _ = try maximum.step()
    let new = end - lastRow
    if new <= Self.mostRows {
      try gather(lastRow + 1...end)
    } else {
      let length = Self.mostRows / Self.runsOfRows
      for run in 0..<Self.runsOfRows {
        let start = lastRow + 1 + (new - length) * run / (Self.runsOfRows - 1)
        try gather(start...start + length - 1)
      }
    }
    lastRow = end
  }

  private func gather(_ rows: ClosedRange<Int>) throws(ResultsError) {
    let places = metrics.indices.map { "?\($0 + 3)" }.joined(separator: ", ")
    let query = try database.prepare(
      "SELECT cell, generation, metric, value FROM metrics "
        + "WHERE rowid BETWEEN ?1 AND ?2 AND metric IN (\(places))")
    try query.bind(1, rows.lowerBound)
    try query.bind(2, rows.upperBound)
    for (index, name) in metrics.enumerated() { try query.bind(Int32(3 + index), name) }
    while try query.step() {
      let cell = query.text(0)
      guard summarised[cell] == nil else { continue }
      gathered[cell, default: [:]][query.text(2), default: GatheredCurve()]
        .add(generation: query.integer(1), query.double(3))
    }
  }

  /// The medians of a finished cell; nothing where the summary is not written yet.
  private func readSummary(_ cell: String) throws(ResultsError) {
    let query = try database.prepare(
      "SELECT generation, metric, median, n FROM summary WHERE cell = ?1 ORDER BY generation")
    try query.bind(1, cell)
    var curves: [String: MedianCurve] = [:]
    while try query.step() {
      let (generation, metric) = (query.integer(0), query.text(1))
      guard metrics.contains(metric), generation >= 0, generation < 1 << 20 else { continue }
      var curve = curves[metric] ?? MedianCurve()
      while curve.medians.count <= generation { curve.medians.append(.nan) }
      curve.medians[generation] = query.double(2)
      curve.seeds = max(curve.seeds, query.integer(3))
      curves[metric] = curve
    }
    guard !curves.isEmpty else { return }
    summarised[cell] = curves
    gathered[cell] = nil
  }

  /// The curves so far, by cell and metric.
  func curves() -> [String: [String: MedianCurve]] {
    var result = summarised
    for cell in Array(gathered.keys) {
      for metric in metrics {
        if let curve = gathered[cell]?[metric]?.curve() {
          result[cell, default: [:]][metric] = curve
        }
      }
    }
    return result
  }
}
