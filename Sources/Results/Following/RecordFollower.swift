/// Progress by cell and median curves of a run that may be going on elsewhere, from its files alone.
///
/// The database is read only, a few milliseconds at a time, and never waited for: a writer in the way
/// leaves the last figures standing. Where it cannot be read at all (a killed writer leaves it until
/// the next resume; some network file systems have no locks), the segments give the same.
public final class RecordFollower {
  /// By cell.
  public private(set) var progress: [String: CellProgress] = [:]
  /// By cell, then by metric.
  public private(set) var curves: [String: [String: MedianCurve]] = [:]
  /// The metrics whose curves are read; empty before there is a row.
  public private(set) var metrics: [String] = []
  /// Every metric of the first chains.
  public private(set) var known: [String] = []
  /// Why the database is not what the figures come from; nil where it is.
  public private(set) var problem: String?

  private let run: RunDirectory
  private let choose: (_ known: [String]) -> [String]
  private var reader: DatabaseReader?
  private var databaseMark: FileMark?
  private var segmentMarks: [FileMark?] = []

  /// - Parameter choose: the metrics to read among those that there are.
  public init(_ run: RunDirectory, choose: @escaping (_ known: [String]) -> [String]) {
    self.run = run
    self.choose = choose
  }

  /// Reads what is new; only looks at the file's date where nothing is.
  ///
  /// - Parameter isForced: read even if the date is the same: some file systems show it late.
  /// - Throws: `ResultsError` where neither the database nor the segments can be read.
  public func refresh(isForced: Bool = false) throws {
    guard let mark = FileMark(run.database) else { return try readSegments(because: nil) }
    if let databaseMark, !mark.isSameFile(as: databaseMark) { forget() }
    if mark == databaseMark, !isForced { return }
    do throws(ResultsError) {
      try read(opened())
      databaseMark = mark
      problem = nil
    } catch .database(_, let code, _) where code & 0xff == 5 || code & 0xff == 6 {
      // SQLITE_BUSY and SQLITE_LOCKED: the next time will do.
      reader?.end()
    } catch {
      forget()
      try readSegments(because: Self.reason(error))
      databaseMark = mark
    }
  }

  private static func reason(_ error: ResultsError) -> String {
    guard case .database(let path, _, _) = error, error.isInterruptedCommit else { return "\(error)" }
    return "\(path) was left by a writer that was killed; the next run of the study mends it"
  }

  private func opened() throws(ResultsError) -> DatabaseReader {
    if let reader { return reader }
    let open = try DatabaseReader(path: run.database)
    reader = open
    return open
  }

  private func forget() {
    reader = nil
    databaseMark = nil
    segmentMarks = []
    progress = [:]
    curves = [:]
  }

  private func read(_ open: DatabaseReader) throws(ResultsError) {
    try open.begin()
    defer { open.end() }
    progress = try open.progress()
    if metrics.isEmpty {
      known = try open.firstMetrics()
      metrics = choose(known)
      open.metrics = metrics
    }
    if open.metrics.isEmpty { open.metrics = metrics }
    try open.readCurves(finished: progress.filter { $0.value.finished == $0.value.total }.map(\.key))
    curves = open.curves()
  }

  /// Everything anew, where a segment has changed.
  private func readSegments(because reason: String?) throws {
    let marks = try run.segmentPaths().map { FileMark($0) }
    guard marks != segmentMarks else { return }
    problem = reason
    let index = try RunIndex(reading: run)
    segmentMarks = marks
    progress = [:]
    for (key, chain) in index.chains {
      progress[key.cell, default: CellProgress()].add(
        chain.status, chains: 1, generations: chain.generations)
    }
    let tables = index.tables()
    if metrics.isEmpty, let first = tables.first {
      known = first.metrics
      metrics = choose(known)
    }
    for table in tables {
      for (column, metric) in table.metrics.enumerated() where metrics.contains(metric) {
        var gathered = GatheredCurve()
        for (place, value) in table.values.enumerated()
        where place % table.metrics.count == column {
          gathered.add(generation: place / table.metrics.count % table.generations, value)
        }
        curves[table.cell, default: [:]][metric] = gathered.curve()
      }
    }
  }
}
