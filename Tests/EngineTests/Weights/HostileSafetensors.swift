import Testing

/// A safetensors file that must be refused, and words of the reason.
struct HostileFile: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let reason: String

  var testDescription: String { name }
}

enum HostileSafetensors {
  static let all = frames + layouts + headers

  /// A file with this header text and data.
  static func bytes(_ header: String, _ data: [UInt8]) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
  }

  private static func entry(
    _ type: String = "U8", _ shape: String = "[2]", _ offsets: String = "[0,2]"
  ) -> String {
    "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  private static func file(
    _ name: String, _ header: String, _ reason: String, data: [UInt8] = [1, 2]
  ) -> HostileFile {
    HostileFile(name: name, bytes: bytes(header, data), reason: reason)
  }

  private static func raw(_ name: String, _ bytes: [UInt8], _ reason: String) -> HostileFile {
    HostileFile(name: name, bytes: bytes, reason: reason)
  }

  /// The length and the bytes of the header.
  private static let frames: [HostileFile] = [
    raw("empty", [], "0 bytes are too few"),
    raw("seven bytes", [2, 0, 0, 0, 0, 0, 0], "7 bytes are too few"),
    raw("length 0", [0, 0, 0, 0, 0, 0, 0, 0], "header of 0 bytes"),
    raw("length 1", [1, 0, 0, 0, 0, 0, 0, 0, 0x7b], "header of 1 bytes"),
    raw("length beyond the file", [9, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d], "header of 9 bytes in"),
    raw("length 2⁶⁴ − 1", [UInt8](repeating: 255, count: 16), "header of 18446744073709551615"),
    raw("length 2⁶³", [0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d], "at most 100000000"),
    raw("not UTF-8", [4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xc3, 0x28, 0x7d], "not UTF-8"),
    file("a list", "[]", "does not begin with {", data: []),
    file("space first", " {}", "does not begin with {", data: []),
    file("text after", "{}x", "text after the object", data: []),
    file("zero padding", "{}\0\0", "text after the object", data: []),
    file("no tensors but data", "{}", "2 trailing bytes"),
    file("unclosed", "{\"a\":" + entry(), "',' is missing"),
  ]

  /// Where the tensors lie.
  private static let layouts: [HostileFile] = [
    file("trailing", "{\"a\":\(entry())}", "1 trailing bytes", data: [1, 2, 3]),
    file("beyond the end", "{\"a\":\(entry("U8", "[3]", "[0,3]"))}", "ends at byte 3 of 2"),
    file("reversed", "{\"a\":\(entry("U8", "[2]", "[2,0]"))}", "reversed"),
    file("negative", "{\"a\":\(entry("U8", "[2]", "[-2,0]"))}", "a whole number"),
    file("size", "{\"a\":\(entry("F32", "[2]", "[0,2]"))}", "2 bytes, 8 expected"),
    file("hole before", "{\"a\":\(entry("U8", "[1]", "[1,2]"))}", "hole of 1 bytes"),
    file(
      "hole between",
      "{\"a\":\(entry("U8", "[1]", "[0,1]")),\"b\":\(entry("U8", "[1]", "[2,3]"))}",
      "tensor 'b' leaves a hole", data: [1, 2, 3]),
    file("same bytes", "{\"a\":\(entry()),\"b\":\(entry())}", "tensor 'b' overlaps"),
    file(
      "overlap",
      "{\"a\":\(entry("U8", "[2]", "[0,2]")),\"b\":\(entry("U8", "[2]", "[1,3]"))}",
      "tensor 'b' overlaps", data: [1, 2, 3]),
    file(
      "empty inside another",
      "{\"a\":\(entry("U8", "[2]", "[0,2]")),\"b\":\(entry("U8", "[0]", "[1,1]"))}", "overlaps"),
    file(
      "wraps to 4",
      "{\"a\":\(entry("U8", "[4194305,4194305,211106198978564]", "[0,4]"))}", "overflows",
      data: [1, 2, 3, 4]),
    file("overflow by width", "{\"a\":\(entry("F64", "[2305843009213693952]"))}", "overflows"),
    file("no numbers", "{\"a\":\(entry("BOOL"))}", "is BOOL"),
    file(
      "size 0 hides an overflow",
      "{\"a\":\(entry("U8", "[0,4194305,4194305,211106198978564]", "[0,0]"))}", "overflows"),
    file("2⁶³ bytes", "{\"a\":\(entry("U8", "[9223372036854775807]", "[0,9223372036854775807]"))}", "ends at byte"),
    file(
      "inexact integer", "{\"a\":\(entry("I64", "[1]", "[0,8]"))}", "2⁵³",
      data: [1, 0, 0, 0, 0, 0, 0x20, 0]),
  ]

  /// The header's JSON.
  private static let headers: [HostileFile] = [
    file("name twice", "{\"a\":\(entry()),\"a\":\(entry())}", "tensor 'a' twice"),
    file("name twice, escaped", "{\"a\":\(entry()),\"\\u0061\":\(entry())}", "tensor 'a' twice"),
    file("unknown dtype", "{\"a\":\(entry("F128"))}", "unknown dtype 'F128'"),
    file("dtype missing", "{\"a\":{\"shape\":[2],\"data_offsets\":[0,2]}}", "all needed"),
    file(
      "dtype twice",
      "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
      "dtype twice"),
    file(
      "shape twice",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"shape\":[2],\"data_offsets\":[0,2]}}",
      "shape twice"),
    file(
      "unknown key",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2],\"more\":1}}",
      "unknown key 'more'"),
    file("three offsets", "{\"a\":\(entry("U8", "[2]", "[0,1,2]"))}", "3 data_offsets"),
    file("fraction", "{\"a\":\(entry("U8", "[2.0]"))}", "',' is missing"),
    file("exponent", "{\"a\":\(entry("U8", "[2e0]"))}", "',' is missing"),
    file("leading zero", "{\"a\":\(entry("U8", "[02]"))}", "out of range"),
    file("large number", "{\"a\":\(entry("U8", "[99999999999999999999]"))}", "out of range"),
    file("comma at the end", "{\"a\":\(entry()),}", "'\"' is missing"),
    file("dtype a number", "{\"a\":{\"dtype\":8}}", "'\"' is missing"),
    file("nested shape", "{\"a\":\(entry("U8", "[[2]]"))}", "a whole number"),
    file("control character", "{\"a\n\":\(entry())}", "control character"),
    file("unknown escape", "{\"\\x61\":\(entry())}", "unknown escape"),
    file("lone surrogate", "{\"\\ud800\":\(entry())}", "unpaired surrogate"),
    file("wrong pair", "{\"\\ud800\\u0041\":\(entry())}", "unpaired surrogate"),
    file("short escape", "{\"\\u00g0\":\(entry())}", "hexadecimal"),
    file(
      "metadata twice", "{\"__metadata__\":{},\"__metadata__\":{},\"a\":\(entry())}",
      "__metadata__ twice"),
    file(
      "metadata key twice", "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":\(entry())}",
      "metadata 'k' twice"),
    file("metadata number", "{\"__metadata__\":{\"k\":1},\"a\":\(entry())}", "'\"' is missing"),
    file(
      "many dimensions",
      "{\"a\":\(entry("U8", "[\(String(repeating: "1,", count: 64))1]"))}",
      "more than 64 numbers"),
  ]
}
