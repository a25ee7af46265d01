import Glibc
import Options
import Randomness
import Samples

/// `image-folder`: PNG images of a folder, or of its sub-folders, which are the classes.
///
/// Files are taken in the order of the bytes of their names, sub-folders likewise: the same folder gives
/// the same samples on every machine.
public struct ImageFolder: FiniteDataset {
  static let path = Option.path(
    "path", default: nil,
    help: "A folder of .png files, or of sub-folders of them, one a class, numbered in the order of their "
      + "names.")
  static let size = Option.integer(
    "size", in: 1...4096, unit: "pixels", default: 32,
    help: "Sides of the images: the square in the middle of each file, scaled down.")
  static let channels = Option.integer(
    "channels", in: 1...3, default: 3, help: "1: grey (the luminance of colours); 3: red, green, blue.")
  static let subset = PoolOptions.subset(default: .random)

  public static let component = Component(
    name: "image-folder",
    summary: "The user's PNG images, cut and scaled to squares of one size, values in [0, 1].",
    options: [
      path.spec, size.spec, channels.spec, PoolOptions.heldOutFraction.spec, PoolOptions.limit.spec,
      subset.spec, PoolOptions.subsetSeed.spec,
    ])

  public let pool: SamplePool

  /// - Throws: `DataError.missing` for no such folder, `.malformed` with the name of the file for one that
  ///   is no PNG image, has transparent pixels or fewer pixels than `size`, and of the folder where
  ///   there are no images, files beside sub-folders, or folders within those; `ComponentError` for two
  ///   channels and for impossible sizes.
  public init(options: OptionValues, files: DataFiles) throws {
    let name = Self.component.name
    let (side, channels) = (options[Self.size], options[Self.channels])
    guard channels != 2 else { throw ComponentError(name, "channels is 1 or 3") }
    let images = try Self.list(files.resolve(options[Self.path]))
    let width = channels * side * side
    let subset = options.subset(Self.subset)
    let parts = try PoolOptions.split(
      images.count, fraction: options[PoolOptions.heldOutFraction], subset: subset,
      key: options.subsetKey(.heldOutData), component: name)
    func part(_ rows: [Int]) throws -> SamplePool.Part {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(rows.count * width)
      for row in rows { bytes += try Self.square(images[row].path, side, channels) }
      let labels = rows.compactMap { images[$0].label }
      return SamplePool.Part(
        rows: .bytes(bytes, levels: IDXImages.levels), labels: labels.count == rows.count ? labels : nil)
    }
    pool = try SamplePool(
      space: .images(channels: channels, height: side, width: side),
      candidates: part(parts.training), heldOut: part(parts.heldOut),
      limit: PoolOptions.number(options[PoolOptions.limit]), subset: subset,
      key: options.subsetKey(.order), component: name)
  }

  /// [channels × side × side]
  private static func square(_ path: String, _ side: Int, _ channels: Int) throws -> [UInt8] {
    let image = try PNGImage(path: path, channels: channels)
    guard min(image.width, image.height) >= side else {
      throw DataError.malformed(
        path: path,
        reason: "\(image.width)×\(image.height) pixels are less than the size asked for, \(side)")
    }
    return image.centreSquare(side)
  }

  /// The images of a folder with their labels, in order.
  private static func list(_ folder: String) throws -> [(path: String, label: Int32?)] {
    let (names, folders) = try contents(of: folder)
    guard names.isEmpty || folders.isEmpty else {
      throw DataError.malformed(
        path: folder,
        reason: "files (\(names[0])) beside sub-folders (\(folders[0])): give the images alone, or one "
          + "sub-folder a class")
    }
    var images = names.map { (path: folder + "/" + $0, label: Int32?.none) }
    for (label, name) in folders.enumerated() {
      let inner = folder + "/" + name
      let (names, deeper) = try contents(of: inner)
      guard deeper.isEmpty else {
        throw DataError.malformed(
          path: inner, reason: "holds the folder \(deeper[0]): classes are sub-folders of images alone")
      }
      guard !names.isEmpty else {
        throw DataError.malformed(path: inner, reason: "the class has no images")
      }
      images += names.map { (path: inner + "/" + $0, label: Int32(label)) }
    }
    guard !images.isEmpty else {
      throw DataError.malformed(path: folder, reason: "the folder holds no images")
    }
    return images
  }

  /// The names in a folder, sorted by their bytes; hidden ones are passed over.
  ///
  /// - Throws: `DataError` where it is no folder, and for a file whose name does not end in `.png`.
  private static func contents(of folder: String) throws -> (files: [String], folders: [String]) {
    guard let stream = opendir(folder) else {
      let reason = String(cString: strerror(errno)).lowercased()
      throw DataError.missing(path: folder, hint: "\(reason); set path to a folder of .png files")
    }
    defer { closedir(stream) }
    var files: [String] = []
    var folders: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      var status = stat()
      guard stat(folder + "/" + name, &status) == 0 else {
        throw DataError.malformed(
          path: folder + "/" + name, reason: String(cString: strerror(errno)).lowercased())
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        folders.append(name)
        continue
      }
      guard name.lowercased().hasSuffix(".png") else {
        throw DataError.malformed(
          path: folder + "/" + name, reason: "the folder may hold .png files alone")
      }
      files.append(name)
    }
    func sorted(_ names: [String]) -> [String] {
      names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    return (sorted(files), sorted(folders))
  }
}
