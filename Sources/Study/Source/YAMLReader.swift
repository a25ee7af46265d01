import Options
import Yams

/// Reads one YAML document into a `StudyNode`, strictly.
///
/// The parser is libyaml through Yams; its tree is walked here, because Yams' decoder gives no places,
/// accepts unknown keys and follows YAML 1.1. Anchors, aliases, tags, several documents, duplicate keys
/// and keys that are not text are refused.
struct YAMLReader {
  /// What bounds the work a text can cause.
  struct Limits {
    var bytes = 1 << 20
    var depth = 32
    var nodes = 10_000

    /// Study files, presets and `--set` values.
    static let study = Limits()
    /// Frozen plans, which hold every cell in full.
    static let plan = Limits(bytes: 256 << 20, depth: 32, nodes: 20_000_000)
  }

  private let source: SourceText
  private let limits: Limits
  private var nodes = 0
  private var mistakes = Mistakes()

  private init(_ source: SourceText, limits: Limits) {
    self.source = source
    self.limits = limits
  }

  /// The document; `nil` where the text holds none.
  ///
  /// - Throws: `StudyError` for anything that is not one plain YAML document within the limits.
  /// - Complexity: O(length of the text).
  static func read(
    _ source: SourceText, limits: Limits = .study
  ) throws(StudyError) -> StudyNode? {
    try LexicalGuard(source: source, depth: limits.depth).check()
    var reader = YAMLReader(source, limits: limits)
    let parser: Parser
    let root: Node?
    do {
      // The encoding is given because Yams otherwise looks into the environment; no tag resolution,
      // because the core schema is applied here.
      parser = try Parser(yaml: source.text, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch {
      throw reader.translated(error)
    }
    guard let root else { return nil }
    // The parser owns the anchors, nodes refer to them weakly.
    let result = withExtendedLifetime(parser) { reader.convert(root, depth: 1) }
    try reader.mistakes.throwIfAny()
    return result
  }

  private func place(_ mark: Mark?) -> SourcePosition {
    SourcePosition(source.origin, line: mark?.line ?? 0, column: mark?.column ?? 0)
  }

  /// The node with its places; `nil` where a mistake was added.
  private mutating func convert(_ node: Node, depth: Int) -> StudyNode? {
    let position = place(node.mark)
    nodes += 1
    guard nodes <= limits.nodes else {
      if nodes == limits.nodes + 1 { mistakes.add(position, "more than \(limits.nodes) values") }
      return nil
    }
    guard depth <= limits.depth else {
      mistakes.add(position, "nested deeper than \(limits.depth) levels")
      return nil
    }
    guard node.anchor == nil else {
      mistakes.add(position, LexicalGuard.aliasMessage)
      return nil
    }
    switch node {
    case .scalar(let scalar): return convert(scalar, at: position)
    case .sequence(let sequence):
      guard hasPlainTag(sequence.tag, position) else { return nil }
      let children = sequence.compactMap { convert($0, depth: depth + 1) }
      return StudyNode(content: .list(children), position: position)
    case .mapping(let mapping):
      guard hasPlainTag(mapping.tag, position) else { return nil }
      let entries = mapping.compactMap { convert(key: $0.key, value: $0.value, depth: depth) }
      return StudyNode(content: .map(entries), position: position)
    case .alias:
      mistakes.add(position, LexicalGuard.aliasMessage)
      return nil
    }
  }

  private mutating func convert(key: Node, value: Node, depth: Int) -> StudyNode.Entry? {
    let position = place(key.mark)
    guard case .scalar(let scalar) = key, key.anchor == nil else {
      mistakes.add(position, "expected a key that is text")
      return nil
    }
    // A key's tag has been resolved to text by Yams' comparison of keys.
    guard ["", Tag.Name.str.rawValue].contains(scalar.tag.rawValue) else {
      mistakes.add(
        position, "tags such as \(excerpt(scalar.tag.rawValue, limit: 60)) are not allowed")
      return nil
    }
    guard let child = convert(value, depth: depth + 1) else { return nil }
    return StudyNode.Entry(key: scalar.string, keyPosition: position, value: child)
  }

  private mutating func convert(_ scalar: Node.Scalar, at position: SourcePosition) -> StudyNode? {
    let tag = scalar.tag.rawValue
    if scalar.style == .plain {
      guard hasPlainTag(scalar.tag, position) else { return nil }
      guard let value = coreScalar(scalar.string) else {
        mistakes.add(position, "\(excerpt(scalar.string, limit: 60)) does not fit 64 bits")
        return nil
      }
      return StudyNode(content: .scalar(value), position: position)
    }
    guard ["", "!", Tag.Name.str.rawValue].contains(tag) else {
      mistakes.add(position, "tags such as \(excerpt(tag, limit: 60)) are not allowed")
      return nil
    }
    return StudyNode(content: .scalar(.text(scalar.string)), position: position)
  }

  private mutating func hasPlainTag(_ tag: Tag, _ position: SourcePosition) -> Bool {
    if tag.rawValue.isEmpty { return true }
    mistakes.add(position, "tags such as \(excerpt(tag.rawValue, limit: 60)) are not allowed")
    return false
  }

  /// A parser's error as a study's.
  private func translated(_ error: any Error) -> StudyError {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _):
      return StudyError(place(mark), "not YAML: \(YAMLReader.explained(problem))")
    case YamlError.composer(_, let problem, let mark, _):
      let several = problem.contains("another document")
      return StudyError(
        place(mark),
        several ? "expected one YAML document, found another" : "not YAML: \(excerpt(problem))")
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let first = place(context.mark)
      let second = repetition(of: key, after: context.mark)
      return StudyError(
        second ?? first,
        "duplicate key '\(excerpt(key, limit: 60))'"
          + (second == nil ? "" : " (first at \(first.line):\(first.column))"))
    default: return StudyError(place(nil), "not YAML: \(excerpt("\(error)"))")
    }
  }

  /// libyaml's words, with a remedy where beginners meet them.
  private static func explained(_ problem: String) -> String {
    switch problem {
    case "found character that cannot start any token":
      problem + " (a tab? indent with spaces; quote text that begins with @ ` or %)"
    case "mapping values are not allowed in this context":
      problem + " (quote text that holds ': ')"
    default: excerpt(problem)
    }
  }

  /// Yams names the first of two equal keys. In a block mapping the second is the next line that has
  /// the key in the same column: everything between is indented deeper or is a sibling.
  private func repetition(of key: String, after mark: Mark) -> SourcePosition? {
    let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard !key.isEmpty, mark.line >= 1 else { return nil }
    for index in lines.indices.dropFirst(mark.line) {
      let line = lines[index].unicodeScalars
      let indent = line.prefix(while: { $0 == " " }).count
      guard indent == mark.column - 1 else { continue }
      let body = String(line.dropFirst(indent))
      for spelling in [key, "\"\(key)\"", "'\(key)'"] where body.hasPrefix(spelling) {
        if body.dropFirst(spelling.count).drop(while: { $0 == " " }).first == ":" {
          return SourcePosition(source.origin, line: index + 1, column: mark.column)
        }
      }
    }
    return nil
  }
}
