/// A map from data to positions, colours or lengths.
struct VegaScale: Encodable, Sendable {
  /// Where the values come from.
  enum Domain: Encodable, Sendable {
    case field(data: String, field: String)
    /// In the order of the smallest value of another field.
    case sorted(data: String, field: String, by: String)
    /// Several fields, of one table or of several.
    case fields([(data: String, field: String)])
    case values([JSONValue])
    case signal(String)

    func encode(to encoder: any Encoder) throws {
      let json: JSONValue =
        switch self {
        case .field(let data, let field): ["data": .text(data), "field": .text(field)]
        case .sorted(let data, let field, let key):
          [
            "data": .text(data), "field": .text(field),
            "sort": ["field": .text(key), "op": "min"],
          ]
        case .fields(let places):
          ["fields": .list(places.map { ["data": .text($0.data), "field": .text($0.field)] })]
        case .values(let values): .list(values)
        case .signal(let expression): ["signal": .text(expression)]
        }
      try json.encode(to: encoder)
    }
  }

  var name: String
  var type: String
  var domain: Domain
  /// `width`, `height`, a scheme, or a list.
  var range: JSONValue
  var zero: Bool?
  var nice: Bool?
  var clamp: Bool?
  var padding: Double?
  var paddingInner: Double?

  /// Colours that differ in hue, or, for numbers, that run from one end to the other and stay clear of
  /// the page's ground.
  static func colour(
    _ name: String, domain: Domain, scheme: String, isContinuous: Bool = false
  ) -> VegaScale {
    VegaScale(
      name: name, type: isContinuous ? "linear" : "ordinal", domain: domain,
      range: [
        "scheme": ["signal": .text(scheme)],
        "extent": ["signal": "dark ? [0.25, 1] : [0, 0.88]"],
      ])
  }
}

/// An axis. Titles are text and never evaluated, save `titleSignal`.
struct VegaAxis: Encodable, Sendable {
  var orient: String
  var scale: String
  var title: JSONValue?
  var grid: Bool?
  var tickCount: Double?
  var tickMinStep: Double?
  var format: String?
  var labelAngle: Double?
  var labelAlign: String?
  var labelOverlap: Bool?
  var labelLimit: JSONValue?
  var ticks: Bool?
  var labels: Bool?
  var domain: Bool?
}

/// A legend above the chart.
struct VegaLegend: Encodable, Sendable {
  /// As many columns of so many pixels as the page is wide. Not by the signal `width`, which the legend's
  /// own place changes: the chart's height would be that of the columns before.
  static func columns(pixels: Int) -> JSONValue {
    [
      "signal": .text(
        "max(1, floor(((isFinite(containerSize()[0]) ? containerSize()[0] : 640) - 50) / \(pixels)))")
    ]
  }

  var fill: String?
  var stroke: String?
  var title: JSONValue?
  var orient = "top"
  var direction: String? = "horizontal"
  var columns: JSONValue?
  var symbolType: String?
  var labelLimit: Double? = 280
  var format: String?
  var gradientLength: Double?
  var type: String?
}
