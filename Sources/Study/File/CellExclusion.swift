import Options

/// One entry of `exclude`: a cell in which every path has its value is dropped.
struct CellExclusion: Sendable {
  let position: SourcePosition
  let conditions: [CellAssignment]

  func drops(_ draft: CellDraft, in catalogue: Catalogue) -> Bool {
    conditions.allSatisfy { $0.holds(in: draft, catalogue) }
  }
}

extension CellAssignment {
  /// Whether the cell has this value at this path, written or by default.
  func holds(in draft: CellDraft, _ catalogue: Catalogue) -> Bool {
    CellAssignment.matches(value.value, found(in: draft, catalogue))
  }

  /// The cell's value at this path, written or by default; `nil` where it has none.
  func found(in draft: CellDraft, _ catalogue: Catalogue) -> OptionValue? {
    if let node = draft.tree.node(at: path.parts[...]) { return node.value }
    guard let (kind, option) = path.slot else {
      return StudyKeys.loop.first { $0.name == path.parts.last }?.defaultValue
    }
    guard let option else { return kind == .corrector ? .text("none") : nil }
    let parent = draft.tree.node(at: path.parts.dropLast()[...])
    let name = parent.flatMap { $0.text ?? $0["name"]?.value.text }
    return name.flatMap { catalogue.component(kind, named: $0) }?
      .options.first { $0.name == option }?.defaultValue
  }

  /// Whether a cell's value is the wanted one. A component given by its name matches whatever its
  /// options; a mapping matches when its entries do; 1 and 1.0 are the same.
  private static func matches(_ wanted: OptionValue, _ found: OptionValue?) -> Bool {
    guard let found else { return false }
    switch (wanted, found) {
    case (.integer(let a), .real(let b)): return Double(a) == b
    case (.real(let a), .integer(let b)): return a == Double(b)
    case (.text, .map(let entries)): return entries["name"] == wanted
    case (.map(let entries), .text): return entries == ["name": found]
    case (.map(let a), .map(let b)): return a.allSatisfy { matches($0.value, b[$0.key]) }
    case (.list(let a), .list(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { matches($0, $1) }
    default: return wanted == found
    }
  }
}

extension ValueDecoder {
  /// The entries of `exclude`.
  mutating func exclusions(_ node: StudyNode?, in catalogue: Catalogue) -> [CellExclusion] {
    guard let node else { return [] }
    guard let list = node.list else {
      expected("a list of mappings of paths to values", node, subject: "exclude")
      return []
    }
    var result: [CellExclusion] = []
    for child in list {
      guard let entries = child.entries, !entries.isEmpty else {
        expected("a mapping of paths to values", child, subject: "exclude")
        continue
      }
      var conditions: [CellAssignment] = []
      for entry in entries {
        guard let path = path(entry, of: "exclude", in: catalogue) else { continue }
        conditions.append(
          CellAssignment(path: path, keyPosition: entry.keyPosition, value: entry.value))
      }
      if conditions.count == entries.count {
        result.append(CellExclusion(position: child.position, conditions: conditions))
      }
    }
    return result
  }

  /// The cells that no exclusion drops. A condition that holds in no cell at all is a mistake: it
  /// would exclude nothing without saying so.
  mutating func remaining(
    _ drafts: [CellDraft], after exclusions: [CellExclusion], node: StudyNode?,
    in catalogue: Catalogue
  ) -> [CellDraft] {
    for condition in exclusions.flatMap(\.conditions)
    where !drafts.contains(where: { condition.holds(in: $0, catalogue) }) {
      var present: [String] = []
      for draft in drafts.prefix(1000) {
        guard let value = condition.found(in: draft, catalogue) else { continue }
        let shown = if case .text(let text) = value { text } else { value.canonicalJSON }
        if !present.contains(shown), present.count < 20 { present.append(shown) }
      }
      let found =
        present.isEmpty ? "none has a value there" : "found " + present.joined(separator: ", ")
      mistakes.add(
        condition.value.position,
        "exclude: no cell has '\(condition.path.text)' = \(condition.value.value.shown) "
          + "(\(excerpt(found, limit: 160)))")
    }
    let left = drafts.filter { draft in !exclusions.contains { $0.drops(draft, in: catalogue) } }
    if left.isEmpty, let node { mistakes.add(node.position, "exclude: every cell is excluded") }
    return left
  }
}
