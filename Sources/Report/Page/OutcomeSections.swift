/// The sections about collapse: verdicts, definitions, published values.
struct OutcomeSections {
  let facts: RunFacts

  /// The order in which definitions are shown; others follow.
  static let definitions = [
    "catastrophic-risk", "any-risk-increase", "diverging-risk", "scaling-law", "variance", "modes",
    "tails", "hallucination",
  ]

  /// Heavy tails that are named.
  private static let mostWarnings = 6

  private var outcomes: OutcomeFacts { facts.outcomes }
  private func label(_ cell: Int) -> PageTable.Cell { .text(facts.cells.cells[cell].label) }

  /// One sentence for each quantity and each definition.
  var findings: [String] {
    var sentences: [String] = []
    for definition in presentDefinitions {
      let rows = outcomes.collapse.filter { $0.definition == definition }
      sentences.append(
        Self.sentence("Collapse as \(definition)", rows.map(\.verdict), yes: "yes", no: "no"))
    }
    var metrics: [String] = []
    for row in outcomes.verdicts where !metrics.contains(row.metric) { metrics.append(row.metric) }
    for metric in metrics {
      let words = outcomes.verdicts.filter { $0.metric == metric }.map(\.verdict)
      sentences.append(Self.sentence(metric, words, yes: "worse", no: "better"))
    }
    let heavy = outcomes.heavyTails
    for tail in heavy.prefix(Self.mostWarnings) {
      sentences.append(
        "\(facts.cells.cells[tail.place.cell].label), \(tail.place.metric) at generation "
          + "\(tail.place.generation): \(tail.warning)")
    }
    if heavy.count > Self.mostWarnings {
      sentences.append("The same holds of \(countText(heavy.count - Self.mostWarnings, "more mean")).")
    }
    return sentences
  }

  private static func sentence(_ name: String, _ words: [String], yes: String, no: String) -> String {
    let (positive, negative) = (words.count { $0 == yes }, words.count { $0 == no })
    return "\(name): \(yes) in \(countText(positive)) of \(countText(words.count, "cell")), "
      + "\(no) in \(countText(negative)), undecided in \(countText(words.count - positive - negative))."
  }

  private var presentDefinitions: [String] {
    var names = Self.definitions.filter { name in outcomes.collapse.contains { $0.definition == name } }
    for row in outcomes.collapse where !names.contains(row.definition) { names.append(row.definition) }
    return names
  }

  var verdicts: PageSection {
    var section = PageSection(id: "verdicts", title: "Verdicts")
    if !outcomes.collapse.isEmpty {
      section.tables += [definitionTable, statisticTable]
      var seen: Set<String> = []
      section.terms = presentDefinitions.compactMap { name in
        guard let row = outcomes.collapse.first(where: { $0.definition == name }), !row.meaning.isEmpty,
          seen.insert(name).inserted
        else { return nil }
        return PageFact(name: name, value: row.meaning)
      }
    }
    if !outcomes.verdicts.isEmpty { section.tables.append(changeTable) }
    return section
  }

  private var definitionTable: PageTable {
    let names = presentDefinitions
    let groups = Dictionary(grouping: outcomes.collapse, by: \.cell)
    let rows = groups.sorted { $0.key < $1.key }.map { cell, rows in
      PageTable.Row(
        cells: [label(cell)]
          + names.map { name in
            let words = rows.filter { $0.definition == name }.map(\.verdict)
            // A definition may be judged on several metrics; one that collapsed counts.
            return .verdict(words.contains("yes") ? "yes" : words.first ?? "")
          })
    }
    return PageTable(
      "Did it collapse?", header: [.text("cell")] + names.map { .text($0) }, rows: rows,
      from: "table collapse of results.sqlite")
  }

  private var statisticTable: PageTable {
    let order = Dictionary(uniqueKeysWithValues: presentDefinitions.enumerated().map { ($1, $0) })
    let sorted = outcomes.collapse.sorted {
      ($0.cell, order[$0.definition] ?? 0, $0.metric) < ($1.cell, order[$1.definition] ?? 0, $1.metric)
    }
    let rows = sorted.map { row in
      PageTable.Row(cells: [
        label(row.cell), .text(row.definition), .text(row.metric), .number(row.generation),
        .number(row.statistic), .number(intervalText(row.low, row.high)), .number(row.threshold),
        .number(row.n), .verdict(row.verdict),
      ])
    }
    var table = PageTable(
      "Statistics behind it",
      header: [
        .text("cell"), .text("definition"), .text("metric"), .number("generation"),
        .number("statistic"), .number("95 % interval"), .number("threshold"), .number("seeds"),
        .text("verdict"),
      ], rows: rows, from: "table collapse of results.sqlite")
    table.isFolded = true
    return table
  }

  private var changeTable: PageTable {
    let rows = outcomes.verdicts.map { row in
      PageTable.Row(cells: [
        label(row.cell), .text(row.metric), .number(row.first), .number(row.last),
        .number(row.generation), .number(row.change), .number(intervalText(row.low, row.high)),
        .number("\(row.seedsWorse) of \(row.n)"), .verdict(row.verdict),
      ])
    }
    return PageTable(
      "Change from generation 0 to the last one, within seeds",
      header: [
        .text("cell"), .text("metric"), .number("generation 0"), .number("last"),
        .number("generation"), .number("change"), .number("95 % interval"), .number("seeds worse"),
        .text("verdict"),
      ], rows: rows, from: "table verdicts of results.sqlite")
  }

  /// Published against measured.
  var published: PageSection {
    var section = PageSection(id: "published", title: "Published and measured")
    guard !outcomes.published.isEmpty else { return section }
    section.intro =
      "Agree: the measured 95 % interval of the mean meets the published interval, or holds the published value where no interval was published."
    let rows = outcomes.published.map { row in
      let measured = facts.curves.value(row.metric, cell: row.cell, generation: row.generation)
      return PageTable.Row(cells: [
        label(row.cell), .text(row.metric), .number(row.generation), .number(row.value),
        .number(intervalText(row.low, row.high)), .number(measured?.mean ?? .nan),
        .number(intervalText(measured?.low ?? .nan, measured?.high ?? .nan)),
        .verdict(Self.agreement(row, measured)), .text(row.source),
      ])
    }
    section.tables = [
      PageTable(
        "Published and measured values",
        header: [
          .text("cell"), .text("metric"), .number("generation"), .number("published"),
          .number("interval"), .number("measured"), .number("95 % interval"), .text("verdict"),
          .text("source"),
        ], rows: rows, from: "table published of results.sqlite")
    ]
    return section
  }

  static func agreement(
    _ row: PublishedFacts, _ measured: (mean: Double, low: Double, high: Double)?
  ) -> String {
    guard let measured, measured.low.isFinite, measured.high.isFinite, row.value.isFinite else { return "" }
    let (low, high) = (row.low.isFinite ? row.low : row.value, row.high.isFinite ? row.high : row.value)
    return measured.low <= high && measured.high >= low ? "agree" : "differ"
  }
}
