/// Why a value does not fit an option.
public struct OptionMismatch: Error, Sendable, Hashable {
  /// What the option accepts, e.g. `a real number in (0, 1]`.
  public let expected: String
  /// What was given, e.g. `text "high"`.
  public let found: String
  /// The valid names nearest to a misspelt choice, best first; empty where there is none.
  public let suggestions: [String]
}

extension OptionKind {
  /// The value in the form the option stores, or the mismatch.
  ///
  /// An integer is accepted where a real number is expected and becomes one. Nothing else converts.
  public func resolve(_ value: OptionValue) -> Result<OptionValue, OptionMismatch> {
    switch (self, value) {
    case (.integer(let range), .integer(let integer)) where range.contains(integer):
      return .success(value)
    case (.real(let range), .real(let real)) where range.contains(real):
      return .success(value)
    case (.real(let range), .integer(let integer)) where range.contains(Double(integer)):
      return .success(.real(Double(integer)))
    case (.flag, .flag):
      return .success(value)
    case (.choice(let names), .text(let name)) where names.contains(name):
      return .success(value)
    case (.text(let maximumLength), .text(let text)) where text.unicodeScalars.count <= maximumLength:
      return .success(value)
    case (.path, .text(let text)) where !text.isEmpty && !text.unicodeScalars.contains("\0"):
      return .success(value)
    case (.list(let kind), .list(let values)):
      var resolved: [OptionValue] = []
      for element in values {
        switch kind.resolve(element) {
        case .success(let one): resolved.append(one)
        case .failure(let mismatch): return .failure(mismatch)
        }
      }
      return .success(.list(resolved))
    case (.either(let first, let second), _):
      if case .success(let resolved) = first.resolve(value) { return .success(resolved) }
      if case .success(let resolved) = second.resolve(value) { return .success(resolved) }
    default: break
    }
    var suggestions: [String] = []
    if case .text(let name) = value { suggestions = nearest(to: name, in: choices) }
    return .failure(
      OptionMismatch(expected: description, found: value.shown, suggestions: suggestions))
  }

  /// The names this kind lists, through either side.
  public var choices: [String] {
    switch self {
    case .choice(let names): names
    case .either(let first, let second): first.choices + second.choices
    case .list(let kind): kind.choices
    default: []
    }
  }

  /// What is accepted, in words.
  public var description: String {
    switch self {
    case .integer(let range):
      switch (range.lowerBound, range.upperBound) {
      case (.min, .max): "an integer"
      case (let lower, .max): "an integer of at least \(lower)"
      case (let lower, let upper): "an integer from \(lower) to \(upper)"
      }
    case .real(let range): range == .any ? "a real number" : "a real number in \(range.shown)"
    case .flag: "true or false"
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .text(let maximumLength): "text of at most \(maximumLength) characters"
    case .path: "a path"
    case .list(let kind): "a list, each \(kind.description)"
    case .either(let first, let second): first.description + " or " + second.description
    }
  }
}

extension RealRange {
  /// The range in interval notation.
  public var shown: String {
    func end(_ value: Double) -> String {
      if value.isInfinite { return value < 0 ? "-∞" : "∞" }
      // Whole numbers without the ".0"; beyond 2^53 the shortest form is an exponent anyway.
      return abs(value) < 0x1p53 && value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
    return (includesLower ? "[" : "(") + end(lower) + ", " + end(upper) + (includesUpper ? "]" : ")")
  }
}

extension OptionValue {
  /// The value with its type, cut to a length that fits a message and safe to show on a terminal.
  public var shown: String {
    let body = canonicalJSON
    let cut = excerpt(body, limit: body.unicodeScalars.count > 60 ? 57 : 60)
    switch self {
    case .null: return "nothing"
    case .flag, .list, .map: return "\(typeName) \(cut)"
    case .integer, .real: return cut
    case .text: return "text \(cut)"
    }
  }
}
