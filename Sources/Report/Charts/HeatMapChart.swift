/// The last value of a metric over two numeric parameters of the study; the reader chooses which two,
/// the metric, the statistic, and the values of the other parameters.
struct HeatMapChart {
  private let facts: RunFacts
  /// Places of numeric parameters with two values at least.
  private let axes: [Int]

  /// nil for a study that does not vary two numbers.
  init?(_ facts: RunFacts) {
    self.facts = facts
    axes = facts.cells.parameters.indices.filter {
      (facts.cells.parameters[$0].numbers?.count ?? 0) > 1
    }
    guard axes.count > 1, !facts.curves.metrics.isEmpty else { return nil }
  }

  func chart(id: String) -> Chart {
    Chart(
      id: id, title: "Two parameters",
      caption:
        "The value over seeds at the last generation of each cell. Parameters that are neither across nor up are held at the value chosen.",
      specification: specification, hasLogarithm: true)
  }

  private var parameters: [ParameterFacts] { facts.cells.parameters }

  private var specification: VegaSpecification {
    let metrics = facts.curves.metrics
    var specification = VegaSpecification(
      description: "Values at the last generation over two parameters", height: 280)
    let choices = axes.map { (value: $0, text: parameters[$0].name) }
    specification.signals = [
      .containerWidth, .dark, .logarithmic,
      .select(
        "metric", label: "metric", value: 0, options: metrics.indices.map { ($0, metrics[$0].metric) }),
      .select("statistic", label: "over seeds", value: 0, options: [(0, "median"), (1, "mean")]),
      .select("across", label: "across", value: axes[0], options: choices),
      .select("up", label: "up", value: axes[1], options: choices),
      VegaSignal(name: "names", value: .texts(parameters.map(\.name))),
    ] + parameters.indices.map { parameter in
      let values = parameters[parameter].values
      return .select(
        "filter\(parameter)", label: parameters[parameter].name, value: 0,
        options: values.indices.map { ($0, values[$0]) })
    }
    specification.data = [data]
    specification.scales = [
      VegaScale(
        name: "x", type: "band", domain: .sorted(data: "cells", field: "x", by: "xOrder"),
        range: "width", padding: 0.03),
      VegaScale(
        name: "y", type: "band", domain: .sorted(data: "cells", field: "y", by: "yOrder"),
        range: [["signal": "height"], 0], padding: 0.03),
      VegaScale(
        name: "value", type: "linear", domain: .field(data: "cells", field: "value"),
        range: ["scheme": "viridis"], zero: false),
    ]
    specification.axes = [
      VegaAxis(orient: "bottom", scale: "x", title: ["signal": "names[across]"], ticks: false),
      VegaAxis(orient: "left", scale: "y", title: ["signal": "names[up]"], ticks: false),
    ]
    specification.legends = [
      VegaLegend(fill: "value", orient: "top", direction: "horizontal", gradientLength: 240, type: "gradient")
    ]
    specification.marks = marks
    return specification
  }

  private var data: VegaData {
    var rows: [[String: JSONValue]] = []
    for (place, metric) in facts.curves.metrics.enumerated() {
      for curve in metric.curves {
        guard let end = curve.generations.indices.last else { continue }
        var row: [String: JSONValue] = [
          "metric": .integer(place), "label": .text(facts.cells.cells[curve.cell].label),
          "generation": .integer(curve.generations[end]), "median": .finite(curve.median[end]),
          "mean": .finite(curve.mean[end]),
        ]
        for parameter in parameters.indices {
          row["p\(parameter)"] = .text(facts.cells.text(curve.cell, parameter))
          row["i\(parameter)"] = .integer(facts.cells.cells[curve.cell].values[parameter] ?? -1)
        }
        rows.append(row)
      }
    }
    let filter = parameters.indices
      .map { "(across === \($0) || up === \($0) || datum.i\($0) === filter\($0))" }
      .joined(separator: " && ")
    return VegaData(
      name: "cells", values: rows,
      transform: [
        .filter("datum.metric === metric && \(filter)"),
        .formula("statistic ? datum.mean : datum.median", named: "value"),
        .filter("isValid(datum.value) && (!logarithmic || datum.value > 0)"),
        .formula("datum['p' + across]", named: "x"), .formula("datum['i' + across]", named: "xOrder"),
        .formula("datum['p' + up]", named: "y"), .formula("datum['i' + up]", named: "yOrder"),
      ])
  }

  private var marks: [VegaMark] {
    [
      VegaMark(
        type: "rect", from: .data("cells"),
        encode: .init(update: [
          "x": .field("x", scale: "x"), "width": .band(scale: "x", share: 1),
          "y": .field("y", scale: "y"), "height": .band(scale: "y", share: 1),
          "fill": .field("value", scale: "value"),
          "tooltip": .signal(
            "datum.label + '\\ngeneration ' + datum.generation + ': ' + format(datum.value, '.5g')"),
        ])),
      VegaMark(
        type: "text", from: .data("cells"),
        encode: .init(update: [
          "x": .band(scale: "x", field: "x", share: 0.5), "y": .band(scale: "y", field: "y", share: 0.5),
          "align": .value("center"), "baseline": .value("middle"), "fontSize": .value(11),
          "text": .signal("bandwidth('x') < 38 ? '' : format(datum.value, '.3g')"),
          "fill": .signal("luminance(scale('value', datum.value)) > 0.3 ? '#111111' : '#ffffff'"),
        ]), interactive: false),
    ]
  }
}
