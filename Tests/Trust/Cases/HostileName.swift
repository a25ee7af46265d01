/// Texts that could end, leave or confuse a path.
enum HostileName {
  static let all: [(name: String, text: String)] = [
    ("parent", "../escaped"), ("far parent", "../../../../../../tmp/ouroboros-escaped"),
    ("absolute", "/tmp/ouroboros-escaped"), ("hidden parent", "a/../../escaped"), ("zero", "a\u{0}b"),
    ("line feed", "a\nb"), ("option", "-rf"), ("long option", "--out=escaped"),
    ("300 characters", String(repeating: "n", count: 300)), ("emoji", "😀"), ("blank", "a b"),
    ("dot", "."), ("dots", ".."), ("command", "$(touch escaped)"), ("backquotes", "`touch escaped`"),
    ("semicolon", "a;touch escaped"), ("home", "~"), ("escape sequence", "\u{1b}]0;x\u{7}"),
    ("direction mark", "a\u{202e}b"), ("empty", ""), ("percent", "%s%n"), ("backslash", "..\\escaped"),
  ]

  /// As a double-quoted scalar of YAML.
  static func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.map { scalar in
      scalar.isASCII && scalar.value >= 0x20 && !["\"", "\\"].contains(scalar)
        ? String(scalar) : "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count) + String(scalar.value, radix: 16)
    }.joined() + "\""
  }
}
