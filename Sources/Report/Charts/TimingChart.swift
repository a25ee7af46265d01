import Results

/// Seconds by phase: what every rank spent, and what a generation of a cell costs.
struct TimingChart {
  /// Bars of a chart.
  static let mostBars = 64

  let title: String
  let caption: String
  /// What a bar is, e.g. a rank.
  private let bars: [(name: String, seconds: [Double])]
  private let unit: String

  static func ranks(_ facts: SegmentFacts) -> TimingChart? {
    let working = facts.ranks.filter { $0.total > 0 }
    guard !working.isEmpty else { return nil }
    return TimingChart(
      title: "Ranks",
      caption: "Seconds of every rank that wrote records"
        + (working.count > mostBars ? "; the first \(mostBars) of \(working.count)." : "."),
      bars: working.prefix(mostBars).map { ($0.rank, $0.phases) }, unit: "seconds")
  }

  static func cells(_ facts: RunFacts) -> TimingChart? {
    let costs = facts.segments.cells.compactMap { cell, entry -> (cell: Int, seconds: [Double])? in
      entry.generations > 0 ? (cell, entry.phases.map { $0 / Double(entry.generations) }) : nil
    }.sorted {
      ($1.seconds.reduce(0, +), $0.cell) < ($0.seconds.reduce(0, +), $1.cell)
    }
    guard !costs.isEmpty else { return nil }
    return TimingChart(
      title: "Cells",
      caption: "Mean seconds of a generation"
        + (costs.count > 24 ? "; the 24 slowest of \(countText(costs.count, "cell"))." : "."),
      bars: costs.prefix(24).map { (facts.cells.cells[$0.cell].label, $0.seconds) },
      unit: "seconds a generation")
  }

  private init(title: String, caption: String, bars: [(name: String, seconds: [Double])], unit: String) {
    self.title = title
    self.caption = caption
    self.bars = bars
    self.unit = unit
  }

  func chart(id: String) -> Chart {
    var specification = VegaSpecification(
      description: "\(title): seconds by phase", height: Double(max(1, bars.count)) * 20)
    specification.signals = [.containerWidth]
    var rows: [[String: JSONValue]] = []
    for (place, bar) in bars.enumerated() {
      var start = 0.0
      for phase in Phase.allCases where bar.seconds[phase.rawValue] > 0 {
        let end = start + bar.seconds[phase.rawValue]
        rows.append([
          "place": .integer(place), "name": .text(bar.name), "phase": .text(phase.name),
          "start": .number(start), "end": .number(end),
        ])
        start = end
      }
    }
    specification.data = [VegaData(name: "seconds", values: rows)]
    specification.scales = [
      VegaScale(
        name: "x", type: "linear", domain: .field(data: "seconds", field: "end"), range: "width",
        zero: true, nice: true),
      VegaScale(
        name: "y", type: "band", domain: .values(bars.map { .text($0.name) }), range: "height",
        padding: 0.25),
      VegaScale(
        name: "phase", type: "ordinal", domain: .values(Phase.allCases.map { .text($0.name) }),
        range: ["scheme": "tableau10"]),
    ]
    specification.axes = [
      VegaAxis(orient: "bottom", scale: "x", title: .text(unit), grid: true, tickCount: 5),
      VegaAxis(orient: "left", scale: "y", labelLimit: ["signal": "containerSize()[0] > 600 ? 320 : 110"], ticks: false),
    ]
    specification.legends = [
      VegaLegend(
        fill: "phase", columns: VegaLegend.columns(pixels: 80), symbolType: "square")
    ]
    specification.marks = [
      VegaMark(
        type: "rect", from: .data("seconds"),
        encode: .init(update: [
          "x": .field("start", scale: "x"), "x2": .field("end", scale: "x"),
          "y": .field("name", scale: "y"), "height": .band(scale: "y", share: 1),
          "fill": .field("phase", scale: "phase"),
          "tooltip": .signal(
            "datum.name + '\\n' + datum.phase + ' ' + format(datum.end - datum.start, '.3g') + ' s'"),
        ]))
    ]
    return Chart(id: id, title: title, caption: caption, specification: specification)
  }
}
