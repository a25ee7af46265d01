/// What the training sets of the generations were made of: shares of real, fresh and synthetic samples,
/// synthetic ones by the generation they come from. Cells with equal shares are one chart.
struct ProvenanceChart {
  /// Distinct compositions shown.
  static let mostCharts = 12
  /// Bars of a chart.
  static let mostBars = 100
  /// Groups of source generations.
  static let mostGroups = 9

  /// What a sample is: real, fresh, or of a group of generations.
  private struct Source {
    let name: String
    let colour: String
  }

  let title: String
  private let sources: [Source]
  /// By generation of the training set, [sources], adding up to 1.
  private let shares: [(generation: Int, shares: [Double])]

  /// The charts of a run, and the number of compositions left out.
  static func charts(_ facts: RunFacts) -> (charts: [ProvenanceChart], leftOut: Int) {
    var groups: [[Int]] = []
    var places: [[[Double]]: Int] = [:]
    var parsed: [[ProvenanceShares]] = []
    let longest = facts.segments.provenance.values.map(\.count).max() ?? 0
    for (cell, texts) in facts.segments.provenance.sorted(by: { $0.key < $1.key }) where !texts.isEmpty {
      let sets = texts.map(ProvenanceShares.init)
      let key = sets.map { $0.grouped(by: groupSize(longest)) }
      if let place = places[key] {
        groups[place].append(cell)
      } else {
        places[key] = groups.count
        groups.append([cell])
        parsed.append(sets)
      }
    }
    let charts = zip(groups, parsed).prefix(mostCharts).map { cells, sets in
      ProvenanceChart(cells, sets, of: facts.cells, longest: longest)
    }
    return (charts, groups.count - charts.count)
  }

  private static func groupSize(_ generations: Int) -> Int {
    max(1, (generations + mostGroups - 1) / mostGroups)
  }

  private init(_ cells: [Int], _ sets: [ProvenanceShares], of index: CellIndex, longest: Int) {
    title = Self.title(cells, index)
    let size = Self.groupSize(longest)
    let all = sets.map { $0.grouped(by: size) }
    let width = all.map(\.count).max() ?? 0
    // A source that no generation uses has no place in the legend.
    let used = (0..<width).filter { source in all.contains { $0.count > source && $0[source] > 0 } }
    sources = used.map { Self.source($0, size: size, of: longest) }
    let kept = PreviewFacts.chosen(Array(all.indices), most: Self.mostBars, keepingFirst: 1)
    shares = kept.sorted().map { generation in
      (generation, used.map { all[generation].count > $0 ? all[generation][$0] : 0 })
    }
  }

  /// What the cells have in common, where they are several.
  private static func title(_ cells: [Int], _ index: CellIndex) -> String {
    if cells.count == 1 { return index.cells[cells[0]].label }
    let common = index.parameters.indices.filter { parameter in
      Set(cells.map { index.cells[$0].values[parameter] }).count == 1
        && index.cells[cells[0]].values[parameter] != nil
    }
    let text = common.map { parameter in
      let value = index.text(cells[0], parameter)
      return Double(value) == nil ? value : "\(index.parameters[parameter].name) \(value)"
    }.joined(separator: " · ")
    return text.isEmpty ? countText(cells.count, "cell") : "\(text) (\(countText(cells.count, "cell")))"
  }

  /// The source in column `place` of `ProvenanceShares.grouped`.
  private static func source(_ place: Int, size: Int, of generations: Int) -> Source {
    if place == 0 { return Source(name: "real", colour: "#2f6496") }
    if place == 1 { return Source(name: "fresh real", colour: "#7fb2d9") }
    let group = (place - 2) / 2
    let groups = max(2, (generations + size - 1) / size)
    let (first, last) = (group * size, min(generations, (group + 1) * size) - 1)
    let range = first >= last ? "generation \(first)" : "generations \(first)–\(last)"
    let share = min(1, Double(group) / Double(groups - 1))
    return place % 2 == 0
      ? Source(name: range, colour: mixed((250, 205, 150), (150, 55, 10), share))
      : Source(name: "corrected, \(range)", colour: mixed((205, 190, 230), (85, 45, 130), share))
  }

  private static func mixed(
    _ a: (Double, Double, Double), _ b: (Double, Double, Double), _ share: Double
  ) -> String {
    "#"
      + [(a.0, b.0), (a.1, b.1), (a.2, b.2)].map { low, high in
        let text = String(Int((low + share * (high - low)).rounded()), radix: 16)
        return text.count < 2 ? "0\(text)" : text
      }.joined()
  }

  func chart(id: String) -> Chart {
    var specification = VegaSpecification(
      description: "Composition of the training sets by generation", height: 140)
    specification.signals = [.containerWidth]
    var rows: [[String: JSONValue]] = []
    for (place, source) in sources.enumerated() {
      var columns: [(Double, Double)] = []
      for (_, shares) in shares {
        let start = shares[..<place].reduce(0, +)
        columns.append((start, start + shares[place]))
      }
      rows.append([
        "source": .text(source.name), "generation": .integers(shares.map(\.generation)),
        "start": .numbers(columns.map(\.0)), "end": .numbers(columns.map(\.1)),
      ])
    }
    specification.data = [
      VegaData(
        name: "shares", values: rows,
        transform: [.flatten(["generation", "start", "end"]), .filter("datum.end > datum.start")])
    ]
    specification.scales = [
      VegaScale(
        name: "x", type: "band", domain: .values(shares.map { .integer($0.generation) }),
        range: "width", padding: shares.count > 30 ? 0 : 0.12),
      VegaScale(name: "y", type: "linear", domain: .values([0, 1]), range: "height"),
      VegaScale(
        name: "source", type: "ordinal", domain: .values(sources.map { .text($0.name) }),
        range: .texts(sources.map(\.colour))),
    ]
    specification.axes = [
      VegaAxis(
        orient: "bottom", scale: "x", title: "training set of generation", labelAngle: 0,
        labelOverlap: true, ticks: false),
      VegaAxis(orient: "left", scale: "y", tickCount: 4, format: "~%"),
    ]
    specification.legends = [
      VegaLegend(
        fill: "source", columns: VegaLegend.columns(pixels: 170), symbolType: "square",
        labelLimit: 150)
    ]
    specification.marks = [
      VegaMark(
        type: "rect", from: .data("shares"),
        encode: .init(update: [
          "x": .field("generation", scale: "x"), "width": .band(scale: "x", share: 1),
          "y": .field("end", scale: "y"), "y2": .field("start", scale: "y"),
          "fill": .field("source", scale: "source"),
          "tooltip": .signal(
            "'generation ' + datum.generation + '\\n' + datum.source + ': ' + format(datum.end - datum.start, '.1%')"
          ),
        ]))
    ]
    return Chart(
      id: id, title: title, caption: "", specification: specification)
  }
}
