/// Drawn things: lines, areas, rectangles, symbols, texts, and groups of them.
struct VegaMark: Encodable, Sendable {
  /// The rows a mark is drawn from; with `facet`, one group a set of rows.
  struct Source: Encodable, Sendable {
    struct Facet: Encodable, Sendable {
      var name: String
      var data: String
      var groupby: [String]
    }

    var data: String?
    var facet: Facet?

    static func data(_ name: String) -> Source { Source(data: name) }
    static func facet(_ name: String, of data: String, by fields: [String]) -> Source {
      Source(facet: Facet(name: name, data: data, groupby: fields))
    }
  }

  /// Channels when a mark appears and when anything it depends on changes.
  struct Encodings: Encodable, Sendable {
    var enter: [String: VegaChannel]?
    var update: [String: VegaChannel]?
  }

  var type: String
  var name: String?
  var from: Source?
  var encode: Encodings?
  var transform: [VegaTransform]?
  var clip: Bool?
  var interactive: Bool?
  var title: JSONValue?
  var sort: JSONValue?
  var data: [VegaData]?
  var scales: [VegaScale]?
  var axes: [VegaAxis]?
  var marks: [VegaMark]?
}

/// What a visual property is set to; rules are tried in order.
struct VegaChannel: Encodable, Sendable {
  private let json: JSONValue

  func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

  static func field(_ field: String, scale: String) -> VegaChannel {
    VegaChannel(json: ["scale": .text(scale), "field": .text(field)])
  }
  static func value(_ value: JSONValue) -> VegaChannel { VegaChannel(json: ["value": value]) }
  static func signal(_ expression: String) -> VegaChannel {
    VegaChannel(json: ["signal": .text(expression)])
  }
  static func scaled(_ value: JSONValue, scale: String) -> VegaChannel {
    VegaChannel(json: ["scale": .text(scale), "value": value])
  }
  /// The width of a band of a scale, or a share of it from its start.
  static func band(scale: String, field: String? = nil, share: Double) -> VegaChannel {
    var json: [String: JSONValue] = ["scale": .text(scale), "band": .number(share)]
    if let field { json["field"] = .text(field) }
    return VegaChannel(json: .map(json))
  }
  static func signal(_ expression: String, scale: String) -> VegaChannel {
    VegaChannel(json: ["scale": .text(scale), "signal": .text(expression)])
  }
}
