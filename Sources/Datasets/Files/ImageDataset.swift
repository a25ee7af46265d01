import Engine
import Options
import Randomness
import Samples

/// A data set of images, given as they are or by their first principal components.
public protocol ImageDataset: FiniteDataset {
  /// The space of the images themselves.
  var imageSpace: SampleSpace { get }
  /// Where samples are coordinates along principal components: what turns them back into images.
  var principalComponents: PrincipalComponents? { get }
}

/// Options of image data sets and how they make a pool of images.
struct ImagePool: Sendable {
  static let components = Option.integer(
    "components", in: 0...1_000_000, default: 0,
    help: "Number of principal components of the training images that make up a sample; 0: the "
      + "images themselves.")
  static let classes = Option.any(
    "classes", .either(.choice(["all"]), .list(.integer(0...255))), default: .text("all"),
    help: "The classes to keep, as a list, or all.")
  static let heldOut = Option.any(
    "held_out", .either(.integer(1 ... .max), .choice(["all"])), unit: "samples",
    default: .text("all"), help: "How many of the test images are used, or all.")

  let imageSpace: SampleSpace
  let principalComponents: PrincipalComponents?
  let pool: SamplePool

  /// - Parameters:
  ///   - heldOutLimit: the most test images used; `nil` for all.
  ///   - levels: the value of each byte, [256].
  /// - Throws: `ComponentError` for a class that does not occur, or more samples or components
  ///   asked for than there are.
  init(
    training: LabelledImages, test: LabelledImages, heldOutLimit: Int?, levels: [Double],
    options: OptionValues, subset: SamplePool.Subset, component: String
  ) throws {
    let classes = try ImagePool.classes(options, among: training, component: component)
    let training = training.keeping(classes)
    var test = test.keeping(classes)
    if let heldOutLimit {
      guard heldOutLimit <= test.count else {
        throw ComponentError(
          component, "held_out is \(heldOutLimit), but there are \(test.count) test images")
      }
      test = test.selecting(Array(0..<heldOutLimit))
    }
    guard test.count > 0 else {
      throw ComponentError(component, "no test image is of these classes")
    }
    imageSpace = .images(channels: 1, height: training.height, width: training.width)
    let pixels = training.pixels
    var trainingRows = RowStore.bytes(training.bytes, levels: levels)
    var testRows = RowStore.bytes(test.bytes, levels: levels)
    let components = options[ImagePool.components]
    var space = imageSpace
    var found: PrincipalComponents?
    if components > 0 {
      guard components <= pixels, components < training.count else {
        throw ComponentError(
          component,
          "\(components) components of \(training.count) images with \(pixels) pixels")
      }
      guard
        let basis = PrincipalComponents(
          rows: training.count, dimension: pixels, count: components,
          batch: { trainingRows.values(of: $0, width: pixels) })
      else { throw ComponentError(component, "the principal components do not converge") }
      trainingRows = ImagePool.project(trainingRows, count: training.count, basis)
      testRows = ImagePool.project(testRows, count: test.count, basis)
      space = .vectors(dimension: components)
      found = basis
    }
    principalComponents = found
    pool = try SamplePool(
      space: space,
      candidates: .init(rows: trainingRows, labels: training.labels.map(Int32.init)),
      heldOut: .init(rows: testRows, labels: test.labels.map(Int32.init)),
      limit: PoolOptions.number(options[PoolOptions.limit]), subset: subset,
      key: options.subsetKey(.order), component: component)
  }

  private static func project(
    _ rows: RowStore, count: Int, _ basis: PrincipalComponents
  ) -> RowStore {
    var projected: [Double] = []
    projected.reserveCapacity(count * basis.count)
    for start in stride(from: 0, to: count, by: 4096) {
      let range = start..<min(start + 4096, count)
      projected += basis.project(
        rows.values(of: range, width: basis.dimension), rows: range.count)
    }
    return .reals(projected)
  }

  private static func classes(
    _ options: OptionValues, among images: LabelledImages, component: String
  ) throws -> Set<UInt8>? {
    guard case .list(let values) = options[ImagePool.classes] else { return nil }
    let present = Set(images.labels)
    var classes: Set<UInt8> = []
    for case .integer(let value) in values {
      guard let label = UInt8(exactly: value), present.contains(label) else {
        let known = present.sorted().map(String.init).joined(separator: ", ")
        throw ComponentError(component, "class \(value) does not occur (classes: \(known))")
      }
      classes.insert(label)
    }
    guard !classes.isEmpty else { throw ComponentError(component, "the list of classes is empty") }
    return classes
  }
}
