import Samples

/// The extents of an image.
package struct ImageShape: Sendable, Hashable {
  package let channels: Int
  package let height: Int
  package let width: Int

  /// `nil` for a space of anything but images.
  package init?(_ space: SampleSpace) {
    guard case .images(let channels, let height, let width) = space else { return nil }
    self.channels = channels
    self.height = height
    self.width = width
  }

  package var pixels: Int { height * width }
  /// Numbers of an image.
  package var count: Int { channels * pixels }

  /// Copies images into the memory of a network's input.
  ///
  /// - Parameters:
  ///   - rows: which of the images.
  ///   - images: [n, c, h, w]
  ///   - input: [at least rows.count, h, w, c]; what is behind the images becomes zero.
  package func copy(
    _ rows: some Collection<Int>, of images: [Double], into input: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(input.count >= rows.count * count, "\(rows.count) images, room for \(input.count)")
    images.withUnsafeBufferPointer { images in
      var place = 0
      for row in rows {
        for pixel in 0..<pixels {
          for channel in 0..<channels {
            input[place] = Float(images[(row * channels + channel) * pixels + pixel])
            place += 1
          }
        }
      }
      input[place...].update(repeating: 0)
    }
  }
}
