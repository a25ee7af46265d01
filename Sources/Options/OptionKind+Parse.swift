extension OptionKind {
  /// The value that a word of a command line stands for: numbers as in Swift, lists with commas
  /// between their elements. What cannot be read stays text, which `resolve` then refuses.
  public func parse(_ word: String) -> OptionValue {
    switch self {
    case .integer: Int(word).map { .integer($0) } ?? .text(word)
    case .real: Double(word).map { .real($0) } ?? .text(word)
    case .flag: Bool(word).map { .flag($0) } ?? .text(word)
    case .choice, .text, .path: .text(word)
    case .list(let kind):
      .list(word.split(separator: ",", omittingEmptySubsequences: false).map { kind.parse(String($0)) })
    case .either(let first, let second):
      if case .success = first.resolve(first.parse(word)) { first.parse(word) } else { second.parse(word) }
    }
  }
}
