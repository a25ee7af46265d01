import Options

/// A value of a study with the place it was written at: what the YAML reader makes and all decoding
/// starts from.
struct StudyNode: Sendable {
  struct Entry: Sendable {
    var key: String
    var keyPosition: SourcePosition
    var value: StudyNode
  }

  enum Content: Sendable {
    case scalar(OptionValue)
    case list([StudyNode])
    /// In the order written; keys are unique.
    case map([Entry])
  }

  var content: Content
  var position: SourcePosition
}

extension StudyNode {
  /// The value without its places.
  var value: OptionValue {
    switch content {
    case .scalar(let value): value
    case .list(let nodes): .list(nodes.map(\.value))
    case .map(let entries):
      .map(Dictionary(entries.map { ($0.key, $0.value.value) }, uniquingKeysWith: { $1 }))
    }
  }

  var entries: [Entry]? { if case .map(let entries) = content { entries } else { nil } }
  var list: [StudyNode]? { if case .list(let nodes) = content { nodes } else { nil } }
  var text: String? { if case .scalar(.text(let text)) = content { text } else { nil } }
  var isNull: Bool { if case .scalar(.null) = content { true } else { false } }

  /// The entry of a key; `nil` where this is no mapping or has no such key.
  subscript(key: String) -> Entry? { entries?.first { $0.key == key } }

  /// The node at a path of keys. A component given by its bare name counts as a mapping with `name`.
  func node(at path: ArraySlice<String>) -> StudyNode? {
    guard let key = path.first else { return self }
    if let entry = self[key] { return entry.value.node(at: path.dropFirst()) }
    return key == "name" && path.count == 1 && text != nil ? self : nil
  }

  /// This node with `value` at a path of keys. Mappings on the way are made where they are missing; a
  /// component given by its bare name becomes a mapping with `name`.
  func setting(
    _ path: ArraySlice<String>, to value: StudyNode, keyPosition: SourcePosition
  ) -> StudyNode {
    guard let key = path.first else { return value }
    var entries: [Entry] = []
    switch content {
    case .map(let existing): entries = existing
    case .scalar(.text): entries = [Entry(key: "name", keyPosition: position, value: self)]
    case .scalar, .list: break
    }
    if let index = entries.firstIndex(where: { $0.key == key }) {
      let old = entries[index].value
      entries[index].value = old.setting(path.dropFirst(), to: value, keyPosition: keyPosition)
      entries[index].keyPosition = keyPosition
    } else {
      let empty = StudyNode(content: .map([]), position: keyPosition)
      let inner = empty.setting(path.dropFirst(), to: value, keyPosition: keyPosition)
      entries.append(Entry(key: key, keyPosition: keyPosition, value: inner))
    }
    return StudyNode(content: .map(entries), position: position)
  }
}
