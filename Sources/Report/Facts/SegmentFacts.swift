import Results

/// What the segments say beside the metrics: time by rank and cell, and where training samples came
/// from. Segments are only ever appended to, so reading them disturbs nobody.
struct SegmentFacts: Sendable {
  /// Seconds by `Phase.rawValue`.
  struct Seconds: Sendable {
    /// The segment's name, e.g. `rank-0003`.
    let rank: String
    var phases = [Double](repeating: 0, count: Phase.allCases.count)
    var generations = 0
    var total: Double { phases.reduce(0, +) }
  }

  /// By rank.
  private(set) var ranks: [Seconds] = []
  /// By the cell's place: seconds by phase, and the generations they were spent on.
  private(set) var cells: [Int: (phases: [Double], generations: Int)] = [:]
  /// By the cell's place: `Provenance.summary` by generation, of the lowest seed with records.
  private(set) var provenance: [Int: [String]] = [:]
  /// Lines that are damaged; `ouroboros verify` names them.
  private(set) var damaged = 0

  /// - Throws: `ResultsError.io`, `.refused`.
  /// - Complexity: one pass over the segments.
  init(_ run: RunDirectory, cells index: CellIndex) throws {
    var seeds: [Int: Int] = [:]
    var composed: [Int: [Int: String]] = [:]
    for path in try run.segmentPaths() {
      let name = path.split(separator: "/").last.map { String($0.dropLast(".jsonl".count)) } ?? path
      var rank = Seconds(rank: name)
      let report = try SegmentReader.read(path) { block in
        guard let cell = index.place(of: block.cell) else { return }
        for (phase, seconds) in block.seconds.enumerated() { rank.phases[phase] += seconds }
        rank.generations += block.generations
        addSeconds(of: block, to: cell)
        let lowest = seeds[cell] ?? .max
        guard block.generations > 0, block.seed <= lowest else { return }
        if block.seed < lowest { composed[cell] = [:] }
        seeds[cell] = block.seed
        for (offset, text) in block.provenance.enumerated() {
          composed[cell, default: [:]][block.firstGeneration + offset] = text
        }
      }
      damaged += report.damaged.count
      ranks.append(rank)
    }
    for (cell, texts) in composed {
      provenance[cell] = (0..<texts.count).prefix { texts[$0] != nil }.map { texts[$0]! }
    }
  }

  private mutating func addSeconds(of block: ChainBlock, to cell: Int) {
    var entry = cells[cell] ?? ([Double](repeating: 0, count: Phase.allCases.count), 0)
    for (phase, seconds) in block.seconds.enumerated() { entry.phases[phase] += seconds }
    entry.generations += block.generations
    cells[cell] = entry
  }
}
