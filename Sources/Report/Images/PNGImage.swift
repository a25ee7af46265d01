import CPNG

/// An 8-bit image and its PNG form, through libpng's simplified interface.
struct PNGImage: Sendable {
  let width: Int
  let height: Int
  /// 1 (grey) or 3 (RGB).
  let channels: Int
  /// [height, width, channels], row-major.
  var bytes: [UInt8]

  init(width: Int, height: Int, channels: Int, fill: UInt8) {
    precondition(width > 0 && height > 0 && (channels == 1 || channels == 3), "\(width)×\(height)×\(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    bytes = [UInt8](repeating: fill, count: width * height * channels)
  }

  /// The file's bytes.
  ///
  /// - Throws: `ReportError.image` with libpng's message.
  func encoded() throws(ReportError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = channels == 3 ? 2 : 0  // PNG_FORMAT_FLAG_COLOR or grey
    defer { png_image_free(&image) }
    var size: png_alloc_size_t = 0
    try Self.check(png_image_write_to_memory(&image, nil, &size, 0, bytes, 0, nil), image)
    var file = [UInt8](repeating: 0, count: size)
    try Self.check(png_image_write_to_memory(&image, &file, &size, 0, bytes, 0, nil), image)
    return Array(file[..<Int(size)])
  }

  /// The one place where result codes are judged.
  private static func check(_ code: Int32, _ image: png_image) throws(ReportError) {
    guard code == 0 else { return }
    var text = image.message
    let message = withUnsafeBytes(of: &text) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    throw .image(message: message)
  }
}
