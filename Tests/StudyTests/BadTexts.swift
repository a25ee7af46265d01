/// Texts that are no YAML document of the accepted form.
let badTexts: [BadStudy] = [
  BadStudy("empty file", "", "1:1", "the study is empty"),
  BadStudy("only a comment", "# nothing\n", "1:1", "the study is empty"),
  BadStudy("null document", "~\n", "1:1", "the study is empty"),
  BadStudy("a scalar", "hello\n", "1:1", "expected a mapping"),
  BadStudy("a list", "- a\n- b\n", "1:1", "expected a mapping"),
  BadStudy(
    "binary junk", bytes: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0xff], "1:9", "not UTF-8", 65),
  BadStudy("NUL", edited(1, "study: de\0mo"), "1:10", "unexpected character U+0", 65),
  BadStudy(
    "escape character", edited(1, "study: \u{1b}[31m"), "1:8", "unexpected character U+1B", 65),
  BadStudy("Latin-1", bytes: Array("study: caf".utf8) + [0xe9, 0x0a], "1:11", "not UTF-8", 65),
  BadStudy("UTF-16", bytes: [0xff, 0xfe, 0x73, 0, 0x74, 0], "1:1", "not UTF-8", 65),
  BadStudy("overlong UTF-8", bytes: [0x61, 0x3a, 0x20, 0xc0, 0x80], "1:4", "not UTF-8", 65),
  BadStudy(
    "huge", String(repeating: "# padding\n", count: 110_000), "", "at most 1048576 bytes", 65),
  BadStudy("tab indent", edited(5, "\tpolicy: replace"), "5:1", "indent with spaces"),
  BadStudy("unclosed bracket", edited(9, "metrics: [moments"), "10:1", "not YAML"),
  BadStudy("unclosed quote", edited(1, "study: \"demo"), "10:1", "not YAML"),
  BadStudy("colon in text", edited(1, "study: a: b"), "1:9", "quote text that holds"),
  BadStudy("bad indent", edited(6, " samples: 20"), "6:2", "not YAML"),
  BadStudy("two documents", edited() + "---\nstudy: b\n", "10:1", "found another"),
  BadStudy(
    "duplicate key", edited(adding: "seeds: 0..<5"), "10:1", "duplicate key 'seeds' (first at 8:1)"),
  BadStudy("duplicate nested key", edited(6, "  policy: replace"), "6:3", "duplicate key 'policy'"),
  BadStudy(
    "duplicate flow key", edited(2, "dataset: {name: gaussian, name: table}"), "2:11",
    "duplicate key 'name'"),
  BadStudy("anchor", edited(3, "model: &m mixture"), "3:8", "anchors and aliases"),
  BadStudy("alias", edited(adding: "notes: &a x\npaper: *a"), "10:8", "anchors and aliases"),
  BadStudy("undefined alias", edited(3, "model: *m"), "3:8", "undefined alias"),
  BadStudy("alias bomb", aliasBomb, "1:4", "anchors and aliases"),
  BadStudy("alias bomb as a key", aliasBomb + "? *i\n: 1\n", "1:4", "anchors and aliases"),
  BadStudy("tag", edited(3, "model: !!str mixture"), "3:8", "tags such as"),
  BadStudy("local tag", edited(9, "metrics: !x [moments]"), "9:10", "tags such as !x"),
  BadStudy("quoted tag", edited(1, "study: !!int \"7\""), "1:8", "tags such as"),
  BadStudy("merge key", edited(adding: "<<: {seed: 1}"), "10:1", "unknown key '<<'"),
  BadStudy("key is a list", edited(adding: "? [a, b]\n: 1"), "10:3", "key that is text"),
  BadStudy(
    "deep nesting",
    edited(
      adding: "notes: " + String(repeating: "[", count: 60)
        + String(repeating: "]", count: 60)), "10:39", "nested deeper than 32"),
  BadStudy(
    "deep block nesting", String(repeating: "- ", count: 500), "1:65", "nested deeper than 32"),
  BadStudy("very deep block nesting", String(repeating: "- ", count: 500_000), "", "not YAML"),
  BadStudy("very deep keys", String(repeating: "? ", count: 500_000), "", "not YAML"),
  BadStudy(
    "very deep nesting", String(repeating: "[", count: 900_000), "1:193", "nested deeper than 32"),
  BadStudy(
    "too many values",
    edited(8, "seeds: [" + (0..<11_000).map(String.init).joined(separator: ",") + "]"),
    "", "more than 10000 values"),
  BadStudy("65-bit integer", edited(7, "generations: 99999999999999999999"), "7:14", "64 bits"),
]

/// Nine levels of nine references: 387 million values if expanded.
private let aliasBomb: String = {
  var lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
  for (name, inner) in zip("bcdefghi", "abcdefgh") {
    let references = Array(repeating: "*\(inner)", count: 9).joined(separator: ",")
    lines.append("\(name): &\(name) [\(references)]")
  }
  return lines.joined(separator: "\n") + "\n"
}()
