import Datasets
import Foundation
import Metrics
import Options
import Randomness
import Samples

/// Samples, stores and files that the tests of features share.
enum FeatureFixtures {
  /// Images of four classes in turn: a bright bar in one of four directions at a random place, with
  /// normal noise. `labels` names the classes.
  static func images(
    _ count: Int, seed: UInt64, channels: Int = 1, height: Int = 8, width: Int = 8,
    noise: Double = 0.2, labels: [Int32] = [2, 3, 5, 7], classes: [Int] = [0, 1, 2, 3]
  ) -> SampleSet {
    var stream = RandomStream(key: RandomKey(seed: seed))
    var values: [Double] = []
    var chosen: [Int32] = []
    for index in 0..<count {
      let kind = classes[index % classes.count]
      chosen.append(labels[kind])
      let (row, column) = (stream.integer(below: height), stream.integer(below: width))
      for _ in 0..<channels {
        for y in 0..<height {
          for x in 0..<width {
            let isOn =
              switch kind {
              case 0: y == row
              case 1: x == column
              case 2: (x - y - column + row) % 5 == 0
              default: (x + y - column - row) % 5 == 0
              }
            values.append((isOn ? 1 : 0) + noise * stream.normal())
          }
        }
      }
    }
    return SampleSet(
      space: .images(channels: channels, height: height, width: width), reals: values,
      labels: chosen, provenance: Provenance(.real, count: count))
  }

  /// Normal vectors about one of several centres in turn.
  static func vectors(
    _ count: Int, dimension: Int, seed: UInt64, centres: [[Double]] = [], scale: Double = 1
  ) -> SampleSet {
    var stream = RandomStream(key: RandomKey(seed: seed))
    var values: [Double] = []
    for index in 0..<count {
      for axis in 0..<dimension {
        let centre = centres.isEmpty ? 0 : centres[index % centres.count][axis]
        values.append(centre + scale * stream.normal())
      }
    }
    return vectors(values, dimension: dimension)
  }

  static func vectors(_ values: [Double], dimension: Int) -> SampleSet {
    SampleSet(
      space: .vectors(dimension: dimension), reals: values,
      provenance: Provenance(.real, count: values.count / dimension))
  }

  /// The same samples with other values.
  static func with(_ values: [Double], like samples: SampleSet) -> SampleSet {
    var result = samples
    result.reals = values
    return result
  }

  static func reference(
    training: SampleSet, heldOut: SampleSet, key: UInt64 = 1, features: FeatureStore? = nil
  ) -> Reference {
    Reference(
      space: training.space, law: nil, training: training, heldOut: heldOut,
      key: RandomKey(seed: key), modelHasLaw: false, features: features)
  }

  static func subject(_ samples: SampleSet, key: UInt64 = 2) -> Subject {
    Subject(
      generation: 1, law: nil, firstLaw: nil, samples: samples, key: RandomKey(seed: key))
  }

  /// The quantities of a metric by name.
  static func measure(
    _ type: any Metric.Type, _ reference: Reference, _ subject: Subject,
    _ given: [String: OptionValue] = [:]
  ) throws -> [String: Double] {
    let metric = try type.init(options: options(type.component, given), reference: reference)
    return Dictionary(uniqueKeysWithValues: zip(metric.quantities, try metric.measure(subject)))
  }

  // MARK: Files beside the checkout

  /// Data kept beside the checkout: `OUROBOROS_TEST_DATA`, or `../shared/data` from the package.
  static let data: URL = {
    if let path = ProcessInfo.processInfo.environment["OUROBOROS_TEST_DATA"] {
      return URL(filePath: path)
    }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data")
  }()

  static let digitFolder = data.appending(path: "mnist-cnn")
  static var hasMNIST: Bool { exists(data.appending(path: "mnist")) }
  static var hasDigitNetwork: Bool { exists(digitFolder) }

  private static func exists(_ file: URL) -> Bool {
    FileManager.default.fileExists(atPath: file.path)
  }

  /// MNIST with this many training and test images.
  static func mnist(training: Int, heldOut: Int) throws -> any Dataset {
    try MNIST(
      options: OptionValues(
        [
          "data_dir": .text(data.appending(path: "mnist").path), "limit": .integer(training),
          "held_out": .integer(heldOut),
        ], specs: MNIST.component.options), files: DataFiles(directory: "/nowhere"))
  }
}
