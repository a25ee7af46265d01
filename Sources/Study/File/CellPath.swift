import Options

/// A dotted path into a cell, e.g. `dataset`, `model.components`, `loop.policy.alpha`, `loop.bias`.
struct CellPath: Sendable, Hashable {
  let text: String
  let parts: [String]

  /// - Returns: `nil` where the path cannot name anything; an option that only some components have
  ///   is accepted, cells without it then report it.
  init?(_ text: String, in catalogue: Catalogue) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let (kind, option) = CellPath.slot(parts) else {
      let isPlain = parts.count == 2 && parts[0] == "loop"
      guard isPlain, StudyKeys.loop.contains(where: { $0.name == parts[1] }) else { return nil }
      (self.text, self.parts) = (text, parts)
      return
    }
    if let option, option != "name" {
      let known = catalogue.all(kind).contains { $0.options.contains { $0.name == option } }
      guard known else { return nil }
    }
    (self.text, self.parts) = (text, parts)
  }

  /// The component a path is in and the option of it, if it names one.
  private static func slot(_ parts: [String]) -> (ComponentKind, option: String?)? {
    for (prefix, kind) in slots where parts.starts(with: prefix) {
      let rest = parts.dropFirst(prefix.count)
      if rest.count <= 1 { return (kind, rest.first) }
    }
    return nil
  }

  /// The components of a cell and where they are in it.
  static let slots: [([String], ComponentKind)] = [
    (["dataset"], .dataset), (["model"], .model), (["loop", "policy"], .policy),
    (["loop", "corrector"], .corrector),
  ]

  /// The component this path is in and the option of it; `nil` for the loop's own keys.
  var slot: (ComponentKind, option: String?)? { CellPath.slot(parts) }

  /// Whether what this path names is `other` or holds it.
  func contains(_ other: CellPath) -> Bool { other.parts.starts(with: parts) }

  /// Every path, for suggestions.
  static func all(in catalogue: Catalogue) -> [String] {
    var paths: [String] = []
    for (prefix, kind) in slots {
      let slot = prefix.joined(separator: ".")
      paths.append(slot)
      for component in catalogue.all(kind) {
        for option in component.options where !paths.contains("\(slot).\(option.name)") {
          paths.append("\(slot).\(option.name)")
        }
      }
    }
    return paths + StudyKeys.loop.map { "loop.\($0.name)" }
  }
}

extension ValueDecoder {
  /// The path of a `matrix`, `zip` or `exclude` entry.
  mutating func path(
    _ entry: StudyNode.Entry, of subject: String, in catalogue: Catalogue
  ) -> CellPath? {
    if let path = CellPath(entry.key, in: catalogue) { return path }
    if ["generations", "seeds", "seed", "metrics", "keep", "resources"].contains(entry.key) {
      mistakes.add(
        entry.keyPosition,
        "'\(entry.key)' is the same for all cells of a study and cannot stand in \(subject)")
      return nil
    }
    let valid = CellPath.all(in: catalogue)
    var message = "\(subject): '\(excerpt(entry.key, limit: 60))' names no parameter of a cell"
    if let near = nearest(to: entry.key, in: valid).first {
      message += "; did you mean '\(near)'?"
    } else {
      message += " (e.g. " + valid.prefix(4).joined(separator: ", ") + ", loop.bias)"
    }
    mistakes.add(entry.keyPosition, message)
    return nil
  }
}
