/// A value as written in a study file, after its scalar type is known.
public enum OptionValue: Sendable, Hashable {
  case null
  case flag(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case list([OptionValue])
  case map([String: OptionValue])
}

extension OptionValue {
  /// The word used for this value's type in messages, e.g. `an integer`.
  public var typeName: String {
    switch self {
    case .null: "nothing"
    case .flag: "a flag (true or false)"
    case .integer: "an integer"
    case .real: "a real number"
    case .text: "text"
    case .list: "a list"
    case .map: "a mapping"
    }
  }

  /// The canonical JSON form: keys sorted, no white space, reals in their shortest round-trip form.
  ///
  /// Cell identities are hashes of this text, so it must never change for a given value.
  public var canonicalJSON: String {
    switch self {
    case .null: "null"
    case .flag(let flag): flag ? "true" : "false"
    case .integer(let integer): String(integer)
    case .real(let real): real.isFinite ? "\(real)" : "\"\(real)\""
    case .text(let text): OptionValue.quoted(text)
    case .list(let values): "[" + values.map(\.canonicalJSON).joined(separator: ",") + "]"
    case .map(let entries):
      "{"
        + entries.sorted { $0.key < $1.key }
        .map { OptionValue.quoted($0.key) + ":" + $0.value.canonicalJSON }
        .joined(separator: ",") + "}"
    }
  }

  /// `text` as a JSON string literal.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
