/// A text as one word of a shell: in single quotes, in which nothing is special but the quote itself.
///
/// - Throws: `BatchError.control` for a text with control characters, which have no business in a path
///   and would break the line.
func shellWord(_ text: String, of what: String) throws(BatchError) -> String {
  guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
    throw .control(what: what)
  }
  return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
