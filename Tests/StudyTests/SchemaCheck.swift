import Foundation
import Options

/// The mistakes of a value under the part of JSON Schema draft-07 that the study schema uses; written
/// from the specification, independent of the decoder.
func schemaMistakes(
  _ value: OptionValue, _ schema: OptionValue, root: OptionValue, at path: String = "$"
)
  -> [String]
{
  guard case .map(let rules) = schema else {
    return schema == .flag(false) ? ["\(path): nothing is allowed here"] : []
  }
  var mistakes: [String] = []
  for (rule, argument) in rules.sorted(by: { $0.key < $1.key }) {
    switch (rule, argument) {
    case ("$ref", .text(let reference)):
      var target = root
      for part in reference.split(separator: "/").dropFirst() {
        if case .map(let entries) = target { target = entries[String(part)] ?? .flag(false) }
      }
      mistakes += schemaMistakes(value, target, root: root, at: path)
    case ("type", .text(let type)):
      if !isOfType(value, type) { mistakes.append("\(path): not of type \(type)") }
    case ("enum", .list(let values)):
      if !values.contains(value) { mistakes.append("\(path): not in the enumeration") }
    case ("const", _): if value != argument { mistakes.append("\(path): not the constant") }
    case ("anyOf", .list(let schemas)):
      let branches = schemas.map { schemaMistakes(value, $0, root: root, at: path) }
      if !branches.contains([]) { mistakes += branches.min { $0.count < $1.count } ?? [path] }
    case ("pattern", .text(let pattern)):
      if case .text(let text) = value, text.range(of: pattern, options: .regularExpression) == nil {
        mistakes.append("\(path): does not match \(pattern)")
      }
    default:
      mistakes += boundMistakes(value, rule, argument, path)
      mistakes += childMistakes(value, rule, argument, rules, root, path)
    }
  }
  return mistakes
}

private func isOfType(_ value: OptionValue, _ type: String) -> Bool {
  switch (type, value) {
  case ("object", .map), ("array", .list), ("string", .text), ("boolean", .flag), ("null", .null),
    ("integer", .integer), ("number", .integer), ("number", .real):
    true
  default: false
  }
}

private func number(_ value: OptionValue) -> Double? {
  switch value {
  case .integer(let integer): Double(integer)
  case .real(let real): real
  default: nil
  }
}

private func boundMistakes(
  _ value: OptionValue, _ rule: String, _ argument: OptionValue, _ path: String
)
  -> [String]
{
  guard let bound = number(argument) else { return [] }
  var length: Double?
  switch value {
  case .text(let text): length = Double(text.unicodeScalars.count)
  case .list(let values): length = Double(values.count)
  default: break
  }
  let isBroken: Bool =
    switch rule {
    case "minimum": number(value).map { $0 < bound } ?? false
    case "maximum": number(value).map { $0 > bound } ?? false
    case "exclusiveMinimum": number(value).map { $0 <= bound } ?? false
    case "exclusiveMaximum": number(value).map { $0 >= bound } ?? false
    case "minLength", "minItems": length.map { $0 < bound } ?? false
    case "maxLength": length.map { $0 > bound } ?? false
    default: false
    }
  return isBroken ? ["\(path): breaks \(rule) \(bound)"] : []
}

private func childMistakes(
  _ value: OptionValue, _ rule: String, _ argument: OptionValue, _ rules: [String: OptionValue],
  _ root: OptionValue, _ path: String
) -> [String] {
  switch (rule, argument, value) {
  case ("items", _, .list(let values)):
    return values.enumerated().flatMap {
      schemaMistakes($0.element, argument, root: root, at: "\(path)[\($0.offset)]")
    }
  case ("properties", .map(let schemas), .map(let entries)):
    return entries.sorted { $0.key < $1.key }.flatMap { key, child in
      schemas[key].map { schemaMistakes(child, $0, root: root, at: "\(path).\(key)") } ?? []
    }
  case ("required", .list(let names), .map(let entries)):
    return names.compactMap { name in
      guard case .text(let key) = name, entries[key] == nil else { return nil }
      return "\(path): \(key) is missing"
    }
  case ("additionalProperties", .flag(false), .map(let entries)):
    guard case .map(let known)? = rules["properties"] else { return [] }
    return entries.keys.filter { known[$0] == nil }.sorted().map { "\(path): \($0) is not known" }
  case ("uniqueItems", .flag(true), .list(let values)):
    return Set(values).count == values.count ? [] : ["\(path): not unique"]
  default: return []
  }
}
