import Glibc

/// `results.sqlite` as its one writer, the coordinator, sees it.
///
/// Rows gather in one open transaction in memory; `commit` makes them visible to readers. A reader
/// that is in the way never makes a call fail: the rows stay and the next `commit` tries again. The
/// segments are the truth and the file can be rebuilt from them at any time, so nothing waits for
/// the disk.
public final class ResultsDatabase {
  private let database: Database
  private let rows: RowInserter
  /// Generations of each chain that are in the table.
  private var inserted: [ChainKey: Int]
  /// Changes that came while another connection kept the transaction from beginning.
  private var queue: [Change] = []
  /// Metric rows since the last commit. Short transactions stay in the processor's cache, and SQLite
  /// goes on with the memory it has.
  private var openRows = 0
  private static let mostOpenRows = 1 << 14

  private enum Change {
    /// A block, without its first generations that are already there.
    case block(ChainBlock, skipping: Int)
    case chain(ChainKey, ChainStatus, generations: Int, message: String)
    case summary([SummaryRow])
    case rows([TableRow])
  }

  /// Writes a database from what the segments hold, publishes it at `path` in place of any older
  /// one, and opens it for more. A new run passes an empty index.
  ///
  /// - Parameters:
  ///   - chains: All planned chains; those without records are `pending`.
  /// - Throws: `ResultsError.database`, `.io`, `.refused`.
  /// - Complexity: about 3 million rows a second.
  public static func rebuild(
    at path: String, cells: [CellRecord], chains: [ChainKey], from index: RunIndex
  ) throws(ResultsError) -> ResultsDatabase {
    let (directory, name) = splitPath(path)
    let temporary = "\(directory)/\(temporaryName(for: name))"
    do throws(ResultsError) {
      // Nobody waits for the disk here either: whoever opens the run again writes this file again.
      try write(to: temporary, cells: cells, chains: chains, from: index)
      // A journal that a killed writer left belongs to the file that is replaced; SQLite would roll
      // it into the new one.
      guard unlink("\(path)-journal") == 0 || errno == ENOENT else {
        throw ResultsError.system("remove", "\(path)-journal")
      }
      try publishTemporary(temporary, as: path)
    } catch {
      unlink(temporary)
      throw error
    }
    return try ResultsDatabase(path: path, inserted: index.chains.mapValues(\.generations))
  }

  private static func write(
    to path: String, cells: [CellRecord], chains: [ChainKey], from index: RunIndex
  ) throws(ResultsError) {
    let database = try Database(path: path, access: .write)
    // Nobody else knows the file yet.
    try database.require(
      """
      PRAGMA page_size = \(ResultsSchema.pageBytes); PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE;
      """)
    try database.require(ResultsSchema.sql)
    let rows = try RowInserter(database)
    for cell in cells { try rows.insert(cell) }
    for key in chains.sorted() where index.chains[key] == nil {
      try rows.setChain(
        cell: key.cell, seed: key.seed, status: .pending, generations: 0, message: "")
    }
    for chain in index.sortedChains {
      try rows.setChain(
        cell: chain.cell, seed: chain.seed, status: chain.status, generations: chain.generations,
        message: chain.message)
      try rows.insertMetrics(
        cell: chain.cell, seed: chain.seed, first: 0, metrics: chain.metrics,
        values: chain.values[...])
      for preview in chain.previews {
        try rows.insert(preview, cell: chain.cell, seed: chain.seed)
      }
      for timing in chain.timings {
        try rows.insertTimings(
          cell: chain.cell, seed: chain.seed, generation: timing.lastGeneration,
          seconds: timing.seconds)
      }
    }
    try database.require("COMMIT")
  }

  private init(path: String, inserted: [ChainKey: Int]) throws(ResultsError) {
    database = try Database(path: path, access: .write)
    // Without spilling, a transaction stays in memory until it is committed, so that readers go on
    // reading beside it. No write-ahead log: it needs shared memory, which network file systems
    // lack.
    try database.require(
      "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; PRAGMA cache_spill = OFF;")
    rows = try RowInserter(database)
    self.inserted = inserted
  }

  /// Adds a block's new generations and the chain's state. Generations that are already there are
  /// skipped, so a block may come twice.
  ///
  /// - Throws: `ResultsError.conflict` for a block behind a gap, `.database`.
  public func insert(_ block: ChainBlock) throws(ResultsError) {
    let key = ChainKey(cell: block.cell, seed: block.seed)
    let known = inserted[key, default: 0]
    guard block.firstGeneration <= known else {
      throw .conflict(
        cell: block.cell, seed: block.seed,
        reason: "generation \(block.firstGeneration) comes after \(known) generations")
    }
    let end = block.firstGeneration + block.generations
    guard end >= known else { return }
    inserted[key] = end
    try apply(.block(block, skipping: known - block.firstGeneration))
  }

  /// Sets a chain's row, e.g. `failed` with the error of a rank that sent no block.
  public func setChainStatus(
    cell: String, seed: Int, _ status: ChainStatus, message: String
  ) throws(ResultsError) {
    let key = ChainKey(cell: cell, seed: seed)
    try apply(.chain(key, status, generations: inserted[key, default: 0], message: message))
  }

  /// Adds or replaces rows of `summary`.
  public func writeSummary(_ rows: [SummaryRow]) throws(ResultsError) { try apply(.summary(rows)) }

  /// Adds or replaces rows of `verdicts`.
  public func writeVerdicts(_ verdicts: [Verdict]) throws(ResultsError) {
    try apply(.rows(verdicts.map(\.tableRow)))
  }

  /// Adds or replaces rows of `collapse`, and of `survival`.
  public func writeCollapse(
    _ findings: [CollapseFinding], _ times: [CollapseTimes], _ thresholds: CollapseThresholds
  ) throws(ResultsError) {
    try apply(.rows(findings.map { $0.tableRow(thresholds) } + times.flatMap(\.tableRows)))
  }

  /// Adds or replaces rows of `theory`: the expectation of a quantity over the generations of a cell.
  public func writeTheory(
    cell: String, metric: String, values: [Double], source: String
  ) throws(ResultsError) {
    try apply(
      .rows(
        values.enumerated().map {
          .theory(cell: cell, generation: $0.offset, metric: metric, value: $0.element, source: source)
        }))
  }

  /// Adds or replaces rows of `published`.
  public func writePublished(
    _ values: [PublishedValue], cell: String
  ) throws(ResultsError) {
    try apply(.rows(values.map { $0.tableRow(cell: cell) }))
  }

  /// Makes everything so far visible to readers.
  ///
  /// A reader with an open transaction holds the commit up, and a commit held up makes new readers
  /// wait: they should set a busy timeout (Python's default is 5 s) and keep transactions short.
  ///
  /// - Returns: false where a reader is in the way; nothing is lost, call again later.
  @discardableResult
  public func commit() throws(ResultsError) -> Bool {
    guard try drain() else { return false }
    guard database.isInTransaction else { return true }
    guard try database.run("COMMIT") else { return false }
    openRows = 0
    return true
  }

  /// Commits, waiting for readers for up to `seconds`.
  ///
  /// - Returns: whether everything was committed; if not, rebuild the file later.
  public func close(waitingSeconds seconds: Int = 10) throws(ResultsError) -> Bool {
    database.setBusyTimeout(milliseconds: Int32(clamping: seconds * 1000))
    return try commit()
  }

  private func apply(_ change: Change) throws(ResultsError) {
    queue.append(change)
    try drain()
    if openRows >= Self.mostOpenRows { try commit() }
  }

  /// Moves the queue into the open transaction; false where none could be begun.
  @discardableResult
  private func drain() throws(ResultsError) -> Bool {
    if queue.isEmpty { return true }
    if !database.isInTransaction {
      guard try database.run("BEGIN IMMEDIATE") else { return false }
    }
    for change in queue {
      switch change {
      case .block(let block, let skipped): try insertRows(of: block, skipping: skipped)
      case .chain(let key, let status, let generations, let message):
        try rows.setChain(
          cell: key.cell, seed: key.seed, status: status, generations: generations, message: message
        )
      case .summary(let summary):
        for row in summary { try rows.insert(row) }
      case .rows(let few):
        for row in few { try rows.insert(row) }
      }
    }
    queue.removeAll(keepingCapacity: true)
    return true
  }

  private func insertRows(of block: ChainBlock, skipping skipped: Int) throws(ResultsError) {
    let end = block.firstGeneration + block.generations
    let values = block.values[(skipped * block.metrics.count)...]
    try rows.insertMetrics(
      cell: block.cell, seed: block.seed, first: block.firstGeneration + skipped,
      metrics: block.metrics, values: values)
    for preview in block.previews { try rows.insert(preview, cell: block.cell, seed: block.seed) }
    let isRepeated = block.generations > 0 && skipped == block.generations
    if end > 0, !isRepeated, block.seconds.contains(where: { $0 != 0 }) {
      try rows.insertTimings(
        cell: block.cell, seed: block.seed, generation: end - 1, seconds: block.seconds)
    }
    try rows.setChain(
      cell: block.cell, seed: block.seed, status: block.status, generations: end,
      message: block.message)
    openRows += values.count
  }
}
