/// Everything the segments of a run hold, by chain. What a resume starts from and what the tables
/// and statistics are made of: 8 bytes a value, 80 MB for ten million.
public struct RunIndex: Sendable {
  public private(set) var chains: [ChainKey: ChainHistory] = [:]
  /// One report a segment read, in the order of reading.
  public private(set) var segments: [SegmentReport] = []
  /// Records that contradict each other; the first one read is kept.
  public private(set) var conflicts: [ResultsError] = []
  /// The provenance of the last chain of each cell. That of the others is mostly the same and is held once.
  private var provenance: [String: TextColumn] = [:]

  public init() {}

  /// Reads all segments of a run, in the order of their names.
  ///
  /// - Throws: `ResultsError.io`, `.refused`. Damage and conflicts are collected, not thrown.
  public init(reading directory: RunDirectory) throws {
    for path in try directory.segmentPaths() { try read(segment: path) }
  }

  /// Adds the blocks of one segment.
  public mutating func read(segment path: String) throws {
    segments.append(try SegmentReader.read(path) { add($0) })
  }

  /// Adds a block; adding one again changes nothing.
  public mutating func add(_ block: ChainBlock) {
    var block = block
    if let known = provenance[block.cell], known.isHeldAs(block.provenance) {
      block.provenance = known
    } else {
      provenance[block.cell] = block.provenance
    }
    let key = ChainKey(cell: block.cell, seed: block.seed)
    do throws(ResultsError) {
      try chains[key, default: ChainHistory(cell: block.cell, seed: block.seed)].add(block)
    } catch {
      conflicts.append(error)
    }
  }

  /// The chain's contiguous committed generations from 0, and its state; `pending` without records.
  public func progress(cell: String, seed: Int) -> (generations: Int, status: ChainStatus) {
    guard let chain = chains[ChainKey(cell: cell, seed: seed)] else { return (0, .pending) }
    return (chain.generations, chain.status)
  }

  /// The chains sorted by cell and seed.
  public var sortedChains: [ChainHistory] {
    chains.values.sorted {
      ChainKey(cell: $0.cell, seed: $0.seed) < ChainKey(cell: $1.cell, seed: $1.seed)
    }
  }

  /// The records of one cell as one block of numbers, NaN where a chain did not get so far.
  ///
  /// - Returns: seeds ascending; values [seeds × generations × metrics]. `nil` without records.
  public func table(cell: String) -> CellTable? {
    let members = chains.values.filter { $0.cell == cell && $0.generations > 0 }
      .sorted { $0.seed < $1.seed }
    guard let first = members.first else { return nil }
    return CellTable(members, metrics: first.metrics)
  }

  /// The same for given seeds, ascending, without a search through all chains.
  public func table(cell: String, seeds: [Int]) -> CellTable? {
    let members = seeds.compactMap { chains[ChainKey(cell: cell, seed: $0)] }
      .filter { $0.generations > 0 }
    guard let first = members.first else { return nil }
    return CellTable(members, metrics: first.metrics)
  }

  /// The tables of all cells with records, sorted by cell.
  ///
  /// - Complexity: O(values), against O(chains) more a cell for `table(cell:)`.
  public func tables() -> [CellTable] {
    var tables: [CellTable] = []
    var members: [ChainHistory] = []
    func close() {
      if let first = members.first { tables.append(CellTable(members, metrics: first.metrics)) }
      members.removeAll(keepingCapacity: true)
    }
    for chain in sortedChains where chain.generations > 0 {
      if members.first?.cell != chain.cell { close() }
      members.append(chain)
    }
    close()
    return tables
  }
}

/// The values of one cell, ready for `summarise`.
public struct CellTable: Sendable {
  public let cell: String
  /// Ascending.
  public let seeds: [Int]
  /// The longest chain's.
  public let generations: Int
  public let metrics: [String]
  /// [seeds × generations × metrics], row-major; NaN where there is no record.
  public let values: [Double]

  /// The table of chains of one cell, sorted by seed, with the same metrics.
  init(_ chains: [ChainHistory], metrics: [String]) {
    self.cell = chains[0].cell
    self.metrics = metrics
    seeds = chains.map(\.seed)
    generations = chains.map(\.generations).max() ?? 0
    let size = generations * metrics.count
    var values = [Double](repeating: .nan, count: chains.count * size)
    // Metrics are the study's, so the chains of a cell agree; one with another list counts as
    // missing.
    for (row, chain) in chains.enumerated() where chain.metrics == metrics {
      values.replaceSubrange((row * size)..<(row * size + chain.values.count), with: chain.values)
    }
    self.values = values
  }
}
