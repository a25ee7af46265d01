/// The fields that describe a cell in a chart's rows, and the controls that choose cells by parameter.
///
/// Every row carries `cell` (place), `label`, and for parameter k `p`k (text) and `i`k (place of the
/// value, −1 without). Signals: `filter`k (−1 = all values) and `colourBy` (−1 = every cell by itself).
/// Texts of the study stay data; expressions hold places only.
struct CellControls: Sendable {
  /// Cells that a chart shows at first, at most; the reader widens the choice.
  static let mostAtFirst = 12
  /// Cells that a chart of lines holds at most.
  static let mostLines = 400

  let index: CellIndex
  /// The parameters that the cells of the chart differ in.
  private let varying: [Int]
  /// Places of the values that are chosen at first; absent for all.
  private let pinned: [Int: Int]
  private let shownAtFirst: Int

  /// - Parameter cells: The places of the cells of the chart.
  init(_ index: CellIndex, cells: [Int]) {
    self.index = index
    varying = index.parameters.indices.filter { parameter in
      Set(cells.map { index.cells[$0].values[parameter] }).count > 1
    }
    // What readers compare first stays side by side: the policy, else the first parameter.
    let kept = varying.first { index.parameters[$0].path.hasSuffix("policy") } ?? varying.first
    var pinned: [Int: Int] = [:]
    var shown = cells
    for parameter in varying where parameter != kept && shown.count > Self.mostAtFirst {
      guard let value = shown.lazy.compactMap({ index.cells[$0].values[parameter] }).first else {
        continue
      }
      pinned[parameter] = value
      shown.removeAll { index.cells[$0].values[parameter] != value }
    }
    self.pinned = pinned
    shownAtFirst = shown.count
  }

  /// The fields of a cell's rows.
  func fields(_ cell: Int) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "cell": .integer(cell), "label": .text(index.cells[cell].label),
    ]
    for parameter in varying {
      fields["p\(parameter)"] = .text(index.text(cell, parameter))
      fields["i\(parameter)"] = .integer(index.cells[cell].values[parameter] ?? -1)
    }
    return fields
  }

  /// One select a parameter; `all` among the choices.
  var filterSignals: [VegaSignal] {
    varying.map { parameter in
      let values = index.parameters[parameter].values
      return .select(
        "filter\(parameter)", label: index.parameters[parameter].name, value: pinned[parameter] ?? -1,
        options: [(-1, "all")] + values.indices.map { ($0, values[$0]) })
    }
  }

  /// Whether a row's cell is chosen.
  var filter: String {
    varying.isEmpty
      ? "true"
      : varying.map { "(filter\($0) < 0 || datum.i\($0) === filter\($0))" }.joined(separator: " && ")
  }

  /// What the colours stand for: every cell, or a parameter's values.
  var colourSignals: [VegaSignal] {
    let byPolicy = varying.first { index.parameters[$0].path.hasSuffix("policy") } ?? varying.first
    var signals = [
      VegaSignal(
        name: "numeric",
        value: .list(index.parameters.map { .boolean($0.numbers != nil) })),
      VegaSignal(
        name: "scheme", update: "colourBy >= 0 && numeric[colourBy] ? 'viridis' : 'tableau20'"),
    ]
    if varying.isEmpty {
      signals.insert(VegaSignal(name: "colourBy", value: -1), at: 0)
    } else {
      signals.insert(
        .select(
          "colourBy", label: "colour", value: shownAtFirst <= Self.mostAtFirst ? -1 : byPolicy ?? -1,
          options: [(-1, "cell")] + varying.map { ($0, index.parameters[$0].name) }), at: 0)
    }
    return signals
  }

  /// Gives rows `colour` and its order.
  var colourTransforms: [VegaTransform] {
    [
      .formula("colourBy < 0 ? datum.label : datum['p' + colourBy]", named: "colour"),
      .formula("colourBy < 0 ? datum.cell : datum['i' + colourBy]", named: "colourOrder"),
    ]
  }

  /// The values of `colour` in a table that has been through `colourTransforms`, in order.
  func colourData(over data: String) -> VegaData {
    VegaData(
      name: "colours", source: data,
      transform: [.smallest("colourOrder", groupby: "colour"), .ascending("colourOrder")])
  }

  /// The scale `colour` over `colourData`. A choice without cells is said in the legend, which would
  /// otherwise be empty and have no place.
  var colourScale: VegaScale {
    .colour(
      "colour",
      domain: .signal(
        "length(data('colours')) ? pluck(data('colours'), 'colour') : ['no cell for this choice']"),
      scheme: "scheme")
  }

  /// Entries in as many columns as fit.
  static let legend = VegaLegend(
    stroke: "colour", columns: VegaLegend.columns(pixels: 260), symbolType: "stroke",
    labelLimit: 240)
}
