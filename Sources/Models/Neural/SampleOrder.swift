import Samples

/// How the numbers of a sample lie in a network: as they are, or for images with several channels that a
/// convolution reads, channels last. Sample sets have channels first.
enum SampleOrder: Sendable {
  case same
  case channelsLast(channels: Int, pixels: Int)

  /// The order for samples of `space` in networks that work on [h, w, channels] or on plain rows.
  init(_ space: SampleSpace, isImage: Bool) {
    if isImage, case .images(let channels, let height, let width) = space, channels > 1 {
      self = .channelsLast(channels: channels, pixels: height * width)
    } else {
      self = .same
    }
  }

  /// Appends one sample in the network's order.
  func append(_ sample: ArraySlice<Double>, to values: inout [Float]) {
    switch self {
    case .same: for value in sample { values.append(Float(value)) }
    case .channelsLast(let channels, let pixels):
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          values.append(Float(sample[sample.startIndex + channel * pixels + pixel]))
        }
      }
    }
  }

  /// Appends one sample of a network in the order of sample sets.
  func append(fromNetwork sample: Slice<UnsafeBufferPointer<Float>>, to values: inout [Double]) {
    switch self {
    case .same: for value in sample { values.append(Double(value)) }
    case .channelsLast(let channels, let pixels):
      for channel in 0..<channels {
        for pixel in 0..<pixels {
          values.append(Double(sample[sample.startIndex + pixel * channels + channel]))
        }
      }
    }
  }
}
