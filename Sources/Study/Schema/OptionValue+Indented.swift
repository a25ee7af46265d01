import Options

extension OptionValue {
  /// JSON with keys sorted and two spaces a level; short lists of scalars stay on one line.
  public var indentedJSON: String { indented("") }

  private func indented(_ margin: String) -> String {
    let inner = margin + "  "
    switch self {
    case .list(let values) where values.contains { $0.isNested }:
      let lines = values.map { inner + $0.indented(inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + margin + "]"
    case .list(let values): return "[" + values.map(\.canonicalJSON).joined(separator: ", ") + "]"
    case .map(let entries) where !entries.isEmpty:
      let lines = entries.sorted { $0.key < $1.key }
        .map { inner + OptionValue.quoted($0.key) + ": " + $0.value.indented(inner) }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + margin + "}"
    default: return canonicalJSON
    }
  }

  private var isNested: Bool {
    switch self {
    case .list, .map: true
    default: false
    }
  }
}
