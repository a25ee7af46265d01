/// The share of chains that have not collapsed by a generation (Kaplan and Meier 1958), by cell, for the
/// definition of collapse that the reader chooses.
struct SurvivalChart {
  private let rows: [SurvivalFacts]
  private let definitions: [String]
  private let controls: CellControls
  private let generations: Int

  /// nil for a run without survival estimates.
  init?(_ facts: RunFacts) {
    guard !facts.outcomes.survival.isEmpty else { return nil }
    let cells = Array(Set(facts.outcomes.survival.map(\.cell)).sorted().prefix(CellControls.mostLines))
    let shown = Set(cells)
    rows = facts.outcomes.survival.filter { shown.contains($0.cell) }
    var definitions: [String] = []
    for row in rows where !definitions.contains(row.definition) { definitions.append(row.definition) }
    self.definitions = definitions
    controls = CellControls(facts.cells, cells: cells)
    generations = facts.plan.generations
  }

  func chart(id: String) -> Chart {
    Chart(
      id: id, title: "Generations until collapse",
      caption:
        "Kaplan–Meier estimate of the share of chains that have not collapsed, with its 95 % interval; chains that end without a collapse are censored.",
      specification: specification)
  }

  private var specification: VegaSpecification {
    var specification = VegaSpecification(
      description: "Share of chains without a collapse over generations", height: 260)
    specification.signals = [
      .containerWidth, .dark,
      .select(
        "definition", label: "definition", value: 0,
        options: definitions.indices.map { ($0, definitions[$0]) }),
    ] + controls.colourSignals + controls.filterSignals
    specification.data = [data, controls.colourData(over: "survival")]
    specification.scales = [
      VegaScale(
        name: "x", type: "linear", domain: .values([0, .integer(max(1, generations - 1))]),
        range: "width", nice: false),
      VegaScale(name: "value", type: "linear", domain: .values([0, 1]), range: "height"),
      controls.colourScale,
    ]
    specification.axes = [
      VegaAxis(orient: "bottom", scale: "x", title: "generation", tickMinStep: 1),
      VegaAxis(
        orient: "left", scale: "value", title: "share not collapsed", grid: true, tickCount: 5,
        format: "~%"),
    ]
    specification.legends = [CellControls.legend]
    specification.marks = marks
    return specification
  }

  private var data: VegaData {
    struct Key: Hashable {
      let cell: Int
      let definition: String
    }
    let groups = Dictionary(grouping: rows) { Key(cell: $0.cell, definition: $0.definition) }
    let values = groups.sorted { ($0.key.cell, $0.key.definition) < ($1.key.cell, $1.key.definition) }
      .map { key, steps in
        // A curve begins at 1 and lasts to the end of the run.
        var steps = steps.sorted { $0.generation < $1.generation }
        if let first = steps.first, first.generation > 0 {
          steps.insert(
            SurvivalFacts(
              cell: key.cell, definition: key.definition, generation: 0, atRisk: first.atRisk,
              events: 0, survival: 1, low: 1, high: 1), at: 0)
        }
        if let last = steps.last, last.generation < generations - 1 {
          steps.append(
            SurvivalFacts(
              cell: key.cell, definition: key.definition, generation: generations - 1,
              atRisk: last.atRisk - last.events, events: 0, survival: last.survival, low: last.low,
              high: last.high))
        }
        return controls.fields(key.cell).merging(
          [
            "definition": .integer(definitions.firstIndex(of: key.definition) ?? -1),
            "generation": .integers(steps.map(\.generation)),
            "risk": .integers(steps.map(\.atRisk)), "events": .integers(steps.map(\.events)),
            "survival": .numbers(steps.map(\.survival)), "low": .numbers(steps.map(\.low)),
            "high": .numbers(steps.map(\.high)),
          ], uniquingKeysWith: { $1 })
      }
    return VegaData(
      name: "survival", values: values,
      transform: [
        .filter("datum.definition === definition && \(controls.filter)"),
        .flatten(["generation", "risk", "events", "survival", "low", "high"]),
      ] + controls.colourTransforms)
  }

  private var marks: [VegaMark] {
    let x = VegaChannel.field("generation", scale: "x")
    let colour = VegaChannel.field("colour", scale: "colour")
    let step = VegaChannel.value("step-after")
    let band = VegaMark(
      type: "area", from: .data("one"),
      encode: .init(update: [
        "x": x, "y": .field("low", scale: "value"), "y2": .field("high", scale: "value"),
        "fill": colour, "fillOpacity": .value(0.12), "interpolate": step,
        "defined": .signal("isValid(datum.low) && isValid(datum.high)"),
      ]), interactive: false)
    let line = VegaMark(
      type: "line", from: .data("one"),
      encode: .init(update: [
        "x": x, "y": .field("survival", scale: "value"), "stroke": colour,
        "strokeWidth": .value(1.8), "interpolate": step,
      ]), interactive: false)
    let points = VegaMark(
      type: "symbol", from: .data("one"),
      encode: .init(update: [
        "x": x, "y": .field("survival", scale: "value"), "fill": colour, "size": .value(30),
        "opacity": .signal("datum.events > 0 ? 1 : 0"),
        "tooltip": .signal(
          "datum.label + '\\ngeneration ' + datum.generation + ': ' + datum.events + ' of ' + datum.risk + ' collapse\\n'"
            + " + format(datum.survival, '.1%') + ' have not'"),
      ]))
    return [
      VegaMark(
        type: "group", from: .facet("one", of: "survival", by: ["cell"]), marks: [band, line, points])
    ]
  }
}
