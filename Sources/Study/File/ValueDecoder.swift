import Options

/// Turns nodes into checked values; mistakes are gathered, not thrown, so that one reading reports all.
struct ValueDecoder {
  var mistakes = Mistakes()

  /// The value of a declared option, or its default where `node` is `nil`.
  ///
  /// - Parameter subject: what the option belongs to, e.g. `option 'alpha' of policy 'mixture'`.
  mutating func value(_ spec: OptionSpec, _ node: StudyNode?, subject: String) -> OptionValue? {
    guard let node else { return spec.defaultValue }
    switch spec.kind.resolve(node.value) {
    case .success(let value): return value
    case .failure:
      let (place, mismatch) = culprit(spec.kind, node)
      var message = "\(subject): expected \(mismatch.expected)"
      if let unit = spec.unit { message += " (\(unit))" }
      message += ", found \(mismatch.found)"
      if let near = mismatch.suggestions.first { message += "; did you mean '\(near)'?" }
      mistakes.add(place, message)
      return nil
    }
  }

  /// The innermost node that does not fit: an element of a list rather than the list.
  private func culprit(
    _ kind: OptionKind, _ node: StudyNode
  ) -> (SourcePosition, OptionMismatch) {
    if let nodes = node.list, let element = kind.element {
      for child in nodes {
        if case .failure = element.resolve(child.value) { return culprit(element, child) }
      }
    }
    guard case .failure(let mismatch) = kind.resolve(node.value) else {
      preconditionFailure("a list of fitting elements does not fit")
    }
    return (node.position, mismatch)
  }

  /// The entries of a mapping whose keys are all known; unknown ones are mistakes. `nil` where the
  /// node is no mapping.
  mutating func mapping(
    _ node: StudyNode, keys: [String], subject: String
  ) -> [String: StudyNode]? {
    guard let entries = node.entries else {
      expected("a mapping", node, subject: subject)
      return nil
    }
    var known: [String: StudyNode] = [:]
    for entry in entries {
      if keys.contains(entry.key) {
        known[entry.key] = entry.value
      } else {
        unknown("key", entry.key, of: subject, at: entry.keyPosition, valid: keys)
      }
    }
    return known
  }

  mutating func expected(_ what: String, _ node: StudyNode, subject: String) {
    mistakes.add(node.position, "\(subject): expected \(what), found \(node.value.shown)")
  }

  /// A name that is not in a list of valid ones: suggests the nearest, or lists them all.
  mutating func unknown(
    _ what: String, _ name: String, of subject: String, at position: SourcePosition,
    valid: [String]
  ) {
    var message = "unknown \(what) '\(excerpt(name, limit: 60))'"
    if !subject.isEmpty { message += " in \(subject)" }
    if let near = nearest(to: name, in: valid).first {
      message += "; did you mean '\(near)'?"
    }
    if valid.isEmpty {
      message += " (there are none)"
    } else {
      message += " (valid: " + excerpt(valid.joined(separator: ", "), limit: 200) + ")"
    }
    mistakes.add(position, message)
  }
}

extension OptionKind {
  /// The kind of a list's elements, through either side.
  fileprivate var element: OptionKind? {
    switch self {
    case .list(let kind): kind
    case .either(let first, let second): first.element ?? second.element
    default: nil
    }
  }
}
