import CPNG

/// The pixels of a PNG file as bytes, 8 bits a channel, by libpng.
public struct PNGImage: Sendable {
  public let width: Int
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// [height × width × channels]
  public let bytes: [UInt8]

  /// The most pixels along a side.
  private static let longestSide = 1 << 15
  /// The most pixels in a byte of a file: eight of one bit, and deflate makes at most 1,032 bytes of one.
  private static let densestPixels = 8 * 1032

  /// Reads a file. Its colours are turned into the channels asked for: a grey image in three channels
  /// has the same value in each, a colour image in one has libpng's luminance. 16 bits become 8.
  ///
  /// - Parameter channels: 1 or 3.
  /// - Throws: `DataError` for a file that is missing, no PNG image, damaged, or partly transparent.
  public init(path: String, channels: Int) throws {
    try self.init(readFile(path, limit: 1 << 30), path: path, channels: channels)
  }

  /// - Parameters:
  ///   - file: the bytes of the file.
  ///   - path: for messages.
  public init(_ file: [UInt8], path: String, channels: Int) throws {
    precondition(channels == 1 || channels == 3, "\(channels) channels")
    guard file.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) else {
      throw DataError.malformed(path: path, reason: "no PNG image (\(Self.kind(of: file)))")
    }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    // The library keeps a pointer into the file between the two calls.
    let pixels: (width: Int, height: Int, bytes: [UInt8]) = try file.withUnsafeBytes { file in
      defer { png_image_free(&image) }
      guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
        throw Self.damaged(image, path)
      }
      guard image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) == 0 else {
        throw DataError.malformed(path: path, reason: "the image has transparent pixels")
      }
      let (width, height) = (Int(image.width), Int(image.height))
      guard max(width, height) <= Self.longestSide else {
        throw DataError.malformed(
          path: path, reason: "\(width)×\(height) pixels, at most \(Self.longestSide) along a side")
      }
      guard width * height <= file.count * Self.densestPixels else {
        throw DataError.malformed(
          path: path, reason: "\(file.count) bytes cannot hold \(width)×\(height) pixels")
      }
      // A file of 16 bits that does not say otherwise has the curve of all others, as image programs
      // write them; the library would take it for linear.
      image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      image.format = channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0
      var bytes = [UInt8](repeating: 0, count: width * height * channels)
      guard png_image_finish_read(&image, nil, &bytes, Int32(width * channels), nil) != 0 else {
        throw Self.damaged(image, path)
      }
      return (width, height, bytes)
    }
    (width, height, bytes) = pixels
    self.channels = channels
  }

  private static func damaged(_ image: png_image, _ path: String) -> DataError {
    let message = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .malformed(path: path, reason: "damaged PNG image (\(message))")
  }

  /// What the first bytes of a file say it is.
  private static func kind(of file: [UInt8]) -> String {
    let known: [(String, [UInt8])] = [
      ("a JPEG image", [0xff, 0xd8, 0xff]), ("a GIF image", Array("GIF8".utf8)),
      ("a TIFF image", [0x49, 0x49, 0x2a, 0]), ("a TIFF image", [0x4d, 0x4d, 0, 0x2a]),
      ("a BMP image", Array("BM".utf8)), ("a WebP image or sound", Array("RIFF".utf8)),
    ]
    if file.isEmpty { return "empty" }
    return known.first { file.starts(with: $0.1) }?.0 ?? "unknown format"
  }
}

extension PNGImage {
  /// The square in the middle, scaled down to `side` × `side` pixels: each is the mean of the part of the
  /// image that it covers, pixels at its edges counted with the share covered, rounded to a byte.
  ///
  /// - Parameter side: at most the shorter side of the image.
  /// - Returns: [channels × side × side], channels first.
  func centreSquare(_ side: Int) -> [UInt8] {
    let square = min(width, height)
    precondition(side >= 1 && side <= square, "\(side) of \(width)×\(height)")
    let (left, top) = ((width - square) / 2, (height - square) / 2)
    let spans = (0..<side).map { Span($0, of: side, over: square) }
    var result = [UInt8](repeating: 0, count: channels * side * side)
    // Weights are whole: a pixel of the result covers `square` parts of 1/side pixel along each axis.
    let area = square * square
    for (row, vertical) in spans.enumerated() {
      for (column, horizontal) in spans.enumerated() {
        for channel in 0..<channels {
          var sum = 0
          for y in vertical.pixels {
            var line = 0
            let start = ((top + y) * width + left) * channels + channel
            for x in horizontal.pixels {
              line += horizontal.weight(of: x) * Int(bytes[start + x * channels])
            }
            sum += vertical.weight(of: y) * line
          }
          result[(channel * side + row) * side + column] = UInt8((2 * sum + area) / (2 * area))
        }
      }
    }
    return result
  }

  /// The pixels along one axis that a scaled pixel covers, in parts of 1/`side` of a pixel.
  private struct Span {
    let side: Int
    /// From `start` to `end` of square·side parts.
    let start: Int
    let end: Int

    init(_ index: Int, of side: Int, over square: Int) {
      self.side = side
      start = index * square
      end = start + square
    }

    var pixels: Range<Int> { start / side..<(end + side - 1) / side }
    func weight(of pixel: Int) -> Int { min(end, (pixel + 1) * side) - max(start, pixel * side) }
  }
}
