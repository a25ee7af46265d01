import Foundation

/// Input that is wrong in one way, how it is given to the command, and what must be said.
struct MalformedCase {
  enum Change: Sendable {
    /// A file beside the study.
    case file(String, Data)
    /// Bytes of a file of a finished run, replaced.
    case run(String, @Sendable (Data) -> Data)
  }

  let name: String
  let study: String
  let more: [String]
  let changes: [Change]
  let said: [String]
  let statuses: Set<Int32>

  init(
    _ name: String, study: String = sound, _ more: [String] = [], _ changes: [Change] = [], says said: [String],
    status: Int32...
  ) {
    self.name = name
    self.study = study
    self.more = more
    self.changes = changes
    self.said = said
    statuses = Set(status)
  }

  /// A study, one key a line.
  static let sound = """
    study: sound
    dataset: {name: gaussian, dimension: 2, samples: 20}
    model: kernel-density
    loop: {policy: replace}
    generations: 2
    seeds: 0..<2
    metrics: [moments]

    """

  /// The study with a data set of the user's.
  static func reading(_ dataset: String) -> String {
    sound.replacing("{name: gaussian, dimension: 2, samples: 20}", with: dataset)
  }

  static let all = texts + overrides + MalformedCase.arrays + MalformedCase.images + MalformedCase.records
}

extension MalformedCase {
  /// A line of the sound study replaced, or a text of its own, and where and what the mistake is.
  private static func text(_ name: String, _ text: String, _ said: String..., status: Int32 = 78) -> MalformedCase {
    MalformedCase("study: \(name)", study: text, says: said, status: status)
  }

  private static func line(_ number: Int, _ text: String) -> String {
    var lines = sound.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[number - 1] = text
    return lines.joined(separator: "\n")
  }

  fileprivate static let texts: [MalformedCase] = [
    text("tab for an indent", line(4, "loop:\n\tpolicy: replace"), "s.yaml:5:1", "tab"),
    text("two documents", sound + "---\nstudy: other\n", "s.yaml:8:1", "one YAML document"),
    text("tag", line(5, "generations: !!int 2"), "s.yaml:5:14", "tags"),
    text("alias", line(3, "model: &m kernel-density\nnotes: *m"), "s.yaml:3:8", "aliases"),
    text("merge key", line(4, "loop: {<<: {policy: replace}}"), "s.yaml:4:8", "<<"),
    text("number for a key", line(7, "metrics: [moments]\n3: 4"), "s.yaml:8:1", "unknown key '3'"),
    text("list for a key", line(7, "metrics: [moments]\n? [a]\n: b"), "s.yaml:8:3", "a key that is text"),
    text("integer of 65 bits", line(5, "generations: 36893488147419103232"), "s.yaml:5:14", "64 bits"),
    text("octal of the past", line(5, "generations: 1_000"), "s.yaml:5:14", "an integer"),
    text("reversed range", line(6, "seeds: 5..<2"), "s.yaml:6:8", "none"),
    text("range of 2⁶³", line(6, "seeds: 0..<9223372036854775807"), "s.yaml:6:8", "a range"),
    text("a seed twice", line(6, "seeds: [1, 2, 1]"), "s.yaml:6:15", "given twice"),
    text("a million seeds too many", line(6, "seeds: 0..<2000000"), "s.yaml:6:8", "1000000"),
    text("40 levels", line(4, "loop: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)), "s.yaml:4:", "deeper than 32"),
    text("5,000 brackets", line(4, "loop: " + String(repeating: "[", count: 5000)), "s.yaml:4:", "deeper than 32"),
    text("20,000 values", line(7, "metrics: [" + String(repeating: "a,", count: 20_000) + "a]"), "s.yaml:7:", "more than 10000 values"),
    text("more than a mebibyte", sound + "#" + String(repeating: " ", count: 1 << 20), "1048576 bytes", status: 65),
    text("unclosed quote", line(3, "model: \"kernel-density"), "s.yaml:", "not YAML"),
    text("unknown escape", line(3, "model: \"kernel\\qdensity\""), "s.yaml:3:", "not YAML"),
    text("bell", "study: a\u{7}b\n", "s.yaml:1:9", "U+7", status: 65),
    text("million cells", line(7, "metrics: [moments]\nmatrix: {" + ["loop.bias", "dataset.samples", "dataset.dimension", "generations"].dropLast().map { "\($0): [\((1...99).map { $0 == 1 ? "1" : "\(Double($0) / 100)" }.joined(separator: ", "))]" }.joined(separator: ", ") + "}"), "s.yaml:8:"),
    text("published without a value", line(7, "metrics: [moments]\npublished: [{metric: a, generation: 1}]"), "s.yaml:8:13", "published.value"),
    text("meaning of collapse", line(7, "metrics: [moments]\ncollapse: {definitions: [doom]}"), "s.yaml:8:", "doom"),
    text("name of a study", line(1, "study: ../x"), "s.yaml:1:8", "a name of at most 64"),
  ]

  fileprivate static let overrides: [MalformedCase] = [
    ("nothing", "", 64), ("no value", "loop.bias", 64), ("no path", "=1", 64), ("two dots", "loop..bias=1", 64),
    ("nine parts", "a.b.c.d.e.f.g.h.i=1", 64), ("open bracket", "metrics=[moments", 78), ("unknown key", "loops.bias=1", 78),
    ("out of range", "loop.bias=7", 78), ("not UTF-8 in spirit", "study=\u{fffd}", 78), ("alias", "metrics=*a", 78),
    ("unknown option", "dataset.dimensions=3", 78), ("two documents", "seeds=1\n--- 2", 78), ("control", "notes=\u{7}", 65),
  ].map { name, text, status in
    MalformedCase("--set: \(name)", ["--set", text], says: ["--set"], status: Int32(status))
  }
}
