import Results

/// A row of `verdicts`: did a quantity get worse between generation 0 and the last one?
struct VerdictFacts: Sendable {
  let cell: Int
  let metric: String
  let generation: Int
  let first: Double
  let last: Double
  let change: Double
  let low: Double
  let high: Double
  let n: Int
  let seedsWorse: Int
  /// `worse`, `better` or `undecided`.
  let verdict: String
}

/// A row of `collapse`: a cell under one of the meanings of collapse.
struct CollapseFacts: Sendable {
  let cell: Int
  let definition: String
  let metric: String
  let generation: Int
  let statistic: Double
  let low: Double
  let high: Double
  let threshold: Double
  let n: Int
  /// `yes`, `no` or `undecided`.
  let verdict: String
  /// What the definition means, in one sentence.
  let meaning: String
}

/// A row of `survival`: the share of a cell's chains that have not collapsed after a generation.
struct SurvivalFacts: Sendable {
  let cell: Int
  let definition: String
  let generation: Int
  let atRisk: Int
  let events: Int
  let survival: Double
  let low: Double
  let high: Double
}

/// A row of `theory`: the value of a closed form.
struct TheoryFacts: Sendable {
  let cell: Int
  let metric: String
  let generation: Int
  let value: Double
  let source: String
}

/// A row of `published`: a value from a paper, with its interval where the paper gives one.
struct PublishedFacts: Sendable {
  let cell: Int
  let metric: String
  let generation: Int
  let value: Double
  let low: Double
  let high: Double
  let source: String
}

/// A mean over seeds that should not be trusted, and why.
struct HeavyTailFacts: Sendable {
  struct Place: Sendable, Hashable {
    let cell: Int
    let metric: String
    let generation: Int
  }

  let place: Place
  let warning: String
}

/// What the run concludes and what it is held against. Tables that the run does not have are empty.
struct OutcomeFacts: Sendable {
  private(set) var verdicts: [VerdictFacts] = []
  private(set) var collapse: [CollapseFacts] = []
  private(set) var survival: [SurvivalFacts] = []
  private(set) var theory: [TheoryFacts] = []
  private(set) var published: [PublishedFacts] = []
  /// Quantities of `verdicts` whose mean a few seeds govern at the last generation.
  private(set) var heavyTails: [HeavyTailFacts] = []

  /// - Throws: `ResultsError.database`.
  init(_ results: ResultsReader, cells: CellIndex) throws {
    try results.forEachRow(
      of: "verdicts",
      columns: [
        "cell", "metric", "generation", "first", "last", "change", "ci_low", "ci_high", "n",
        "seeds_worse", "verdict",
      ]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      verdicts.append(
        VerdictFacts(
          cell: cell, metric: row.text(1), generation: row.integer(2), first: row.double(3),
          last: row.double(4), change: row.double(5), low: row.double(6), high: row.double(7),
          n: row.integer(8), seedsWorse: row.integer(9), verdict: row.text(10)))
    }
    verdicts.sort { ($0.cell, $0.metric) < ($1.cell, $1.metric) }
    try results.forEachRow(
      of: "collapse",
      columns: [
        "cell", "definition", "metric", "generation", "statistic", "ci_low", "ci_high", "threshold",
        "n", "verdict", "meaning",
      ]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      collapse.append(
        CollapseFacts(
          cell: cell, definition: row.text(1), metric: row.text(2), generation: row.integer(3),
          statistic: row.double(4), low: row.double(5), high: row.double(6),
          threshold: row.double(7), n: row.integer(8), verdict: row.text(9), meaning: row.text(10)))
    }
    try readReferences(results, cells)
    try readHeavyTails(results, cells)
  }

  private mutating func readHeavyTails(_ results: ResultsReader, _ cells: CellIndex) throws {
    let generations = Set(verdicts.map(\.generation))
    let metrics = Set(verdicts.map(\.metric))
    var values: [HeavyTailFacts.Place: [Double]] = [:]
    try results.forEachRow(of: "metrics", columns: ["generation", "metric", "cell", "value"]) { row in
      guard generations.contains(row.integer(0)) else { return }
      let metric = row.text(1)
      guard metrics.contains(metric), let cell = cells.place(of: row.text(2)) else { return }
      values[.init(cell: cell, metric: metric, generation: row.integer(0)), default: []].append(
        row.double(3))
    }
    heavyTails = verdicts.compactMap { verdict in
      let place = HeavyTailFacts.Place(
        cell: verdict.cell, metric: verdict.metric, generation: verdict.generation)
      return values[place].flatMap { HeavyTail($0)?.warning }.map {
        HeavyTailFacts(place: place, warning: $0)
      }
    }
  }

  private mutating func readReferences(_ results: ResultsReader, _ cells: CellIndex) throws {
    try results.forEachRow(
      of: "survival",
      columns: [
        "cell", "definition", "generation", "at_risk", "events", "survival", "ci_low", "ci_high",
      ]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      survival.append(
        SurvivalFacts(
          cell: cell, definition: row.text(1), generation: row.integer(2), atRisk: row.integer(3),
          events: row.integer(4), survival: row.double(5), low: row.double(6), high: row.double(7)))
    }
    try results.forEachRow(
      of: "theory", columns: ["cell", "generation", "metric", "value", "source"]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      theory.append(
        TheoryFacts(
          cell: cell, metric: row.text(2), generation: row.integer(1), value: row.double(3),
          source: row.text(4)))
    }
    try results.forEachRow(
      of: "published", columns: ["cell", "metric", "generation", "value", "low", "high", "source"]
    ) { row in
      guard let cell = cells.place(of: row.text(0)) else { return }
      published.append(
        PublishedFacts(
          cell: cell, metric: row.text(1), generation: row.integer(2), value: row.double(3),
          low: row.double(4), high: row.double(5), source: row.text(6)))
    }
  }
}
