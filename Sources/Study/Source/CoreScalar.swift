import Options

/// The type of a plain scalar under the YAML 1.2 core schema (YAML 1.2.2, section 10.3.2): `null`,
/// `true`/`false`, integers (decimal, `0o`, `0x`), floats; everything else is text. In particular
/// `no`, `on`, `12:30` and `1_000` are text, unlike in YAML 1.1.
///
/// - Returns: `nil` for an integer beyond 64 bits.
func coreScalar(_ text: String) -> OptionValue? {
  switch text {
  case "", "~", "null", "Null", "NULL": return .null
  case "true", "True", "TRUE": return .flag(true)
  case "false", "False", "FALSE": return .flag(false)
  case ".nan", ".NaN", ".NAN": return .real(.nan)
  default: break
  }
  let bytes = Array(text.utf8)
  guard bytes.count <= 400 else { return .text(text) }
  if bytes.starts(with: [0x30, 0x6f]), bytes.count > 2 {
    return integer(text.dropFirst(2), radix: 8) ?? .text(text)
  }
  if bytes.starts(with: [0x30, 0x78]), bytes.count > 2 {
    return integer(text.dropFirst(2), radix: 16) ?? .text(text)
  }
  let signed = bytes[0] == 0x2b || bytes[0] == 0x2d
  let body = signed ? bytes.dropFirst() : bytes[...]
  if [".inf", ".Inf", ".INF"].contains(String(decoding: body, as: UTF8.self)) {
    return .real(bytes[0] == 0x2d ? -.infinity : .infinity)
  }
  if !body.isEmpty, body.allSatisfy(isDigit) { return Int(text).map { .integer($0) } }
  return isFloat(body) ? Double(text).map { .real($0) } : .text(text)
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// Digits of a prefixed integer; `nil` where they are no such digits.
private func integer(_ digits: Substring, radix: Int) -> OptionValue?? {
  let letters = digits.utf8
  let fits = letters.allSatisfy { byte in
    radix == 8
      ? (0x30...0x37).contains(byte)
      : isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
  guard fits else { return nil }
  return .some(Int(digits, radix: radix).map { .integer($0) })
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
private func isFloat(_ bytes: ArraySlice<UInt8>) -> Bool {
  var rest = bytes
  let whole = rest.prefix(while: isDigit).count
  rest = rest.dropFirst(whole)
  if rest.first == 0x2e {
    rest = rest.dropFirst()
    let fraction = rest.prefix(while: isDigit).count
    rest = rest.dropFirst(fraction)
    if whole + fraction == 0 { return false }
  } else if whole == 0 {
    return false
  }
  if rest.first == 0x65 || rest.first == 0x45 {
    rest = rest.dropFirst()
    if rest.first == 0x2b || rest.first == 0x2d { rest = rest.dropFirst() }
    let exponent = rest.prefix(while: isDigit).count
    if exponent == 0 { return false }
    rest = rest.dropFirst(exponent)
  }
  return rest.isEmpty
}
