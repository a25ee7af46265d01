/// The prepared statements that append rows, with texts bound without copies.
final class RowInserter {
  private let database: Database
  private var texts: [String: StaticText] = [:]
  /// One statement inserts the rows of one generation or, a third faster, those of several.
  private var metricStatements: [MetricShape: (statement: Statement, names: [String])] = [:]
  private let timing: Statement
  private let chain: Statement
  private let cell: Statement
  private let summary: Statement
  private let verdict: Statement

  /// What the text of a statement depends on.
  private struct MetricShape: Hashable {
    let generations: Int
    let metrics: Int
  }

  /// Rows of a statement where there are so many.
  private static let rowsAtOnce = 32

  init(_ database: Database) throws(ResultsError) {
    self.database = database
    let phases = Phase.allCases
    timing = try database.prepare(
      "INSERT INTO timings VALUES "
        + phases.map { "(?1, ?2, ?3, ?\(4 + $0.rawValue), ?\(4 + phases.count + $0.rawValue))" }
        .joined(separator: ", "))
    for phase in phases { try timing.bind(Int32(4 + phase.rawValue), phase.name) }
    chain = try database.prepare("INSERT OR REPLACE INTO chains VALUES (?, ?, ?, ?, ?)")
    cell = try database.prepare("INSERT OR REPLACE INTO cells VALUES (?, ?, ?)")
    summary = try database.prepare(
      "INSERT OR REPLACE INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    verdict = try database.prepare(
      "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  }

  func insert(_ record: CellRecord) throws(ResultsError) {
    try cell.bind(1, record.cell)
    try cell.bind(2, record.parameters)
    try cell.bind(3, record.resolved)
    try cell.run()
  }

  /// Inserts or replaces the row of a chain.
  func setChain(
    cell: String, seed: Int, status: ChainStatus, generations: Int, message: String
  ) throws(ResultsError) {
    try chain.bind(1, cell)
    try chain.bind(2, seed)
    try chain.bind(3, status.rawValue)
    try chain.bind(4, generations)
    try chain.bind(5, message)
    try chain.run()
  }

  /// Appends values [generations × metrics.count] of generations from `first` on.
  func insertMetrics(
    cell: String, seed: Int, first: Int, metrics: [String], values: ArraySlice<Double>
  ) throws(ResultsError) {
    let width = metrics.count
    guard width > 0 else { return }
    let several = max(1, Self.rowsAtOnce / width)
    var left = values
    var generation = first
    while !left.isEmpty {
      let count = left.count >= several * width ? several : 1
      let statement = try metricStatement(generations: count, metrics)
      try statement.bind(1, text(cell))
      try statement.bind(2, seed)
      for step in 0..<count { try statement.bind(Int32(3 + width + step), generation + step) }
      var parameter = Int32(3 + width + count)
      for value in left.prefix(count * width) {
        try statement.bind(parameter, value)
        parameter += 1
      }
      try statement.run()
      left = left.dropFirst(count * width)
      generation += count
    }
  }

  /// Appends a block's seconds by phase.
  func insertTimings(
    cell: String, seed: Int, generation: Int, seconds: [Double]
  ) throws(ResultsError) {
    try timing.bind(1, text(cell))
    try timing.bind(2, seed)
    try timing.bind(3, generation)
    for index in seconds.indices {
      try timing.bind(Int32(4 + seconds.count + index), seconds[index])
    }
    try timing.run()
  }

  func insert(_ row: SummaryRow) throws(ResultsError) {
    try summary.bind(1, text(row.cell))
    try summary.bind(2, row.generation)
    try summary.bind(3, text(row.metric))
    try summary.bind(4, row.n)
    for (index, value) in row.statistics.enumerated() { try summary.bind(Int32(5 + index), value) }
    try summary.run()
  }

  func insert(_ row: Verdict) throws(ResultsError) {
    try verdict.bind(1, row.cell)
    try verdict.bind(2, row.metric)
    try verdict.bind(3, row.generation)
    for (index, value) in row.numbers.enumerated() { try verdict.bind(Int32(4 + index), value) }
    try verdict.bind(9, row.change.n)
    try verdict.bind(10, row.seedsWorse)
    try verdict.bind(11, row.word.rawValue)
    try verdict.run()
  }

  /// The statement for some generations of these metrics, their names bound: parameters are cell, seed,
  /// the names, the generations, and the values generation by generation.
  private func metricStatement(
    generations: Int, _ metrics: [String]
  ) throws(ResultsError) -> Statement {
    let width = metrics.count
    let shape = MetricShape(generations: generations, metrics: width)
    if let known = metricStatements[shape], known.names == metrics { return known.statement }
    let statement: Statement
    if let known = metricStatements[shape] {
      statement = known.statement
    } else {
      let rows = (0..<generations * width).map { row in
        let (generation, metric) = row.quotientAndRemainder(dividingBy: width)
        return "(?1, ?2, ?\(3 + width + generation), ?\(3 + metric), ?\(3 + width + generations + row))"
      }
      statement = try database.prepare("INSERT INTO metrics VALUES " + rows.joined(separator: ", "))
    }
    for column in 0..<width { try statement.bind(Int32(3 + column), text(metrics[column])) }
    metricStatements[shape] = (statement, metrics)
    return statement
  }

  private func text(_ content: String) -> StaticText {
    if let known = texts[content] { return known }
    let text = StaticText(content)
    texts[content] = text
    return text
  }
}
