/// A table of a specification: rows given here or taken from another table, then transformed.
struct VegaData: Encodable, Sendable {
  var name: String
  var source: String?
  /// Rows; columns of equal length may be lists, for `flatten`.
  var values: [[String: JSONValue]]?
  var transform: [VegaTransform]?
}

/// A step that makes rows from rows; https://vega.github.io/vega/docs/transforms/.
enum VegaTransform: Encodable, Sendable {
  /// One row for each element of the lists in `fields`, under the same names.
  case flatten([String])
  case filter(String)
  case formula(String, named: String)
  /// One row a value of `groupby`, with the smallest of a field under its own name.
  case smallest(String, groupby: String)
  case ascending(String)
  /// The density of points over a panel of `size` pixels, as one grid a group.
  case density(groupby: [String], size: Double)
  /// Lines of equal density of the grids, at shares of each group's own maximum.
  case isocontour(levels: Int)
  case geopath

  func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

  private var json: JSONValue {
    switch self {
    case .flatten(let fields): ["type": "flatten", "fields": .texts(fields)]
    case .filter(let expression): ["type": "filter", "expr": .text(expression)]
    case .formula(let expression, let name):
      ["type": "formula", "expr": .text(expression), "as": .text(name)]
    case .smallest(let field, let groupby):
      [
        "type": "aggregate", "groupby": [.text(groupby)], "ops": ["min"], "fields": [.text(field)],
        "as": [.text(field)],
      ]
    case .ascending(let field): ["type": "collect", "sort": ["field": .text(field)]]
    case .density(let groupby, let size):
      [
        "type": "kde2d", "groupby": .texts(groupby), "size": [.number(size), .number(size)],
        "x": ["expr": "scale('x', datum.x)"], "y": ["expr": "scale('y', datum.y)"],
        "cellSize": 4, "as": "grid",
      ]
    case .isocontour(let levels):
      ["type": "isocontour", "field": "grid", "levels": .integer(levels), "resolve": "independent",
        "zero": false, "nice": false, "as": "contour"]
    case .geopath: ["type": "geopath", "field": "datum.contour"]
    }
  }
}
