import Options
import Randomness

/// Options that finite data sets share.
enum PoolOptions {
  static let limit = Option.any(
    "limit", .either(.integer(1 ... .max), .choice(["all"])), unit: "samples",
    default: .text("all"),
    help: "Size of the training set, or all.")

  /// - Parameter value: `first` where the files have a test part of their own; `random` where the
  ///   held-out part is cut from one file, whose order may mean something.
  static func subset(default value: SamplePool.Subset) -> Option<String> {
    .choice(
      "subset", SamplePool.Subset.allCases.map(\.rawValue), default: value.rawValue,
      help:
        "Which samples are trained on: the first ones, a random choice that all seeds share, or "
        + "each seed's own (fresh samples may then repeat training samples).")
  }

  static let subsetSeed = Option.integer(
    "subset_seed", in: 0 ... .max, default: 0,
    help: "Number of the random choice that all seeds share.")

  static let heldOutFraction = Option.real(
    "held_out_fraction", in: RealRange(0, 1, includesLower: false, includesUpper: false),
    default: 0.2,
    help: "Share of the file held out for measuring: the last samples with subset first, random "
      + "ones otherwise.")

  /// A number, or `nil` for `all`.
  static func number(_ value: OptionValue) -> Int? {
    if case .integer(let integer) = value { integer } else { nil }
  }

  /// Rows of a file for training and for holding out.
  ///
  /// - Throws: `ComponentError` when one of the parts would be empty.
  static func split(
    _ count: Int, fraction: Double, subset: SamplePool.Subset, key: RandomKey, component: String
  ) throws -> (training: [Int], heldOut: [Int]) {
    let held = Int((fraction * Double(count)).rounded())
    guard held > 0, held < count else {
      throw ComponentError(
        component, "held_out_fraction \(fraction) of \(count) samples leaves an empty part")
    }
    guard subset != .first else { return (Array(0..<count - held), Array(count - held..<count)) }
    var stream = RandomStream(key: key)
    let order = chosenAtRandom(count, from: Array(0..<count), &stream)
    return (order[..<(count - held)].sorted(), order[(count - held)...].sorted())
  }
}

extension OptionValues {
  /// The `subset` option's value.
  func subset(_ option: Option<String>) -> SamplePool.Subset {
    SamplePool.Subset(rawValue: self[option]) ?? .first
  }

  /// The key of the data set's own random choices, apart for each of them.
  func subsetKey(_ use: Purpose) -> RandomKey {
    RandomKey(seed: UInt64(self[PoolOptions.subsetSeed])).folding(use)
  }
}
