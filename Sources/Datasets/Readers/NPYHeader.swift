/// The header of a `.npy` file: a Python dictionary literal with exactly the keys `descr`,
/// `fortran_order` and `shape`, then spaces and a line feed. Parsed, never evaluated.
struct NPYHeader {
  private(set) var type = ""
  private(set) var isColumnMajor = false
  private(set) var shape: [Int] = []

  private let text: [UInt8]
  private let path: String
  private var position = 0

  init(_ text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  mutating func parse() throws {
    var seen: [String] = []
    try expect("{")
    while !accept("}") {
      let key = try string()
      guard !seen.contains(key) else { throw malformed("key '\(key)' twice") }
      seen.append(key)
      try expect(":")
      switch key {
      case "descr": type = try string()
      case "fortran_order": isColumnMajor = try flag()
      case "shape": shape = try tuple()
      default: throw malformed("unknown key '\(key)'")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    guard seen.count == 3 else { throw malformed("descr, fortran_order and shape are all needed") }
    skipSpaces()
    guard position == text.count - 1, text[position] == UInt8(ascii: "\n") else {
      throw malformed("no line feed at the end")
    }
  }

  /// A tuple of sizes: `()`, `(3,)`, `(3, 4)`.
  private mutating func tuple() throws -> [Int] {
    try expect("(")
    var sizes: [Int] = []
    while !accept(")") {
      sizes.append(try integer())
      guard sizes.count <= 32 else { throw malformed("more than 32 dimensions") }
      if accept(",") { continue }
      guard sizes.count > 1 else { throw malformed("shape is not a tuple") }
      try expect(")")
      break
    }
    return sizes
  }

  private mutating func integer() throws -> Int {
    skipSpaces()
    let start = position
    while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    guard !digits.isEmpty else { throw malformed("a size is not a number") }
    guard digits == "0" || !digits.hasPrefix("0"), let value = Int(digits) else {
      throw malformed("size \(digits.prefix(30)) is out of range")
    }
    return value
  }

  private mutating func flag() throws -> Bool {
    skipSpaces()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("fortran_order is neither True nor False")
  }

  /// A quoted string of printable ASCII without escapes.
  private mutating func string() throws -> String {
    skipSpaces()
    guard position < text.count, text[position] == 0x22 || text[position] == 0x27 else {
      throw malformed("a quoted string is missing at byte \(position)")
    }
    let quote = text[position]
    position += 1
    let start = position
    while position < text.count, text[position] != quote {
      guard (0x20...0x7e).contains(text[position]), text[position] != UInt8(ascii: "\\") else {
        throw malformed("a string holds byte \(text[position])")
      }
      position += 1
    }
    guard position < text.count else { throw malformed("a string does not end") }
    defer { position += 1 }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func skipSpaces() {
    while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
  }

  private mutating func accept(_ mark: Character) -> Bool {
    skipSpaces()
    guard position < text.count, text[position] == mark.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ mark: Character) throws {
    guard accept(mark) else { throw malformed("'\(mark)' is missing at byte \(position)") }
  }

  private func malformed(_ reason: String) -> DataError {
    .malformed(path: path, reason: "header: \(reason)")
  }
}
