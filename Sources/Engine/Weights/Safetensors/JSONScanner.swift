/// Reads the tokens of a JSON text that a caller with a fixed grammar asks for (RFC 8259). The text
/// is known to be UTF-8.
struct JSONScanner {
  private let text: [UInt8]
  private let path: String
  private var position = 0

  init(_ text: [UInt8], path: String) {
    self.text = text
    self.path = path
  }

  /// Takes one punctuation mark.
  mutating func expect(_ mark: Character) throws(SafetensorsError) {
    guard accept(mark) else { throw malformed("'\(mark)' is missing") }
  }

  /// Whether another element follows in an object or list; takes the comma before it or the mark
  /// that closes.
  mutating func continues(until mark: Character, isFirst: Bool) throws(SafetensorsError) -> Bool {
    if accept(mark) { return false }
    if !isFirst { try expect(",") }
    return true
  }

  /// Checks that only white space is left.
  mutating func expectEnd() throws(SafetensorsError) {
    skipSpaces()
    guard position == text.count else { throw malformed("text after the object") }
  }

  /// A list of at most 64 integers that are not negative.
  mutating func integers() throws(SafetensorsError) -> [Int] {
    var values: [Int] = []
    try expect("[")
    while try continues(until: "]", isFirst: values.isEmpty) {
      values.append(try integer())
      guard values.count <= 64 else { throw malformed("a list of more than 64 numbers") }
    }
    return values
  }

  private mutating func integer() throws(SafetensorsError) -> Int {
    skipSpaces()
    let start = position
    while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    // A sign, a fraction or an exponent ends up here or at the comma that must follow.
    guard !digits.isEmpty else { throw malformed("a whole number of at least 0 is missing") }
    guard digits == "0" || !digits.hasPrefix("0"), let value = Int(digits) else {
      throw malformed("number \(digits.prefix(30)) is out of range")
    }
    return value
  }

  mutating func string() throws(SafetensorsError) -> String {
    try expect("\"")
    var scalars: [UInt8] = []
    while true {
      guard position < text.count else { throw malformed("a string does not end") }
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: scalars, as: UTF8.self)
      case UInt8(ascii: "\\"): scalars.append(contentsOf: Array(String(try escape()).utf8))
      case 0..<0x20: throw malformed("a control character in a string")
      default: scalars.append(byte)
      }
    }
  }

  private mutating func escape() throws(SafetensorsError) -> Unicode.Scalar {
    guard position < text.count else { throw malformed("a string does not end") }
    defer { position += 1 }
    switch text[position] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try codeUnit(at: position + 1)
      position += 4
      if (0xd800..<0xdc00).contains(code), position + 2 < text.count,
        text[position + 1] == UInt8(ascii: "\\"), text[position + 2] == UInt8(ascii: "u")
      {
        let low = try codeUnit(at: position + 3)
        guard (0xdc00..<0xe000).contains(low) else { throw malformed("an unpaired surrogate") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        position += 6
      }
      guard let scalar = Unicode.Scalar(code) else { throw malformed("an unpaired surrogate") }
      return scalar
    default: throw malformed("an unknown escape in a string")
    }
  }

  /// The four hexadecimal digits at `start`.
  private func codeUnit(at start: Int) throws(SafetensorsError) -> UInt32 {
    guard start + 4 <= text.count else { throw malformed("a string does not end") }
    var code: UInt32 = 0
    for byte in text[start..<start + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw malformed("\\u without four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  private mutating func accept(_ mark: Character) -> Bool {
    skipSpaces()
    guard position < text.count, text[position] == mark.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() {
    while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) { position += 1 }
  }

  private func malformed(_ reason: String) -> SafetensorsError {
    .malformed(path: path, reason: "header: \(reason) at byte \(position)")
  }
}
