import Foundation
import Results

/// A parameter that differs between the cells of a study and does not follow from the others.
struct ParameterFacts: Sendable {
  /// The dotted path, e.g. `loop.policy`.
  let path: String
  /// The shortest end of the path that no other parameter shares.
  let name: String
  /// The values as text, in the order of the plan; numbers ascending.
  let values: [String]
  /// The same as numbers, where every cell has one.
  let numbers: [Double]?
}

/// A cell of the study and how far its chains are.
struct CellFacts: Sendable {
  let id: String
  /// What sets the cell apart in words, e.g. `dimension 3 · samples 10 · replace`.
  let label: String
  /// By parameter, the index of the cell's value; nil where the cell has none.
  let values: [Int?]
  /// Chains by state.
  var chains: [ChainStatus: Int] = [:]
}

/// The cells of a run in the order of the plan.
struct CellIndex: Sendable {
  /// What stands for a parameter that a cell does not have.
  static let absent = "–"

  let parameters: [ParameterFacts]
  private(set) var cells: [CellFacts]
  private let places: [String: Int]

  /// Reads `cells` and `chains`.
  ///
  /// - Throws: `ResultsError.database`.
  init(_ results: ResultsReader) throws {
    var records: [(id: String, parameters: [String: JSONValue])] = []
    try results.forEachRow(of: "cells", columns: ["cell", "parameters"]) { row in
      let data = Data(row.text(1).utf8)
      let parameters = try? JSONDecoder().decode([String: JSONValue].self, from: data)
      records.append((row.text(0), parameters ?? [:]))
    }
    let all = Set(records.flatMap(\.parameters.keys)).sorted()
    let telling = distinguishingColumns(
      records.map { record in all.map { record.parameters[$0].map(Self.text) } },
      areNumbers: all.map { path in
        records.allSatisfy { if case .number? = $0.parameters[path] { true } else { $0.parameters[path] == nil } }
      })
    let paths = telling.map { all[$0] }
    let parameters = paths.map { path in
      Self.parameter(path, among: paths, records.map { $0.parameters[path] })
    }
    var cells: [CellFacts] = records.map { record in
      let values = parameters.map { parameter in
        record.parameters[parameter.path].flatMap { parameter.values.firstIndex(of: Self.text($0)) }
      }
      return CellFacts(
        id: record.id, label: Self.label(values, parameters) ?? record.id, values: values)
    }
    let counts = Dictionary(cells.map { ($0.label, 1) }, uniquingKeysWith: +)
    for (place, cell) in cells.enumerated() where counts[cell.label, default: 0] > 1 {
      cells[place] = CellFacts(id: cell.id, label: "\(cell.label) · \(cell.id)", values: cell.values)
    }
    let places = Dictionary(
      cells.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    try results.forEachRow(of: "chains", columns: ["cell", "status"]) { row in
      guard let place = places[row.text(0)] else { return }
      cells[place].chains[ChainStatus(rawValue: row.text(1)) ?? .pending, default: 0] += 1
    }
    self.parameters = parameters
    self.cells = cells
    self.places = places
  }

  /// The place of a cell; nil for one that is not in the plan.
  func place(of id: String) -> Int? { places[id] }

  /// The value of a cell's parameter as text.
  func text(_ cell: Int, _ parameter: Int) -> String {
    cells[cell].values[parameter].map { parameters[parameter].values[$0] } ?? Self.absent
  }

  /// Chains by state over all cells.
  var chains: [ChainStatus: Int] {
    cells.reduce(into: [:]) { $0.merge($1.chains, uniquingKeysWith: +) }
  }

  private static func parameter(
    _ path: String, among paths: [String], _ values: [JSONValue?]
  ) -> ParameterFacts {
    var distinct: [JSONValue] = []
    var seen: Set<String> = []
    for value in values.compactMap({ $0 }) where seen.insert(text(value)).inserted {
      distinct.append(value)
    }
    var numbers: [Double]? = distinct.compactMap { if case .number(let n) = $0 { n } else { nil } }
    if numbers?.count == distinct.count {
      numbers?.sort()
      distinct = numbers!.map { .number($0) }
    } else {
      numbers = nil
    }
    if values.contains(where: { $0 == nil }) { numbers = nil }
    return ParameterFacts(
      path: path, name: shortName(path, among: paths), values: distinct.map(text), numbers: numbers)
  }

  private static func shortName(_ path: String, among paths: [String]) -> String {
    let parts = path.split(separator: ".")
    for length in 1..<max(2, parts.count) {
      let name = parts.suffix(length).joined(separator: ".")
      if paths.count(where: { $0 == name || $0.hasSuffix(".\(name)") }) == 1 { return name }
    }
    return path
  }

  private static func label(_ values: [Int?], _ parameters: [ParameterFacts]) -> String? {
    let parts = zip(parameters, values).compactMap { parameter, value -> String? in
      guard let value else { return nil }
      let text = parameter.values[value]
      return parameter.numbers == nil && Double(text) == nil ? text : "\(parameter.name) \(text)"
    }
    return parts.isEmpty ? nil : parts.joined(separator: " · ")
  }

  /// A parameter's value on one line.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .boolean(let value): value ? "yes" : "no"
    case .number(let value): numberText(value, digits: 8)
    case .text(let value): value
    case .list(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    case .map(let values):
      "{" + values.sorted { $0.key < $1.key }.map { "\($0.key): \(text($0.value))" }
        .joined(separator: ", ") + "}"
    }
  }
}
