import Options
import Randomness
import Samples

/// A data set that is a sampling procedure: training, fresh and held-out samples are independent
/// draws from one and the same law, told apart by their keys alone.
public protocol DrawnDataset: Dataset {
  /// The size of the held-out set.
  var heldOutCount: Int { get }
  /// `count` independent draws, all with provenance `origin`.
  func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet
}

extension DrawnDataset {
  public func training(key: RandomKey) throws -> SampleSet {
    var stream = RandomStream(key: key)
    return draw(count, origin: .real, stream: &stream)
  }

  public func fresh(_ count: Int, key: RandomKey) throws -> SampleSet {
    var stream = RandomStream(key: key)
    return draw(count, origin: .fresh, stream: &stream)
  }

  public func heldOut(key: RandomKey) throws -> SampleSet {
    var stream = RandomStream(key: key)
    return draw(heldOutCount, origin: .real, stream: &stream)
  }
}

/// Options that all drawn data sets share.
enum DrawnOptions {
  static let samples = Option.integer(
    "samples", in: 1...100_000_000, unit: "samples", default: 100,
    help: "Size of the real training set, drawn anew for every seed.")
  static let heldOut = Option.integer(
    "held_out", in: 1...100_000_000, unit: "samples", default: 1000,
    help: "Size of the real set held out for measuring.")
  static func noise(default value: Double) -> Option<Double> {
    .real(
      "noise", in: .nonNegative, default: value,
      help: "Standard deviation of the Gaussian noise added to every coordinate.")
  }
}
