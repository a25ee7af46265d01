import Foundation

/// Writes blocks as lines of a segment, one JSON object a line:
///
///     {"v":1,"cell":"…","seed":3,"first":0,"metrics":["…"],"values":[[1.5,null],…],
///      "provenance":["…",…],"status":"running","message":"","seconds":[…],"crc":"1a2b3c4d"}
///
/// A block with samples to look at has them after the provenance:
/// `"previews":[{"generation":4,"shape":[8,1,28,28],"encoding":"uint8","low":0.0,"high":1.0,"data":"…"}]`
/// with `data` in Base64 (RFC 4648).
///
/// The members always stand in this order without spaces. `values` has one array a generation; null
/// is NaN and the texts "inf" and "-inf" are the infinities. `provenance` is one text where all
/// generations agree. `crc` is the CRC-32 of all bytes before the comma in front of it. Doubles are
/// in the shortest form that reads back to the same bits.
struct LineEncoder {
  /// The version of the form, in every line.
  static let version = 1

  /// Appends a line, its newline included.
  ///
  /// - Complexity: O(values); about 10⁷ numbers a second.
  static func append(_ block: ChainBlock, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.reserveCapacity(start + 256 + 24 * block.values.count)
    bytes.append(literal: "{\"v\":1,\"cell\":")
    bytes.append(jsonText: block.cell)
    bytes.append(literal: ",\"seed\":")
    bytes.append(decimal: block.seed)
    bytes.append(literal: ",\"first\":")
    bytes.append(decimal: block.firstGeneration)
    bytes.append(literal: ",\"metrics\":")
    bytes.append(jsonTexts: block.metrics)
    bytes.append(literal: ",\"values\":[")
    let width = block.metrics.count
    for generation in 0..<block.generations {
      if generation > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(jsonNumbers: block.values[(generation * width)..<((generation + 1) * width)])
    }
    bytes.append(literal: "],\"provenance\":")
    if !block.provenance.isEmpty, block.provenance.isUniform {
      bytes.append(jsonText: block.provenance[0])
    } else {
      bytes.append(jsonTexts: block.provenance)
    }
    append(block.previews, to: &bytes)
    bytes.append(literal: ",\"status\":\"")
    bytes.append(literal: block.status.rawValue)
    bytes.append(literal: "\",\"message\":")
    bytes.append(jsonText: block.message)
    bytes.append(literal: ",\"seconds\":")
    bytes.append(jsonNumbers: block.seconds[...])
    let crc = bytes.withUnsafeBufferPointer {
      checksum(UnsafeBufferPointer(rebasing: $0[start...]))
    }
    bytes.append(literal: ",\"crc\":\"")
    bytes.append(hexadecimal: crc)
    bytes.append(literal: "\"}\n")
  }

  private static func append(_ previews: [Preview], to bytes: inout [UInt8]) {
    for (index, preview) in previews.enumerated() {
      bytes.append(literal: index == 0 ? ",\"previews\":[" : ",")
      bytes.append(literal: "{\"generation\":")
      bytes.append(decimal: preview.generation)
      bytes.append(literal: ",\"shape\":[")
      for (axis, extent) in preview.shape.enumerated() {
        if axis > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(decimal: extent)
      }
      bytes.append(literal: "],\"encoding\":\"\(preview.encoding.rawValue)\",\"low\":")
      bytes.append(jsonNumber: preview.low)
      bytes.append(literal: ",\"high\":")
      bytes.append(jsonNumber: preview.high)
      bytes.append(literal: ",\"data\":\"")
      bytes.append(contentsOf: Data(preview.data).base64EncodedData())
      bytes.append(literal: "\"}")
    }
    if !previews.isEmpty { bytes.append(UInt8(ascii: "]")) }
  }
}

extension [UInt8] {
  /// Appends the UTF-8 bytes of a text as they are.
  mutating func append(literal text: String) {
    var text = text
    text.withUTF8 { append(contentsOf: $0) }
  }

  /// Appends eight lower-case hexadecimal digits.
  mutating func append(hexadecimal value: UInt32) {
    for shift in stride(from: 28, through: 0, by: -4) {
      append(hexDigit(UInt8(truncatingIfNeeded: value >> UInt32(shift)) & 15))
    }
  }

  /// Appends an integer in decimal.
  mutating func append(decimal value: Int) {
    var digits = ShortText()
    var rest = value.magnitude
    repeat {
      digits.prepend(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    if value < 0 { digits.prepend(UInt8(ascii: "-")) }
    append(digits)
  }

  fileprivate mutating func append(_ text: ShortText) {
    text.bytes.span.withUnsafeBufferPointer {
      append(contentsOf: UnsafeBufferPointer(rebasing: $0[text.used]))
    }
  }

  /// Appends a JSON number of the shortest form that reads back to the same bits; null for NaN, the
  /// texts "inf" and "-inf" for the infinities.
  mutating func append(jsonNumber value: Double) {
    // Counts and zeros are common and need no search for the shortest form. −0 keeps its sign.
    if let integer = Int(exactly: value), integer.magnitude < 1 << 53,
      integer != 0 || value.sign == .plus
    {
      append(decimal: integer)
      append(UInt8(ascii: "."))
      append(UInt8(ascii: "0"))
    } else if value.isFinite {
      var text = ShortText()
      value.write(to: &text)
      append(text)
    } else if value.isNaN {
      append(literal: "null")
    } else {
      append(literal: value > 0 ? "\"inf\"" : "\"-inf\"")
    }
  }

  /// Appends a JSON array of numbers.
  mutating func append(jsonNumbers values: ArraySlice<Double>) {
    append(UInt8(ascii: "["))
    var isFirst = true
    for value in values {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      append(jsonNumber: value)
    }
    append(UInt8(ascii: "]"))
  }

  /// Appends a JSON text: quotes, backslashes and control characters escaped.
  mutating func append(jsonText text: String) {
    var text = text
    text.withUTF8 { append(jsonUTF8: $0) }
  }

  /// The same for a text's UTF-8.
  private mutating func append(jsonUTF8 text: UnsafeBufferPointer<UInt8>) {
    append(UInt8(ascii: "\""))
    let isPlain = text.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 != 0x7f
    }
    if isPlain {
      append(contentsOf: text)
      append(UInt8(ascii: "\""))
      return
    }
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0..<0x20, 0x7f:
        append(literal: "\\u00")
        append(hexDigit(byte >> 4))
        append(hexDigit(byte & 15))
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Appends a JSON array of texts.
  mutating func append(jsonTexts texts: TextColumn) {
    append(UInt8(ascii: "["))
    for index in texts.indices {
      if index > 0 { append(UInt8(ascii: ",")) }
      texts.utf8(index).withUnsafeBufferPointer { append(jsonUTF8: $0) }
    }
    append(UInt8(ascii: "]"))
  }

  /// Appends a JSON array of texts.
  mutating func append(jsonTexts texts: [String]) {
    append(UInt8(ascii: "["))
    for index in texts.indices {
      if index > 0 { append(UInt8(ascii: ",")) }
      append(jsonText: texts[index])
    }
    append(UInt8(ascii: "]"))
  }
}

/// A number as text, of which there are many, without an allocation: at most 24 bytes, at the end of the
/// room while they are put in front of each other, at its beginning when they come at once.
private struct ShortText: TextOutputStream {
  private(set) var bytes = InlineArray<32, UInt8>(repeating: 0)
  private(set) var used = 32..<32

  mutating func prepend(_ byte: UInt8) {
    bytes[used.lowerBound - 1] = byte
    used = used.lowerBound - 1..<used.upperBound
  }

  mutating func write(_ string: String) {
    var string = string
    string.withUTF8 { _writeASCII($0) }
  }

  /// What numbers call instead of `write` where they have their digits in a buffer.
  mutating func _writeASCII(_ buffer: UnsafeBufferPointer<UInt8>) {
    precondition(buffer.count <= 32, "a number of \(buffer.count) digits")
    for index in buffer.indices { bytes[index] = buffer[index] }
    used = 0..<buffer.count
  }
}
