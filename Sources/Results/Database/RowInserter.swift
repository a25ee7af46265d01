/// The prepared statements that append rows, with texts bound without copies.
final class RowInserter {
  private let database: Database
  private var texts: [String: StaticText] = [:]
  /// One statement inserts the rows of one generation or, a third faster, those of several.
  private var metricStatements: [MetricShape: (statement: Statement, names: [String])] = [:]
  /// One for each table of few rows.
  private var others: [String: Statement] = [:]
  private let timing: Statement
  private let chain: Statement
  private let cell: Statement
  private let summary: Statement
  private let preview: Statement

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
    preview = try database.prepare("INSERT OR REPLACE INTO previews VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
  }

  /// Inserts or replaces samples of a chain.
  func insert(_ preview: Preview, cell: String, seed: Int) throws(ResultsError) {
    try self.preview.bind(1, text(cell))
    try self.preview.bind(2, seed)
    try self.preview.bind(3, preview.generation)
    try self.preview.bind(4, "[" + preview.shape.map(String.init).joined(separator: ",") + "]")
    try self.preview.bind(5, preview.encoding.rawValue)
    try self.preview.bind(6, preview.low)
    try self.preview.bind(7, preview.high)
    try self.preview.bind(8, preview.data)
    try self.preview.run()
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

  /// Inserts or replaces a row of a table of few rows.
  func insert(_ row: TableRow) throws(ResultsError) {
    let statement: Statement
    if let known = others[row.table] {
      statement = known
    } else {
      let places = row.values.map { _ in "?" }.joined(separator: ", ")
      statement = try database.prepare("INSERT OR REPLACE INTO \(row.table) VALUES (\(places))")
      others[row.table] = statement
    }
    for (index, value) in row.values.enumerated() {
      let parameter = Int32(1 + index)
      switch value {
      case .text(let text): try statement.bind(parameter, text)
      case .integer(let number): try statement.bind(parameter, number)
      case .real(let number): try statement.bind(parameter, number)
      }
    }
    try statement.run()
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
