import Foundation

/// JSON that may stand inside a `<script>` element: `<`, `>` and `&` and the Unicode line separators are
/// written as escapes, so that no text of a study can end the element or begin a comment. In JSON they
/// occur within strings only.
func embeddedJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  // Sorted keys: equal runs give equal pages.
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let data = try encoder.encode(value)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(data.count + data.count / 64)
  var at = data.startIndex
  while at < data.endIndex {
    let byte = data[at]
    switch byte {
    case UInt8(ascii: "<"): bytes.append(contentsOf: "\\u003c".utf8)
    case UInt8(ascii: ">"): bytes.append(contentsOf: "\\u003e".utf8)
    case UInt8(ascii: "&"): bytes.append(contentsOf: "\\u0026".utf8)
    case 0xe2 where at + 2 < data.endIndex && data[at + 1] == 0x80 && data[at + 2] & 0xfe == 0xa8:
      // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
      bytes.append(contentsOf: data[at + 2] == 0xa8 ? "\\u2028".utf8 : "\\u2029".utf8)
      at += 2
    default: bytes.append(byte)
    }
    at += 1
  }
  return String(decoding: bytes, as: UTF8.self)
}
