/// Text of a user's, safe to show on one line of a terminal: control characters are escaped and what
/// is beyond `limit` Unicode scalars is cut.
public func excerpt(_ text: String, limit: Int = 200) -> String {
  var result = ""
  for (index, scalar) in text.unicodeScalars.enumerated() {
    if index == limit { return result + "…" }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      result += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
