/// One mistake in a study, at a place.
public struct StudyMistake: Sendable, Hashable, CustomStringConvertible {
  public let position: SourcePosition
  public let message: String

  public init(_ position: SourcePosition, _ message: String) {
    self.position = position
    self.message = message
  }

  /// `file:line:column: message`, one line.
  public var description: String { "\(position): \(message)" }
}

/// A study that cannot be used: every mistake found, in the order of the text.
public struct StudyError: Error, Sendable, CustomStringConvertible {
  /// The mistakes, at most `Mistakes.limit` of them.
  public let mistakes: [StudyMistake]
  /// Mistakes found beyond those listed.
  public let omitted: Int
  /// 78: a text that is not a valid study. 65: not a text file of a study's size at all (a directory,
  /// a device, not UTF-8, control characters, more than 1 MiB), or a malformed plan. 66: there is no
  /// such file, or it cannot be opened. 64: a `--set` that is not `path=value`.
  public let exitCode: Int32

  public init(_ mistakes: [StudyMistake], omitted: Int = 0, exitCode: Int32 = 78) {
    self.mistakes = mistakes
    self.omitted = omitted
    self.exitCode = exitCode
  }

  public init(_ position: SourcePosition, _ message: String, exitCode: Int32 = 78) {
    self.init([StudyMistake(position, message)], exitCode: exitCode)
  }

  /// One line a mistake.
  public var description: String {
    let lines = mistakes.map(\.description)
    return (omitted > 0 ? lines + ["and \(omitted) more"] : lines).joined(separator: "\n")
  }

  /// The same mistakes with another exit code.
  func exiting(_ exitCode: Int32) -> StudyError {
    StudyError(mistakes, omitted: omitted, exitCode: exitCode)
  }
}

/// Gathers independent mistakes, so that one reading of a study reports them all.
struct Mistakes {
  /// How many mistakes one error lists.
  static let limit = 20

  private var found: [StudyMistake] = []
  private var known: Set<StudyMistake> = []

  var isEmpty: Bool { found.isEmpty }

  /// Adds a mistake; the same one at the same place (met in several cells) is added once.
  mutating func add(_ position: SourcePosition, _ message: String) {
    let mistake = StudyMistake(position, message)
    if known.insert(mistake).inserted { found.append(mistake) }
  }

  mutating func add(contentsOf error: StudyError) {
    for mistake in error.mistakes { add(mistake.position, mistake.message) }
  }

  /// - Throws: `StudyError` when there is a mistake.
  func throwIfAny() throws(StudyError) {
    if found.isEmpty { return }
    let sorted = found.enumerated().sorted {
      ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
    }
    .map(\.element)
    throw StudyError(
      Array(sorted.prefix(Mistakes.limit)), omitted: max(0, sorted.count - Mistakes.limit))
  }
}
