import Loops
import Options
import Results

/// A number of a publication and the cells it is meant for. What a study does not reach, being shorter or
/// having other cells than the one published, is left out of its results.
public struct PublishedEntry: Sendable, Hashable {
  /// Dotted path → value: cells in which every path has its value.
  public let conditions: [String: OptionValue]
  public let metric: String
  public let generation: Int
  public let value: Double
  /// The range that the publication gives.
  public let low: Double?
  public let high: Double?

  /// The number as it is compared with a cell's own.
  func value(source: String) -> PublishedValue {
    PublishedValue(
      metric: metric, generation: generation, value: value, low: low ?? .nan, high: high ?? .nan,
      source: source)
  }

  /// Whether it is meant for a cell.
  func applies(to cell: CellSpec) -> Bool {
    if conditions.isEmpty { return true }
    let parameters = Dictionary(
      cell.parameters.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    return conditions.allSatisfy { path, wanted in
      switch (wanted, parameters[path]) {
      case (.integer(let a), .real(let b)?): Double(a) == b
      case (.real(let a), .integer(let b)?): a == Double(b)
      case (_, let found): wanted == found
      }
    }
  }

  /// The canonical form, as in a study file.
  var optionValue: OptionValue {
    var entries: [String: OptionValue] = [
      "metric": .text(metric), "generation": .integer(generation), "value": .real(value),
    ]
    if let low { entries["low"] = .real(low) }
    if let high { entries["high"] = .real(high) }
    if !conditions.isEmpty { entries["where"] = .map(conditions) }
    return .map(entries)
  }
}

extension StudyDecoder {
  /// The list `published`.
  mutating func published(_ node: StudyNode?) -> [PublishedEntry]? {
    guard let node else { return [] }
    guard let children = node.list else {
      decoder.expected("a list of published numbers", node, subject: "'published'")
      return nil
    }
    let entries = children.compactMap { entry($0) }
    return entries.count == children.count ? entries : nil
  }

  private mutating func entry(_ node: StudyNode) -> PublishedEntry? {
    let names = StudyKeys.publishedValue.map(\.name) + ["where"]
    guard let keys = decoder.mapping(node, keys: names, subject: "published") else { return nil }
    var values: [String: OptionValue] = [:]
    for spec in StudyKeys.publishedValue {
      if keys[spec.name] == nil, spec.defaultValue == nil {
        decoder.mistakes.add(node.position, "'published.\(spec.name)' is missing")
        return nil
      }
      values[spec.name] = decoder.value(
        spec, keys[spec.name], subject: "'published.\(spec.name)'")
    }
    func number(_ name: String) -> Double? {
      if case .real(let value)? = values[name] { value } else { nil }
    }
    guard case .text(let metric)? = values["metric"],
      case .integer(let generation)? = values["generation"], let value = number("value"),
      values.count == StudyKeys.publishedValue.count
    else { return nil }
    var conditions: [String: OptionValue] = [:]
    if let place = keys["where"] {
      guard let entries = place.entries else {
        decoder.expected("a mapping of paths to values", place, subject: "'published.where'")
        return nil
      }
      for entry in entries { conditions[entry.key] = entry.value.value }
    }
    return PublishedEntry(
      conditions: conditions, metric: metric, generation: generation, value: value,
      low: number("low"), high: number("high"))
  }
}
