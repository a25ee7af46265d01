import Foundation

/// A safetensors file that no reader may accept, and words of the refusal.
struct HostileHeader {
  let name: String
  let bytes: Data
  let reason: String

  init(_ name: String, _ header: String, data count: Int = 16, length: UInt64? = nil, _ reason: String) {
    self.name = name
    var bytes = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { bytes.append(contentsOf: $0) }
    self.bytes = bytes + Data(header.utf8) + Data(count: count)
    self.reason = reason
  }

  init(_ name: String, raw bytes: [UInt8], _ reason: String) {
    self.name = name
    self.bytes = Data(bytes)
    self.reason = reason
  }

  /// An entry of a header; the default is sound for 16 bytes of data.
  static func entry(
    _ name: String = "samples", _ type: String = "F32", _ shape: String = "[2,2]", _ offsets: String = "[0,16]"
  ) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  /// The header that all others are changes of.
  static let sound = HostileHeader("sound", "{\(entry())}", "")

  static let all: [HostileHeader] = [
    // The length of the header.
    HostileHeader("empty file", raw: [], "0 bytes"),
    HostileHeader("shorter than a length", raw: [2, 0, 0, 0], "4 bytes"),
    HostileHeader("length 0", "", data: 0, "header of 0 bytes"),
    HostileHeader("length beyond the file", "{\(entry())}", length: 1 << 20, "header of 1048576 bytes"),
    HostileHeader("length of 100 MB", "{\(entry())}", length: 100_000_000, "header of 100000000 bytes"),
    HostileHeader("length 2⁶³", "{\(entry())}", length: 1 << 63, "header of 9223372036854775808"),
    HostileHeader("length 2⁶⁴ − 1", "{\(entry())}", length: .max, "header of 18446744073709551615"),
    HostileHeader("length that wraps with 8", "{\(entry())}", length: .max - 7, "header of 18446744073709551608"),
    HostileHeader("length one short", "{\(entry())}", length: UInt64("{\(entry())}".utf8.count - 1), "is missing"),
    // Its text.
    HostileHeader("not UTF-8", raw: [4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xc3, 0x28, 0x7d], "not UTF-8"),
    HostileHeader("first byte", " {\(entry())}", "does not begin with {"),
    HostileHeader("byte-order mark", "\u{feff}{\(entry())}", "does not begin with {"),
    HostileHeader("list", "[\(entry())]", "does not begin with {"),
    HostileHeader("name twice", "{\(entry("samples", "F32", "[2]", "[0,8]")),\(entry("samples", "F32", "[2]", "[8,16]"))}", "'samples' twice"),
    HostileHeader("name twice, escaped", "{\(entry("samples", "F32", "[2]", "[0,8]")),\(entry("s\\u0061mples", "F32", "[2]", "[8,16]"))}", "'samples' twice"),
    HostileHeader("key twice", "{\"samples\":{\"dtype\":\"F32\",\"shape\":[4],\"shape\":[2,2],\"data_offsets\":[0,16]}}", "shape twice"),
    HostileHeader("unknown key", "{\"samples\":{\"dtype\":\"F32\",\"shape\":[4],\"strides\":[1],\"data_offsets\":[0,16]}}", "unknown key 'strides'"),
    HostileHeader("key missing", "{\"samples\":{\"dtype\":\"F32\",\"shape\":[4]}}", "all needed"),
    HostileHeader("unclosed", "{\(entry())", "is missing"),
    HostileHeader("text after", "{\(entry())}{}", "text after"),
    HostileHeader("nested deeply", "{\"samples\":" + String(repeating: "[", count: 5000), "is missing"),
    HostileHeader("metadata a number", "{\"__metadata__\":{\"a\":1},\(entry())}", "is missing"),
    HostileHeader("lone surrogate", "{\(entry("\\ud800"))}", "surrogate"),
    HostileHeader("control character", "{\(entry("a\u{1}"))}", "control character"),
    // Types and shapes.
    HostileHeader("unknown type", "{\(entry("samples", "F128"))}", "unknown dtype 'F128'"),
    HostileHeader("lower case", "{\(entry("samples", "f32"))}", "unknown dtype 'f32'"),
    HostileHeader("product wraps to 4", "{\(entry("samples", "F32", "[4194305,4194305,211106198978564]"))}", "overflows"),
    HostileHeader("bytes wrap to 16", "{\(entry("samples", "F32", "[4611686018427387908]"))}", "overflows"),
    HostileHeader("zero hides an overflow", "{\(entry("samples", "F32", "[0,4194305,4194305,211106198978564]", "[0,0]"))}", data: 0, "overflows"),
    HostileHeader("negative dimension", "{\(entry("samples", "F32", "[-2,-2]"))}", "a whole number"),
    HostileHeader("fraction", "{\(entry("samples", "F32", "[2.0,2]"))}", "is missing"),
    HostileHeader("exponent", "{\(entry("samples", "F32", "[4e0]"))}", "is missing"),
    HostileHeader("2⁶⁴", "{\(entry("samples", "F32", "[18446744073709551616]"))}", "out of range"),
    HostileHeader("65 dimensions", "{\(entry("samples", "F32", "[" + String(repeating: "1,", count: 64) + "4]"))}", "more than 64"),
    // Offsets.
    HostileHeader("size too small", "{\(entry("samples", "F32", "[2,3]"))}", "16 bytes, 24 expected"),
    HostileHeader("size too large", "{\(entry("samples", "F32", "[3]"))}", "16 bytes, 12 expected"),
    HostileHeader("reversed", "{\(entry("samples", "F32", "[2,2]", "[16,0]"))}", "reversed"),
    HostileHeader("negative offset", "{\(entry("samples", "F32", "[2,2]", "[-16,0]"))}", "a whole number"),
    HostileHeader("beyond the end", "{\(entry("samples", "F32", "[2,3]", "[0,24]"))}", "ends at byte 24 of 16"),
    HostileHeader("far beyond the end", "{\(entry("samples", "U8", "[9223372036854775807]", "[0,9223372036854775807]"))}", "ends at byte"),
    HostileHeader("hole before", "{\(entry("samples", "F32", "[3]", "[4,16]"))}", "hole"),
    HostileHeader("hole between", "{\(entry("a", "F32", "[1]", "[0,4]")),\(entry("samples", "F32", "[2]", "[8,16]"))}", "hole"),
    HostileHeader("overlap", "{\(entry("a", "F32", "[3]", "[0,12]")),\(entry("samples", "F32", "[2]", "[8,16]"))}", "overlaps"),
    HostileHeader("the same bytes", "{\(entry("a")),\(entry())}", "overlaps"),
    HostileHeader("empty inside another", "{\(entry("a", "F32", "[0]", "[8,8]")),\(entry())}", "overlaps"),
    HostileHeader("trailing bytes", "{\(entry())}", data: 17, "1 trailing bytes"),
    HostileHeader("no tensors but data", "{}", "16 trailing bytes"),
    HostileHeader("three offsets", "{\(entry("samples", "F32", "[2,2]", "[0,8,16]"))}", "3 data_offsets"),
    HostileHeader(
      "100,001 tensors",
      "{" + (0...100_000).map { entry("\($0)", "U8", "[0]", "[0,0]") }.joined(separator: ",") + "}", data: 0,
      "more than 100000 tensors"),
    // Sound files that are not what was asked for.
    HostileHeader("another name", "{\(entry("weights"))}", "has no tensor"),
    HostileHeader("no numbers", "{\(entry("samples", "BOOL", "[2,8]"))}", "BOOL"),
  ]
}
