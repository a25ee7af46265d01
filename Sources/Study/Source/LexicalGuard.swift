/// Refuses, before parsing, the two texts whose parsing itself is expensive: nested aliases (expanded
/// when Yams compares keys, exponential in their number) and very deep brackets (libyaml's cost of a
/// token is linear in the depth).
///
/// This is no parser: it only bounds the work. What it lets pass is refused precisely, at its place,
/// by the reader; what it refuses has hundreds of brackets or dozens of aliases and is no study.
struct LexicalGuard {
  static let aliasMessage =
    "anchors and aliases (&name, *name) are not allowed: write the value out"
  /// Work, in bytes, that expanding the aliases of a harmless text may amount to.
  private static let expansionBudget = 1e7

  let source: SourceText
  /// Levels of nesting the reader accepts.
  let depth: Int

  /// - Throws: `StudyError` at the first anchor or at the bracket that goes too deep.
  /// - Complexity: O(length of the text).
  func check() throws(StudyError) {
    let bytes = Array(source.text.utf8)
    var names: Set<ArraySlice<UInt8>> = []
    var anchors = 0
    var first: Int?
    var references = 0
    var brackets = 0
    var previous: UInt8 = 0x0a
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x5b, 0x7b:  // [ {
        brackets += 1
        // Brackets in text count too, hence the distance to the reader's own limit.
        if brackets > 4 * depth + 64 {
          throw StudyError(position(of: index, in: bytes), "nested deeper than \(depth) levels")
        }
      case 0x5d, 0x7d: brackets = max(0, brackets - 1)
      case 0x26, 0x2a:  // & *
        guard LexicalGuard.separators.contains(previous) else { break }
        let name = bytes[(index + 1)...].prefix { !LexicalGuard.separators.contains($0) }
        if name.isEmpty { break }
        if byte == 0x26 {
          first = first ?? index
          anchors += 1
          names.insert(name)
        } else if names.contains(name) {
          references += 1
        }
      default: break
      }
      previous = byte
    }
    guard let first, references > 0 else { return }
    // R references over K levels expand to at most (1 + R/K)^K times the text.
    let levels = min(anchors, references)
    var expansion = Double(bytes.count)
    for _ in 0..<levels where expansion <= LexicalGuard.expansionBudget {
      expansion *= 1 + Double(references) / Double(levels)
    }
    if expansion > LexicalGuard.expansionBudget {
      throw StudyError(position(of: first, in: bytes), LexicalGuard.aliasMessage)
    }
  }

  /// Bytes an anchor or alias can follow and that end its name: white space and flow indicators.
  private static let separators: Set<UInt8> = [
    0x20, 0x09, 0x0a, 0x0d, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c,
  ]

  private func position(of index: Int, in bytes: [UInt8]) -> SourcePosition {
    let before = bytes[..<index]
    let line = before.reduce(1) { $1 == 0x0a ? $0 + 1 : $0 }
    let start = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    // Continuation bytes are no characters of their own.
    let column = bytes[start..<index].reduce(1) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }
    return SourcePosition(source.origin, line: line, column: column)
  }
}
