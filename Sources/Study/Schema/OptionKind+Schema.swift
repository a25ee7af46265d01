import Options

extension OptionKind {
  /// The JSON Schema (draft-07) of the values this kind accepts.
  var schema: [String: OptionValue] {
    switch self {
    case .integer(let range):
      var schema: [String: OptionValue] = ["type": .text("integer")]
      if range.lowerBound != .min { schema["minimum"] = .integer(range.lowerBound) }
      if range.upperBound != .max { schema["maximum"] = .integer(range.upperBound) }
      return schema
    case .real(let range):
      var schema: [String: OptionValue] = ["type": .text("number")]
      if range.lower.isFinite {
        schema[range.includesLower ? "minimum" : "exclusiveMinimum"] = .real(range.lower)
      }
      if range.upper.isFinite {
        schema[range.includesUpper ? "maximum" : "exclusiveMaximum"] = .real(range.upper)
      }
      return schema
    case .flag: return ["type": .text("boolean")]
    case .choice(let names): return ["enum": .list(names.map { .text($0) })]
    case .text(let maximumLength):
      return ["type": .text("string"), "maxLength": .integer(maximumLength)]
    case .path: return ["type": .text("string"), "minLength": .integer(1)]
    case .list(let kind): return ["type": .text("array"), "items": .map(kind.schema)]
    case .either: return ["anyOf": .list(alternatives.map { .map($0.schema) })]
    }
  }

  /// The kinds of nested `either`s side by side.
  private var alternatives: [OptionKind] {
    if case .either(let first, let second) = self {
      first.alternatives + second.alternatives
    } else {
      [self]
    }
  }
}

extension OptionSpec {
  /// The schema of this option: type, range, default, help and unit.
  var schema: OptionValue {
    var schema = kind.schema
    schema["description"] = .text(unit.map { "\(help) Unit: \($0)." } ?? help)
    if let unit { schema["x-unit"] = .text(unit) }
    if let defaultValue, defaultValue != .null { schema["default"] = defaultValue }
    return .map(schema)
  }
}

extension Component {
  /// The schema of this component as a mapping of `name` and options.
  fileprivate var schema: OptionValue {
    var properties: [String: OptionValue] = ["name": .map(["const": .text(name)])]
    for option in options { properties[option.name] = option.schema }
    let mandatory = options.filter { $0.defaultValue == nil }.map(\.name)
    let about = source.isEmpty ? summary : "\(summary) (\(source))"
    return .map([
      "type": .text("object"), "description": .text(about), "additionalProperties": .flag(false),
      "properties": .map(properties), "required": .list((["name"] + mandatory).map { .text($0) }),
    ])
  }
}

extension Catalogue {
  /// The schema of a component of a kind: its name, where no option is mandatory, or a mapping.
  func schema(_ kind: ComponentKind) -> OptionValue {
    // An empty anyOf is no valid schema; nothing can be named then.
    guard !all(kind).isEmpty else { return .flag(false) }
    let bare = all(kind).filter { $0.options.allSatisfy { $0.defaultValue != nil } }
    let names = OptionValue.map([
      "enum": .list(bare.map { .text($0.name) }),
      "description": .text("The name of a \(kind.noun), with all options at their defaults."),
    ])
    return .map(["anyOf": .list((bare.isEmpty ? [] : [names]) + all(kind).map(\.schema))])
  }
}
