import Results

/// The sections that are drawn: curves, sweeps, survival, samples, composition, time.
struct ChartSections {
  let facts: RunFacts
  /// Pictures of the cells of images, by the cell's place.
  let strips: [Int: SampleStrip]

  /// Metrics shown at once; the rest opens.
  private static let mostOpenMetrics = 6
  /// Cells whose points, numbers or categories are drawn.
  private static let mostSampleCharts = 24

  var curves: PageSection {
    get throws {
      var section = PageSection(id: "curves", title: "Curves")
      // Quantities with a verdict come first, how the fits went comes last.
      let judged = Set(facts.outcomes.verdicts.map(\.metric) + facts.outcomes.collapse.map(\.metric))
      func rank(_ metric: String) -> Int {
        judged.contains(metric) ? 0 : metric.hasPrefix("fit.") ? 2 : 1
      }
      let order = facts.curves.metrics.enumerated().sorted {
        (rank($0.element.metric), $0.offset) < (rank($1.element.metric), $1.offset)
      }
      let figures = try order.enumerated().map { place, entry in
        try PageFigure(CurveChart(entry.element, of: facts).chart(id: "curve-\(place)"))
      }
      section.figures = Array(figures.prefix(Self.mostOpenMetrics))
      section.more = Array(figures.dropFirst(Self.mostOpenMetrics))
      section.moreTitle = "\(countText(section.more.count, "more metric"))"
      section.notes.append(
        facts.curves.hasSingles
          ? "Single seeds are on this page because the run has at most \(countText(CurveFacts.mostSingleRows)) values."
          : "Single seeds are left out: the run has \(countText(facts.curves.singleRows)) values, and a page holds at most \(countText(CurveFacts.mostSingleRows)). They are in table metrics of results.sqlite."
      )
      if let kept = facts.curves.keptGenerations {
        section.notes.append(
          "Curves show \(countText(kept.count, "generation")) of \(countText(facts.plan.generations)) and the last of each cell; all are in table summary of results.sqlite."
        )
      }
      return section
    }
  }

  var sweep: PageSection {
    get throws {
      var section = PageSection(id: "sweep", title: "Sweep")
      if let chart = HeatMapChart(facts)?.chart(id: "sweep-map") {
        section.figures = [try PageFigure(chart)]
      }
      return section
    }
  }

  var survival: PageSection {
    get throws {
      var section = PageSection(id: "survival", title: "Time to collapse")
      if let chart = SurvivalChart(facts)?.chart(id: "survival-curve") {
        section.figures = [try PageFigure(chart)]
      }
      return section
    }
  }

  var samples: PageSection {
    get throws {
      var section = PageSection(id: "samples", title: "Samples")
      var leftOut = facts.previews.cellsLeftOut
      let groups = Dictionary(grouping: facts.previews.previews, by: \.cell).sorted { $0.key < $1.key }
      for (cell, previews) in groups {
        let label = facts.cells.cells[cell].label
        if let strip = strips[cell] {
          section.strips.append(PageStrip(strip, title: label))
          continue
        }
        guard section.figures.count < Self.mostSampleCharts else {
          leftOut += 1
          continue
        }
        let id = "samples-\(cell)"
        switch previews.first?.content {
        case .points(_, let dimensions)? where dimensions > 1:
          let members = previews.filter {
            if case .points(_, let other) = $0.content { other > 1 } else { false }
          }
          section.figures.append(try PageFigure(ScatterChart(cell: label, members).chart(id: id)))
        case .points?, .categories?:
          section.figures.append(try PageFigure(HistogramChart(cell: label, previews).chart(id: id)))
        default: continue
        }
      }
      if !section.strips.isEmpty {
        section.intro =
          "Rows are seeds, columns generations; the first column holds real data where they were kept."
      }
      if leftOut > 0 {
        section.notes.append("\(countText(leftOut, "cell")) left out; their samples are in table previews of results.sqlite.")
      }
      return section
    }
  }

  var provenance: PageSection {
    get throws {
      var section = PageSection(id: "provenance", title: "What the models were trained on")
      let (charts, leftOut) = ProvenanceChart.charts(facts)
      section.figures = try charts.enumerated().map { place, chart in
        try PageFigure(chart.chart(id: "provenance-\(place)"))
      }
      section.intro =
        "Shares of each generation's training set by the source of the samples, of the lowest seed of a cell; cells with equal shares are shown once."
      if leftOut > 0 {
        section.notes.append("\(countText(leftOut, "more composition")) not shown.")
      }
      return section
    }
  }

  var timing: PageSection {
    get throws {
      var section = PageSection(id: "timing", title: "Time")
      let ranks = facts.segments.ranks.filter { $0.total > 0 }
      guard !ranks.isEmpty else { return section }
      let rows = Phase.allCases.compactMap { phase -> PageTable.Row? in
        Self.row(phase.name, ranks.map { $0.phases[phase.rawValue] })
      }
      var table = PageTable(
        "Seconds by phase over \(countText(ranks.count, "rank"))",
        header: [
          .text("phase"), .number("least"), .number("mean"), .number("most"), .number("sum"),
          .number("imbalance"),
        ], rows: rows + [Self.row("all", ranks.map(\.total))].compactMap { $0 },
        from: "table timings of results.sqlite")
      table.note = "Imbalance: how far the busiest rank is above the mean. Waiting is not recorded."
      section.tables = [table]
      section.figures = try [TimingChart.ranks(facts.segments), TimingChart.cells(facts)]
        .compactMap { $0 }.enumerated().map { place, chart in
          try PageFigure(chart.chart(id: "timing-\(place)"))
        }
      if facts.segments.damaged > 0 {
        section.notes.append(
          "\(countText(facts.segments.damaged, "record")) of the segments could not be read; ouroboros verify names them."
        )
      }
      return section
    }
  }

  /// A line of the timing table; nil for a phase without time.
  private static func row(_ name: String, _ seconds: [Double]) -> PageTable.Row? {
    let sum = seconds.reduce(0, +)
    guard sum > 0, let least = seconds.min(), let most = seconds.max() else { return nil }
    let mean = sum / Double(seconds.count)
    return PageTable.Row(cells: [
      .text(name), .number(durationText(seconds: least)), .number(durationText(seconds: mean)),
      .number(durationText(seconds: most)), .number(durationText(seconds: sum)),
      .number("\(numberText((most / mean - 1) * 100, digits: 2)) %"),
    ])
  }
}
