/// A Vega 5 specification with its data: one chart. The fields are those of
/// https://vega.github.io/vega/docs/specification/, as far as the charts here need them.
///
/// Expressions name fields and signals of the specification only; texts of a study appear as data and
/// never inside an expression.
struct VegaSpecification: Encodable, Sendable {
  var description: String
  /// Pixels; nil where a signal `width` follows the page.
  var width: Double?
  var height: Double?
  var autosize: VegaAutosize? = VegaAutosize()
  var padding: Double = 4
  var signals: [VegaSignal] = []
  var data: [VegaData] = []
  var scales: [VegaScale] = []
  var projections: [JSONValue]?
  var axes: [VegaAxis] = []
  var legends: [VegaLegend] = []
  var layout: JSONValue?
  var marks: [VegaMark] = []
}

/// How a chart uses its space.
struct VegaAutosize: Encodable, Sendable {
  var type = "fit-x"
  var contains = "padding"
}

/// A named value that expressions read and that a control on the page may set.
struct VegaSignal: Encodable, Sendable {
  struct Handler: Encodable, Sendable {
    var events: JSONValue
    var update: String
  }

  /// An input element: `checkbox`, `select`.
  struct Binding: Encodable, Sendable {
    var input: String
    var name: String
    var options: JSONValue?
    /// What is shown in place of the options.
    var labels: [String]?
  }

  var name: String
  var value: JSONValue?
  var initial: String?
  var update: String?
  var on: [Handler]?
  var bind: Binding?

  enum CodingKeys: String, CodingKey {
    case name, value, update, on, bind
    case initial = "init"
  }

  /// The width of the page's column, followed when the window changes.
  static let containerWidth = VegaSignal(
    name: "width", initial: "isFinite(containerSize()[0]) ? containerSize()[0] : 640",
    on: [
      Handler(
        events: ["source": "window", "type": "resize"],
        update: "isFinite(containerSize()[0]) ? containerSize()[0] : 640")
    ])

  /// Whether the page is dark; the page sets it before drawing.
  static let dark = VegaSignal(name: "dark", value: false)

  /// Whether the scale named `value` is logarithmic; the page sets it together with the scale's type.
  static let logarithmic = VegaSignal(name: "logarithmic", value: false)

  static func select(
    _ name: String, label: String, value: Int, options: [(value: Int, text: String)]
  ) -> VegaSignal {
    VegaSignal(
      name: name, value: .integer(value),
      bind: Binding(
        input: "select", name: label, options: .integers(options.map(\.value)),
        labels: options.map(\.text)))
  }

  static func checkbox(_ name: String, label: String, value: Bool) -> VegaSignal {
    VegaSignal(name: name, value: .boolean(value), bind: Binding(input: "checkbox", name: label))
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .map(Dictionary(uniqueKeysWithValues: elements))
  }
  init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
}
