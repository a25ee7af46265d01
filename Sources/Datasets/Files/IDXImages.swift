import Options

/// The four files of MNIST and of the sets made in its likeness.
enum IDXImages {
  /// Byte b stands for b/255.
  static let levels = (0..<256).map { Double($0) / 255 }

  /// Training and test images from a directory, each file plain or compressed by gzip.
  ///
  /// - Throws: `DataError.missing` with `hint` when a file is not there; `malformed` when one is
  ///   not what it should be or the files contradict each other.
  static func read(
    directory: String, hint: String
  ) throws -> (training: LabelledImages, test: LabelledImages) {
    let training = try part("train", directory, hint)
    let test = try part("t10k", directory, hint)
    guard training.height == test.height, training.width == test.width else {
      throw DataError.malformed(
        path: directory,
        reason: "training images of \(training.height)×\(training.width) pixels, "
          + "test images of \(test.height)×\(test.width)")
    }
    return (training, test)
  }

  private static func part(
    _ name: String, _ directory: String, _ hint: String
  ) throws -> LabelledImages {
    let imagePath = file("\(name)-images-idx3-ubyte", directory)
    let labelPath = file("\(name)-labels-idx1-ubyte", directory)
    let images = try IDXFile(path: imagePath, rank: 3, hint: hint)
    let labels = try IDXFile(path: labelPath, rank: 1, hint: hint)
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw DataError.malformed(
        path: labelPath,
        reason: "\(labels.dimensions[0]) labels for \(images.dimensions[0]) images")
    }
    return LabelledImages(
      height: images.dimensions[1], width: images.dimensions[2], bytes: images.bytes,
      labels: labels.bytes)
  }

  /// The plain file where there is one, otherwise the compressed one's name.
  private static func file(_ name: String, _ directory: String) -> String {
    let plain = directory + "/" + name
    return fileExists(plain) ? plain : plain + ".gz"
  }
}
