import CZlib

/// PNG files made by hand, by the specification (ISO/IEC 15948) and zlib alone.
enum PNGFixture {
  /// The colour types of the format.
  enum Colour: UInt8 {
    case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgbAlpha = 6

    var channels: Int {
      switch self {
      case .grey, .palette: 1
      case .greyAlpha: 2
      case .rgb: 3
      case .rgbAlpha: 4
      }
    }
  }

  /// - Parameters:
  ///   - samples: [height × width × channels], of 8 bits, or of 16 as pairs of bytes, the high one first.
  ///   - palette: red, green, blue of each entry.
  ///   - declared: the height in the header, where it is not that of the samples.
  static func file(
    width: Int, _ colour: Colour, _ samples: [UInt8], bits: Int = 8, palette: [UInt8] = [],
    declared: Int? = nil
  ) throws -> [UInt8] {
    let line = width * colour.channels * bits / 8
    let height = samples.count / line
    var rows: [UInt8] = []
    for row in 0..<height { rows += [0] + samples[row * line..<(row + 1) * line] }  // filter none
    let header = word(width) + word(declared ?? height) + [UInt8(bits), colour.rawValue, 0, 0, 0]
    return signature + chunk("IHDR", header) + (palette.isEmpty ? [] : chunk("PLTE", palette))
      + chunk("IDAT", try compressed(rows)) + chunk("IEND", [])
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return word(data.count) + body + word(Int(crc32(0, body, UInt32(body.count))))
  }

  private static func word(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    var output = [UInt8](repeating: 0, count: Int(compressBound(UInt(bytes.count))))
    var count = UInt(output.count)
    guard compress(&output, &count, bytes, UInt(bytes.count)) == Z_OK else {
      throw FixtureError.compression
    }
    return Array(output[..<Int(count)])
  }
}
