import Foundation

/// A written page, taken apart again by its own means: script elements end at `</script`, as in a
/// browser.
struct PageReader {
  let html: String
  /// The contents of `<script type="application/json">` by the id of their figure.
  private(set) var specifications: [String: PageJSON] = [:]

  init(_ path: String) throws {
    html = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    for part in html.components(separatedBy: "<figure id=\"").dropFirst() {
      guard let quote = part.firstIndex(of: "\""),
        let start = part.range(of: "<script type=\"application/json\">"),
        let end = part.range(of: "</script", range: start.upperBound..<part.endIndex)
      else { continue }
      let json = Data(part[start.upperBound..<end.lowerBound].utf8)
      specifications[String(part[..<quote])] = try JSONDecoder().decode(PageJSON.self, from: json)
    }
  }

  /// The page without the contents of its JSON blocks.
  var htmlWithoutJSON: String {
    let parts = html.components(separatedBy: "<script type=\"application/json\">")
    return parts[0]
      + parts.dropFirst().map { part in
        part.range(of: "</script").map { String(part[$0.lowerBound...]) } ?? part
      }.joined()
  }

  /// The rows given to a table of a chart.
  func rows(_ figure: String, _ table: String) -> [PageJSON] {
    let tables = specifications[figure]?["data"]?.list ?? []
    return tables.first { $0["name"]?.text == table }?["values"]?.list ?? []
  }
}

/// A JSON value read by `JSONDecoder`, whose numbers are exact; those of `JSONSerialization` are off in
/// the last bits here.
enum PageJSON: Decodable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([PageJSON])
  case map([String: PageJSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([PageJSON].self) {
      self = .list(value)
    } else {
      self = .map(try container.decode([String: PageJSON].self))
    }
  }

  subscript(key: String) -> PageJSON? { if case .map(let values) = self { values[key] } else { nil } }
  var list: [PageJSON]? { if case .list(let values) = self { values } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
  var number: Double? { if case .number(let value) = self { value } else { nil } }
}
