/// One metric over generations: median and mean of every chosen cell, the 95 % interval of the mean,
/// single seeds where they are embedded, closed forms and published values where there are any.
struct CurveChart {
  private let metric: MetricCurves
  private let cells: [Int]
  private let controls: CellControls
  private let theory: [TheoryFacts]
  private let published: [PublishedFacts]

  init(_ metric: MetricCurves, of facts: RunFacts) {
    self.metric = metric
    cells = Array(metric.curves.map(\.cell).prefix(CellControls.mostLines))
    controls = CellControls(facts.cells, cells: cells)
    let shown = Set(cells)
    theory = facts.outcomes.theory.filter { $0.metric == metric.metric && shown.contains($0.cell) }
    published = facts.outcomes.published.filter {
      $0.metric == metric.metric && shown.contains($0.cell)
    }
  }

  func chart(id: String) -> Chart {
    var caption = "Solid: median over seeds. Dashed: mean, with its 95 % interval."
    if metric.curves.count > cells.count {
      caption += " The first \(cells.count) of \(countText(metric.curves.count, "cell"))."
    }
    if !theory.isEmpty {
      caption += " Dotted: closed form (\(Self.sources(theory.map(\.source))))."
    }
    if !published.isEmpty {
      caption += " Squares: published (\(Self.sources(published.map(\.source))))."
    }
    return Chart(
      id: id, title: metric.metric, caption: caption, specification: specification,
      hasLogarithm: true)
  }

  private static func sources(_ texts: [String]) -> String {
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }.prefix(4).joined(separator: "; ")
  }

  private var specification: VegaSpecification {
    var specification = VegaSpecification(
      description: "\(metric.metric) over generations", height: 300)
    specification.signals = [.containerWidth, .dark, .logarithmic] + controls.colourSignals
      + controls.filterSignals
    if !metric.singles.isEmpty {
      specification.signals.append(.checkbox("seeds", label: "single seeds", value: false))
    }
    specification.data = [curveData, seedData, theoryData, publishedData].compactMap { $0 }
    let sources = specification.data
    specification.data += [controls.colourData(over: "curves")] + Self.guards
    var domain = ["low", "high", "mean", "median"].map { (data: "curves", field: $0 + "Shown") }
    domain.append(("guard", "value"))
    for data in sources.dropFirst() { domain.append((data.name, "valueShown")) }
    if !published.isEmpty {
      specification.data.append(
        VegaData(
          name: "publishedIntervals", source: "published",
          transform: [.filter("isValid(datum.lowShown) && isValid(datum.highShown)")]))
    }
    specification.scales = [
      VegaScale(
        name: "x", type: "linear",
        domain: .fields(sources.map { ($0.name, "generation") } + [("guard", "generation")]), range: "width",
        zero: false, nice: false),
      VegaScale(
        name: "value", type: "linear", domain: .fields(domain), range: "height", zero: false,
        nice: true),
      controls.colourScale,
    ]
    specification.axes = [
      VegaAxis(orient: "bottom", scale: "x", title: "generation", tickMinStep: 1),
      VegaAxis(orient: "left", scale: "value", title: .text(metric.metric), grid: true, tickCount: 6),
    ]
    specification.legends = [CellControls.legend]
    specification.marks = seedMarks + curveMarks + theoryMarks + publishedMarks
    return specification
  }

  /// A column without the values that a logarithmic scale cannot show.
  private static func shown(_ field: String) -> VegaTransform {
    .formula(
      "!isValid(datum.\(field)) || logarithmic && datum.\(field) <= 0 ? null : datum.\(field)",
      named: "\(field)Shown")
  }

  /// Something for the scales to span where a choice shows no curve, or none that a logarithmic scale can
  /// show; without it they would have no domain.
  private static let guards = [
    VegaData(
      name: "visible", source: "curves",
      transform: [.filter("isValid(datum.meanShown) || isValid(datum.medianShown)")]),
    VegaData(
      name: "guard", values: [["place": 0], ["place": 1]],
      transform: [
        .formula("length(data('curves')) ? null : datum.place", named: "generation"),
        .formula("length(data('visible')) ? null : 1 + 9 * datum.place", named: "value"),
      ]),
  ]

  private var curveData: VegaData {
    let columns = ["generation", "n", "mean", "median", "low", "high"]
    let rows = metric.curves.prefix(cells.count).map { curve in
      controls.fields(curve.cell).merging(
        [
          "generation": .integers(curve.generations), "n": .integers(curve.n),
          "mean": .numbers(curve.mean), "median": .numbers(curve.median),
          "low": .numbers(curve.low), "high": .numbers(curve.high),
        ], uniquingKeysWith: { $1 })
    }
    return VegaData(
      name: "curves", values: rows,
      transform: [.filter(controls.filter), .flatten(columns)] + controls.colourTransforms
        + ["mean", "median", "low", "high"].map(Self.shown))
  }

  private var seedData: VegaData? {
    guard !metric.singles.isEmpty else { return nil }
    let shown = Set(cells)
    let rows = metric.singles.filter { shown.contains($0.cell) }.map { single in
      controls.fields(single.cell).merging(
        [
          "seed": .integer(single.seed), "generation": .integers(single.generations),
          "value": .numbers(single.values),
        ], uniquingKeysWith: { $1 })
    }
    return VegaData(
      name: "seedCurves", values: rows,
      transform: [.filter("seeds && \(controls.filter)"), .flatten(["generation", "value"])]
        + controls.colourTransforms + [Self.shown("value")])
  }

  private var theoryData: VegaData? {
    guard !theory.isEmpty else { return nil }
    struct Form: Hashable {
      let cell: Int
      let source: String
    }
    let forms = Dictionary(grouping: theory) { Form(cell: $0.cell, source: $0.source) }
    let rows = forms.sorted { ($0.key.cell, $0.key.source) < ($1.key.cell, $1.key.source) }
      .map { form, points in
        let points = points.sorted { $0.generation < $1.generation }
        return controls.fields(form.cell).merging(
          [
            "generation": .integers(points.map(\.generation)),
            "value": .numbers(points.map(\.value)), "source": .text(form.source),
          ], uniquingKeysWith: { $1 })
      }
    return VegaData(
      name: "theory", values: rows,
      transform: [.filter(controls.filter), .flatten(["generation", "value"])]
        + controls.colourTransforms + [Self.shown("value")])
  }

  private var publishedData: VegaData? {
    guard !published.isEmpty else { return nil }
    let rows = published.map { row in
      controls.fields(row.cell).merging(
        [
          "generation": .integer(row.generation), "value": .finite(row.value),
          "low": .finite(row.low), "high": .finite(row.high), "source": .text(row.source),
        ], uniquingKeysWith: { $1 })
    }
    return VegaData(
      name: "published", values: rows,
      transform: [.filter(controls.filter)] + controls.colourTransforms
        + ["value", "low", "high"].map(Self.shown) + [.filter("isValid(datum.valueShown)")])
  }

  private static let x = VegaChannel.field("generation", scale: "x")
  private static let colour = VegaChannel.field("colour", scale: "colour")

  private var curveMarks: [VegaMark] {
    func line(_ field: String, _ channels: [String: VegaChannel]) -> VegaMark {
      let common: [String: VegaChannel] = [
        "x": Self.x, "y": .field(field, scale: "value"), "stroke": Self.colour,
        "defined": .signal("isValid(datum.\(field))"),
      ]
      return VegaMark(
        type: "line", from: .data("one"),
        encode: .init(update: common.merging(channels, uniquingKeysWith: { $1 })), interactive: false)
    }
    let band = VegaMark(
      type: "area", from: .data("one"),
      encode: .init(update: [
        "x": Self.x, "y": .field("highShown", scale: "value"),
        "y2": .field("lowShown", scale: "value"), "fill": Self.colour, "fillOpacity": .value(0.18),
        "defined": .signal("isValid(datum.lowShown) && isValid(datum.highShown)"),
      ]), interactive: false)
    let points = VegaMark(
      type: "symbol", from: .data("points"),
      encode: .init(update: [
        "x": Self.x, "y": .field("medianShown", scale: "value"), "fill": Self.colour,
        "size": .value(22),
        // Of many points only the words are wanted.
        "opacity": .value(metric.curves.allSatisfy { $0.generations.count > 24 } ? 0 : 0.85),
        "tooltip": .signal(Self.tooltip),
      ]))
    return [
      VegaMark(
        type: "group", from: .facet("one", of: "curves", by: ["cell"]),
        data: [
          VegaData(
            name: "points", source: "one", transform: [.filter("isValid(datum.medianShown)")])
        ],
        marks: [
          band, line("meanShown", ["strokeDash": .value([5, 3]), "strokeWidth": .value(1)]),
          line("medianShown", ["strokeWidth": .value(1.8)]), points,
        ])
    ]
  }

  private static let tooltip =
    "datum.label + '\\ngeneration ' + datum.generation + ', ' + datum.n + ' seeds\\nmedian '"
    + " + format(datum.median, '.4g') + '\\nmean ' + format(datum.mean, '.4g')"
    + " + (isValid(datum.low) ? ' [' + format(datum.low, '.4g') + ', ' + format(datum.high, '.4g') + ']' : '')"

  private var seedMarks: [VegaMark] {
    guard !metric.singles.isEmpty else { return [] }
    let line = VegaMark(
      type: "line", from: .data("oneSeed"),
      encode: .init(update: [
        "x": Self.x, "y": .field("valueShown", scale: "value"), "stroke": Self.colour,
        "strokeWidth": .value(0.7), "strokeOpacity": .value(0.6),
        "defined": .signal("isValid(datum.valueShown)"),
        "tooltip": .signal("datum.label + '\\nseed ' + datum.seed"),
      ]))
    return [
      VegaMark(
        type: "group", from: .facet("oneSeed", of: "seedCurves", by: ["cell", "seed"]), marks: [line])
    ]
  }

  private var theoryMarks: [VegaMark] {
    guard !theory.isEmpty else { return [] }
    let line = VegaMark(
      type: "line", from: .data("oneForm"),
      encode: .init(update: [
        "x": Self.x, "y": .field("valueShown", scale: "value"), "stroke": Self.colour,
        "strokeDash": .value([1, 3]), "strokeCap": .value("round"), "strokeWidth": .value(2.4),
        "defined": .signal("isValid(datum.valueShown)"),
        "tooltip": .signal("datum.label + '\\n' + datum.source"),
      ]), sort: ["field": "datum.generation"])
    return [
      VegaMark(
        type: "group", from: .facet("oneForm", of: "theory", by: ["cell", "source"]), marks: [line])
    ]
  }

  private var publishedMarks: [VegaMark] {
    guard !published.isEmpty else { return [] }
    return [
      VegaMark(
        type: "rule", from: .data("publishedIntervals"),
        encode: .init(update: [
          "x": Self.x, "y": .field("lowShown", scale: "value"),
          "y2": .field("highShown", scale: "value"), "stroke": Self.colour,
        ])),
      VegaMark(
        type: "symbol", from: .data("published"),
        encode: .init(update: [
          "x": Self.x, "y": .field("valueShown", scale: "value"), "shape": .value("square"),
          "fill": Self.colour, "size": .value(60),
          "tooltip": .signal(
            "datum.label + '\\npublished ' + format(datum.value, '.4g') + ' at generation ' + datum.generation + '\\n' + datum.source"
          ),
        ])),
    ]
  }
}
