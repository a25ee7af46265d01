import Results

/// A metric of a cell over generations, from `summary`. The lists have one length.
struct Curve: Sendable {
  /// The cell's place.
  let cell: Int
  var generations: [Int] = []
  /// Seeds with a finite value.
  var n: [Int] = []
  var mean: [Double] = []
  var median: [Double] = []
  /// The 95 % interval of the mean.
  var low: [Double] = []
  var high: [Double] = []
}

/// A metric of one chain over generations, from `metrics`.
struct SingleCurve: Sendable {
  let cell: Int
  let seed: Int
  var generations: [Int] = []
  var values: [Double] = []
}

/// A metric's curves, by cell in the order of the plan.
struct MetricCurves: Sendable {
  let metric: String
  var curves: [Curve] = []
  /// None where the run has too many rows.
  var singles: [SingleCurve] = []
}

/// The curves of a run, thinned where they would not fit into a page.
struct CurveFacts: Sendable {
  /// Rows of `summary` that are put into a page; beyond it generations are left out.
  static let mostSummaryRows = 120_000
  /// Rows of `metrics` up to which single seeds are put into a page.
  static let mostSingleRows = 60_000

  /// In the order in which the run measured them.
  private(set) var metrics: [MetricCurves] = []
  /// The generations of every curve but its last; nil for all of them.
  let keptGenerations: Set<Int>?
  /// Whether single seeds are there; otherwise the run had more rows than `mostSingleRows`.
  let hasSingles: Bool
  /// Rows of `metrics`.
  let singleRows: Int

  /// - Parameter kept: Generations that are never left out.
  /// - Throws: `ResultsError.database`.
  init(
    _ results: ResultsReader, cells: CellIndex, generations: Int, keeping kept: Set<Int>
  ) throws {
    let rows = try results.rowBound(of: "summary")
    keptGenerations = Self.thinned(generations: generations, rows: rows)?.union(kept)
    singleRows = try results.rowBound(of: "metrics")
    hasSingles = singleRows <= Self.mostSingleRows
    try readSummary(results, cells)
    if hasSingles { try readSingles(results, cells) }
    for place in metrics.indices {
      metrics[place].curves.sort { $0.cell < $1.cell }
      metrics[place].singles.sort { ($0.cell, $0.seed) < ($1.cell, $1.seed) }
    }
  }

  /// The mean of a metric of a cell at a generation, with its interval; nil where it is not there.
  func value(
    _ metric: String, cell: Int, generation: Int
  ) -> (mean: Double, low: Double, high: Double)? {
    guard let curves = metrics.first(where: { $0.metric == metric })?.curves,
      let curve = curves.first(where: { $0.cell == cell }),
      let place = curve.generations.firstIndex(of: generation)
    else { return nil }
    return (curve.mean[place], curve.low[place], curve.high[place])
  }

  private static func thinned(generations: Int, rows: Int) -> Set<Int>? {
    guard rows > mostSummaryRows, generations > 2 else { return nil }
    let count = max(2, generations * mostSummaryRows / rows)
    return Set((0..<count).map { $0 * (generations - 1) / (count - 1) })
  }

  private mutating func readSummary(_ results: ResultsReader, _ cells: CellIndex) throws {
    struct Key: Hashable {
      let metric: String
      let cell: Int
    }
    var places: [String: Int] = [:]
    var curves: [Key: Curve] = [:]
    try results.forEachRow(
      of: "summary",
      columns: ["cell", "generation", "metric", "n", "mean", "median", "ci_low", "ci_high"]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      let metric = row.text(2)
      if places[metric] == nil {
        places[metric] = metrics.count
        metrics.append(MetricCurves(metric: metric))
      }
      curves[Key(metric: metric, cell: cell), default: Curve(cell: cell)].append(
        row.integer(1), n: row.integer(3), mean: row.double(4), median: row.double(5),
        low: row.double(6), high: row.double(7))
    }
    for (key, curve) in curves {
      let curve = curve.sortedByGeneration(keeping: keptGenerations)
      // A metric without one finite value has nothing to show.
      guard curve.mean.contains(where: \.isFinite) else { continue }
      metrics[places[key.metric]!].curves.append(curve)
    }
    metrics.removeAll { $0.curves.isEmpty }
  }

  private mutating func readSingles(_ results: ResultsReader, _ cells: CellIndex) throws {
    struct Key: Hashable {
      let metric: String
      let cell: Int
      let seed: Int
    }
    var singles: [Key: [(generation: Int, value: Double)]] = [:]
    try results.forEachRow(
      of: "metrics", columns: ["cell", "seed", "generation", "metric", "value"]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      singles[Key(metric: row.text(3), cell: cell, seed: row.integer(1)), default: []]
        .append((row.integer(2), row.double(4)))
    }
    var places: [String: Int] = [:]
    for (place, metric) in metrics.enumerated() { places[metric.metric] = place }
    for (key, points) in singles {
      guard let place = places[key.metric] else { continue }
      let points = points.sorted { $0.generation < $1.generation }
      metrics[place].singles.append(
        SingleCurve(
          cell: key.cell, seed: key.seed, generations: points.map(\.generation),
          values: points.map(\.value)))
    }
  }
}

extension Curve {
  fileprivate mutating func append(
    _ generation: Int, n: Int, mean: Double, median: Double, low: Double, high: Double
  ) {
    generations.append(generation)
    self.n.append(n)
    self.mean.append(mean)
    self.median.append(median)
    self.low.append(low)
    self.high.append(high)
  }

  /// The curve with ascending generations, and only those of `kept` and the last.
  fileprivate func sortedByGeneration(keeping kept: Set<Int>?) -> Curve {
    let last = generations.max()
    let order = generations.indices
      .filter { kept?.contains(generations[$0]) ?? true || generations[$0] == last }
      .sorted { generations[$0] < generations[$1] }
    return Curve(
      cell: cell, generations: order.map { generations[$0] }, n: order.map { n[$0] },
      mean: order.map { mean[$0] }, median: order.map { median[$0] }, low: order.map { low[$0] },
      high: order.map { high[$0] })
  }
}
