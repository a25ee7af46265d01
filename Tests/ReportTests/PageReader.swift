import Foundation

/// A written page, taken apart again by its own means: script elements end at `</script`, as in a
/// browser.
struct PageReader {
  let html: String
  /// The contents of `<script type="application/json">` by the id of their figure.
  private(set) var specifications: [String: [String: Any]] = [:]

  init(_ path: String) throws {
    html = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    for part in html.components(separatedBy: "<figure id=\"").dropFirst() {
      guard let quote = part.firstIndex(of: "\""),
        let start = part.range(of: "<script type=\"application/json\">"),
        let end = part.range(of: "</script", range: start.upperBound..<part.endIndex)
      else { continue }
      let json = Data(part[start.upperBound..<end.lowerBound].utf8)
      let value = try JSONSerialization.jsonObject(with: json)
      specifications[String(part[..<quote])] = value as? [String: Any]
    }
  }

  /// The rows given to a table of a chart.
  func rows(_ figure: String, _ table: String) -> [[String: Any]] {
    let tables = specifications[figure]?["data"] as? [[String: Any]] ?? []
    return tables.first { $0["name"] as? String == table }?["values"] as? [[String: Any]] ?? []
  }
}
