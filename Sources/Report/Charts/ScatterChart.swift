/// Points of one cell, the first two coordinates, a panel a generation, with lines of equal density.
struct ScatterChart {
  /// Points of a generation that are drawn.
  static let mostPoints = 400
  /// Pixels of a panel's side.
  static let side = 150.0

  private let cell: String
  /// Points of one cell, all with two coordinates at least.
  private let previews: [Preview]
  private let seeds: [Int]

  init(cell: String, _ previews: [Preview]) {
    self.cell = cell
    self.previews = previews
    seeds = Set(previews.filter { $0.generation >= 0 }.map(\.seed)).sorted()
  }

  func chart(id: String) -> Chart {
    Chart(
      id: id, title: cell,
      caption:
        "The first two coordinates of at most \(Self.mostPoints) samples a generation, with lines of equal density. All panels have one scale, which holds 98 % of the points; what lies outside is not drawn.",
      specification: specification, isBitmap: true)
  }

  private func coordinates(_ preview: Preview, _ axis: Int) -> [Double] {
    guard case .points(let values, let dimensions) = preview.content else { return [] }
    return stride(from: axis, to: values.count, by: dimensions).prefix(Self.mostPoints)
      .map { Double(values[$0]) }
  }

  private var specification: VegaSpecification {
    var specification = VegaSpecification(
      description: "Samples by generation", width: Self.side, height: Self.side,
      autosize: VegaAutosize(type: "pad"))
    specification.signals = [
      .dark,
      .select(
        "seed", label: "seed", value: seeds.first ?? 0, options: seeds.map { ($0, "\($0)") }),
    ]
    specification.data = [
      VegaData(
        name: "points", values: rows,
        transform: [
          .filter("datum.seed === seed || datum.generation < 0 && datum.real"),
          .flatten(["x", "y"]),
          .filter("isValid(datum.x) && isValid(datum.y) && inrange(datum.x, domain('x')) && inrange(datum.y, domain('y'))"),
        ]),
      VegaData(
        name: "densities", source: "points",
        transform: [.density(groupby: ["generation"], size: Self.side), .isocontour(levels: 4)]),
    ]
    specification.scales = [0, 1].map { axis in
      let (low, high) = commonRange(previews.flatMap { coordinates($0, axis) })
      return VegaScale(
        name: axis == 0 ? "x" : "y", type: "linear", domain: .values([.number(low), .number(high)]),
        range: axis == 0 ? [0, .number(Self.side)] : [.number(Self.side), 0])
    }
    specification.layout = PanelGrid.layout(panelWidth: Self.side)
    specification.marks = [panel]
    return specification
  }

  /// One row a generation and seed. The real data of the first seed that has them serve all.
  private var rows: [[String: JSONValue]] {
    let real = previews.first { $0.generation < 0 }
    return previews.filter { $0.generation >= 0 || $0.seed == real?.seed }.map { preview in
      [
        "seed": .integer(preview.seed), "generation": .integer(preview.generation),
        "real": .boolean(preview.generation < 0), "x": .numbers(coordinates(preview, 0)),
        "y": .numbers(coordinates(preview, 1)),
      ]
    }
  }

  private var panel: VegaMark {
    let points = VegaMark(
      type: "symbol", from: .data("panel"),
      encode: .init(update: [
        "x": .field("x", scale: "x"), "y": .field("y", scale: "y"), "size": .value(7),
        "fill": .signal("dark ? '#8db8e0' : '#2f6496'"), "opacity": .value(0.5),
      ]), interactive: false)
    let lines = VegaMark(
      type: "path", from: .data("lines"),
      encode: .init(update: [
        "stroke": .signal("dark ? '#f0b070' : '#c2571a'"), "strokeWidth": .value(1),
        "strokeOpacity": .value(0.9),
      ]), transform: [.geopath], interactive: false)
    return VegaMark(
      type: "group", from: .facet("panel", of: "points", by: ["generation"]),
      encode: PanelGrid.frame(width: Self.side, height: Self.side), title: PanelGrid.title,
      sort: ["field": "datum.generation"],
      data: [
        VegaData(
          name: "lines", source: "densities",
          transform: [.filter("datum.generation === parent.generation")])
      ],
      axes: PanelGrid.axes, marks: [points, lines])
  }
}

/// A range that holds all but a hundredth of the values at either end, with some room.
func commonRange(_ values: [Double]) -> (low: Double, high: Double) {
  let sorted = values.filter(\.isFinite).sorted()
  guard let first = sorted.first, let last = sorted.last else { return (0, 1) }
  let cut = sorted.count / 100
  let (low, high) = (sorted[cut], sorted[sorted.count - 1 - cut])
  // One value only: a range around it.
  guard high > low else { return (first - max(1e-3, abs(first) / 10), last + max(1e-3, abs(last) / 10)) }
  return (low - 0.08 * (high - low), high + 0.08 * (high - low))
}
