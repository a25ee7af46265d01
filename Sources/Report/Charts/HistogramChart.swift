/// Shares by bin (numbers) or by category of one cell, a panel a generation, the real data's shares as an
/// outline in each.
struct HistogramChart {
  static let bins = 30
  /// Categories shown: those most frequent in the real data, else in generation 0.
  static let mostCategories = 40
  static let width = 190.0
  static let height = 110.0

  private let cell: String
  private let previews: [Preview]
  private let seeds: [Int]

  /// - Parameter previews: One cell's, all categories or all numbers with one coordinate.
  init(cell: String, _ previews: [Preview]) {
    self.cell = cell
    self.previews = previews
    seeds = Set(previews.filter { $0.generation >= 0 }.map(\.seed)).sorted()
  }

  func chart(id: String) -> Chart {
    Chart(
      id: id, title: cell,
      caption: "Share of the samples by generation; the line is the real data's share where they were kept.",
      specification: specification)
  }

  /// The shares of each preview over common bins.
  private struct Shares {
    var start: [Double]
    var end: [Double]
    /// By preview, [bins].
    var shares: [[Double]]
    /// Samples outside all bins are in none.
    var isCategorical: Bool
  }

  private func values(_ preview: Preview) -> [Double] {
    switch preview.content {
    case .points(let values, let dimensions):
      stride(from: 0, to: values.count, by: dimensions).map { Double(values[$0]) }
    case .categories(let values): values.map(Double.init)
    case .images: []
    }
  }

  private var shares: Shares {
    let samples = previews.map(values)
    if case .categories? = previews.first?.content {
      let reference = previews.firstIndex { $0.generation < 0 } ?? 0
      var counts: [Double: Int] = [:]
      for value in samples[reference] { counts[value, default: 0] += 1 }
      for value in samples.joined() where counts[value] == nil { counts[value] = 0 }
      let kept = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
        .prefix(Self.mostCategories).map(\.key).sorted()
      let places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
      return Shares(
        start: kept.indices.map(Double.init), end: kept.indices.map { Double($0) + 1 },
        shares: samples.map { Self.shares($0, bins: kept.count) { places[$0] } }, isCategorical: true)
    }
    let (low, high) = commonRange(samples.flatMap { $0 })
    let size = (high - low) / Double(Self.bins)
    return Shares(
      start: (0..<Self.bins).map { low + Double($0) * size },
      end: (1...Self.bins).map { low + Double($0) * size },
      shares: samples.map {
        Self.shares($0, bins: Self.bins) { value in
          value.isFinite && value >= low && value < high
            ? min(Self.bins - 1, Int((value - low) / size)) : nil
        }
      }, isCategorical: false)
  }

  private static func shares(_ values: [Double], bins: Int, _ bin: (Double) -> Int?) -> [Double] {
    var counts = [Int](repeating: 0, count: bins)
    for value in values { if let place = bin(value) { counts[place] += 1 } }
    return counts.map { values.isEmpty ? 0 : Double($0) / Double(values.count) }
  }

  private var specification: VegaSpecification {
    let shares = shares
    var specification = VegaSpecification(
      description: "Shares of samples by generation", width: Self.width, height: Self.height,
      autosize: VegaAutosize(type: "pad"))
    specification.signals = [
      .dark,
      .select("seed", label: "seed", value: seeds.first ?? 0, options: seeds.map { ($0, "\($0)") }),
    ]
    let real = previews.firstIndex { $0.generation < 0 }
    let rows: [[String: JSONValue]] = previews.indices
      .filter { previews[$0].generation >= 0 || $0 == real }.map { place in
        [
          "seed": .integer(previews[place].seed), "generation": .integer(previews[place].generation),
          "start": .numbers(shares.start), "end": .numbers(shares.end),
          "share": .numbers(shares.shares[place]),
          "realShare": .numbers(real.map { shares.shares[$0] } ?? shares.start.map { _ in .nan }),
        ]
      }
    specification.data = [
      VegaData(
        name: "shares", values: rows,
        transform: [
          .filter("datum.seed === seed || datum.generation < 0"),
          .flatten(["start", "end", "share", "realShare"]),
        ])
    ]
    specification.scales = [
      VegaScale(
        name: "x", type: "linear",
        domain: .values([.number(shares.start.first ?? 0), .number(shares.end.last ?? 1)]),
        range: [0, .number(Self.width)]),
      VegaScale(
        name: "y", type: "linear", domain: .fields([("shares", "share"), ("shares", "realShare")]),
        range: [.number(Self.height), 0], zero: true, nice: true),
    ]
    specification.layout = PanelGrid.layout(panelWidth: Self.width)
    specification.marks = [panel(isCategorical: shares.isCategorical)]
    return specification
  }

  private func panel(isCategorical: Bool) -> VegaMark {
    let bars = VegaMark(
      type: "rect", from: .data("panel"),
      encode: .init(update: [
        "x": .field("start", scale: "x"), "x2": .field("end", scale: "x"),
        "y": .field("share", scale: "y"), "y2": .scaled(0, scale: "y"),
        "fill": .signal("dark ? '#6f9fce' : '#5b8cbe'"), "fillOpacity": .value(0.8),
        "tooltip": .signal("format(datum.share, '.2%')"),
      ]))
    let outline = VegaMark(
      type: "line", from: .data("panel"),
      encode: .init(update: [
        "x": .field("start", scale: "x"), "y": .field("realShare", scale: "y"),
        "interpolate": .value("step-after"), "stroke": .signal("dark ? '#f0b070' : '#c2571a'"),
        "strokeWidth": .value(1.2), "defined": .signal("isValid(datum.realShare)"),
      ]), interactive: false)
    var axes = PanelGrid.axes
    if isCategorical { axes[0].labels = false }
    axes[1].format = "~%"
    return VegaMark(
      type: "group", from: .facet("panel", of: "shares", by: ["generation"]),
      encode: PanelGrid.frame(width: Self.width, height: Self.height), title: PanelGrid.title,
      sort: ["field": "datum.generation"], axes: axes, marks: [bars, outline])
  }
}
