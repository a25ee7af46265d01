import Glibc

/// A cursor over one line's bytes. Reads the JSON of `LineEncoder`, nothing more general.
struct LineScanner {
  /// The line, the checksum member included: what stops `strtod` from running off the end.
  let bytes: UnsafeBufferPointer<UInt8>
  /// Where the record ends, before the checksum.
  let end: Int
  private(set) var position = 0

  init(bytes: UnsafeBufferPointer<UInt8>, end: Int) {
    self.bytes = bytes
    self.end = end
  }

  var isAtEnd: Bool { position == end }

  private var next: UInt8 { position < end ? bytes[position] : 0 }

  /// Moves past `text`; stays and returns false where something else stands.
  mutating func skip(_ text: [UInt8]) -> Bool {
    guard end - position >= text.count else { return false }
    for index in text.indices where bytes[position + index] != text[index] { return false }
    position += text.count
    return true
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte, position < end else { return false }
    position += 1
    return true
  }

  mutating func expect(_ text: StaticString) throws(LineDecoder.Failure) {
    let count = text.utf8CodeUnitCount
    guard end - position >= count, memcmp(bytes.baseAddress! + position, text.utf8Start, count) == 0
    else {
      throw LineDecoder.Failure("expected \(text) at byte \(position)")
    }
    position += count
  }

  mutating func integer() throws(LineDecoder.Failure) -> Int {
    let isNegative = skip(UInt8(ascii: "-"))
    var value: UInt64 = 0
    let start = position
    while case let digit = next, digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9"),
      position - start < 19
    {
      value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
      position += 1
    }
    guard position > start, value <= UInt64(Int.max) + (isNegative ? 1 : 0) else {
      throw LineDecoder.Failure("expected an integer at byte \(start)")
    }
    return isNegative ? Int(truncatingIfNeeded: 0 &- value) : Int(value)
  }

  /// A number, null (NaN) or one of the texts "inf" and "-inf".
  mutating func number() throws(LineDecoder.Failure) -> Double {
    switch next {
    case UInt8(ascii: "n"):
      try expect("null")
      return .nan
    case UInt8(ascii: "\""):
      if bytes[position + 1] == UInt8(ascii: "-") {
        try expect("\"-inf\"")
        return -.infinity
      }
      try expect("\"inf\"")
      return .infinity
    default: return try finiteNumber()
    }
  }

  /// Powers of ten that are exact in Double.
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// A decimal number, correctly rounded: by one exact operation where both the digits and the
  /// power of ten are exact in Double (Clinger 1990), by the C library otherwise.
  private mutating func finiteNumber() throws(LineDecoder.Failure) -> Double {
    let start = position
    let isNegative = skip(UInt8(ascii: "-"))
    var digits: UInt64 = 0
    var count = 0
    var fraction = 0
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    while isDigit(next) {
      digits = digits &* 10 &+ UInt64(next - UInt8(ascii: "0"))
      count += 1
      position += 1
    }
    guard count > 0 else { throw LineDecoder.Failure("expected a number at byte \(start)") }
    if skip(UInt8(ascii: ".")) {
      while isDigit(next) {
        digits = digits &* 10 &+ UInt64(next - UInt8(ascii: "0"))
        count += 1
        fraction += 1
        position += 1
      }
    }
    var isSimple = count <= 19 && digits < 1 << 53 && fraction <= 22
    if next == UInt8(ascii: "e") {
      isSimple = false
      position += 1
      if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { position += 1 }
      guard isDigit(next) else {
        throw LineDecoder.Failure("expected an exponent at byte \(position)")
      }
      while isDigit(next) { position += 1 }
    }
    if isSimple {
      let value = Double(digits) / Self.powers[fraction]
      return isNegative ? -value : value
    }
    return try converted(from: start)
  }

  /// The C library's reading of the number between `start` and the cursor. The byte after the
  /// record is a comma, so the conversion stops inside the line. The command never leaves the "C"
  /// locale.
  private func converted(from start: Int) throws(LineDecoder.Failure) -> Double {
    let text = UnsafeRawPointer(bytes.baseAddress! + start).assumingMemoryBound(to: CChar.self)
    var stop: UnsafeMutablePointer<CChar>?
    let value = strtod(text, &stop)
    guard let stop, UnsafePointer(stop) - text == position - start, value.isFinite else {
      throw LineDecoder.Failure("unreadable number at byte \(start)")
    }
    return value
  }

  /// An array of numbers, appended to `values`.
  mutating func numbers(into values: inout [Double]) throws(LineDecoder.Failure) {
    try expect("[")
    if skip(UInt8(ascii: "]")) { return }
    repeat { values.append(try number()) } while skip(UInt8(ascii: ","))
    try expect("]")
  }

  /// The rows of `values` after its opening bracket, each of `width` numbers.
  mutating func rows(width: Int) throws(LineDecoder.Failure) -> (values: [Double], count: Int) {
    var values: [Double] = []
    var count = 0
    if skip(UInt8(ascii: "]")) { return ([], 0) }
    // A number takes about 20 bytes; the estimate is bounded by the line.
    values.reserveCapacity((end - position) / 16)
    repeat {
      try numbers(into: &values)
      count += 1
      guard values.count == count * width else {
        throw LineDecoder.Failure("generation \(count) of the record has not \(width) values")
      }
    } while skip(UInt8(ascii: ","))
    try expect("]")
    return (values, count)
  }

  /// One text for all generations or one a generation.
  mutating func provenance(generations: Int) throws(LineDecoder.Failure) -> TextColumn {
    if next == UInt8(ascii: "\"") {
      return TextColumn(repeating: try text(), count: generations)
    }
    let list = TextColumn(try texts())
    guard list.count == generations else {
      throw LineDecoder.Failure("\(list.count) provenances for \(generations) generations")
    }
    return list
  }

  /// An array of texts.
  mutating func texts() throws(LineDecoder.Failure) -> [String] {
    var list: [String] = []
    try expect("[")
    if skip(UInt8(ascii: "]")) { return list }
    repeat { list.append(try text()) } while skip(UInt8(ascii: ","))
    try expect("]")
    return list
  }

  /// A quoted text; control characters stand in it as escapes only.
  mutating func text() throws(LineDecoder.Failure) -> String {
    try expect("\"")
    let start = position
    while position < end, bytes[position] != UInt8(ascii: "\""),
      bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20
    {
      position += 1
    }
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try decoded(UnsafeBufferPointer(rebasing: bytes[start..<position]))
    }
    var content = Array(bytes[start..<position])
    while position < end, bytes[position] != UInt8(ascii: "\""), bytes[position] >= 0x20 {
      content.append(try character())
    }
    try expect("\"")
    return try content.withUnsafeBufferPointer { (buffer) throws(LineDecoder.Failure) in
      try decoded(buffer)
    }
  }

  /// A byte or an escaped one.
  private mutating func character() throws(LineDecoder.Failure) -> UInt8 {
    let byte = bytes[position]
    position += 1
    guard byte == UInt8(ascii: "\\") else { return byte }
    if skip(UInt8(ascii: "\"")) { return UInt8(ascii: "\"") }
    if skip(UInt8(ascii: "\\")) { return UInt8(ascii: "\\") }
    try expect("u00")
    guard end - position >= 2, let high = hexValue(bytes[position]),
      let low = hexValue(bytes[position + 1]),
      high < 8
    else { throw LineDecoder.Failure("unknown escape at byte \(position)") }
    position += 2
    return high << 4 | low
  }

  private func decoded(_ content: UnsafeBufferPointer<UInt8>) throws(LineDecoder.Failure) -> String
  {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw LineDecoder.Failure("text that is not UTF-8 before byte \(position)")
    }
    return text
  }
}

/// The value of a lower-case hexadecimal digit.
private func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  default: nil
  }
}
