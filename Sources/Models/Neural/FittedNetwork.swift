import Engine
import Randomness

/// The values of a fitted network: what a model holds between fits, apart from the programs.
struct FittedNetwork: Sendable {
  /// One array a variable, in the order of the network's list.
  let values: [[Float]]
  /// The number of training samples of each class; empty without classes.
  let classCounts: [Int]

  init(_ variables: [Variable], classCounts: [Int]) {
    values = variables.map(\.array)
    self.classCounts = classCounts
  }

  /// Copies the values into the variables of a program.
  func load(into variables: [Variable]) {
    for (variable, values) in zip(variables, values) { variable.assign(values) }
  }

  /// Classes of `count` samples, drawn in proportion to those of the training set; empty without
  /// classes.
  func labels(_ count: Int, key: RandomKey) -> [Int32] {
    guard !classCounts.isEmpty else { return [] }
    let table = AliasTable(weights: classCounts.map(Double.init))
    var stream = RandomStream(key: key)
    return stream.categories(count, from: table)
  }
}

/// A fitted network in a file: the variables named and laid out as in PyTorch's `state_dict`, and in the
/// metadata the class counts and the fit's report.
extension FittedNetwork {
  private static let classes = "class_counts"
  private static let reported = "fit."

  /// - Parameter variables: of the network; they hold its values afterwards.
  func encoded(_ variables: [Variable], report: FitReport) throws -> [UInt8] {
    load(into: variables)
    var metadata = [Self.classes: classCounts.map(String.init).joined(separator: " ")]
    for (index, entry) in report.values.enumerated() {
      // Bits, since a resumed run records the same number; the index keeps the order.
      let place = String(index + 1000)
      metadata["\(Self.reported)\(place).\(entry.name)"] = String(entry.value.bitPattern, radix: 16)
    }
    return try encodeWeights(
      variables, metadata: metadata, isChecked: true, path: "the state of the model")
  }

  /// - Parameter variables: of the network; they hold its values afterwards.
  /// - Throws: `WeightsError` for the tensors of another network, `SafetensorsError` for bytes that are no
  ///   such file, `CheckpointError` where its metadata are not those of a fitted model.
  static func decoded(
    _ bytes: [UInt8], _ variables: [Variable], classes count: Int
  ) throws -> (FittedNetwork, FitReport) {
    let file = try SafetensorsFile(bytes, path: "the state of the model")
    try file.requireChecksum()
    try loadWeights(variables, from: file)
    var counts: [Int] = []
    var values: [(key: String, value: Double)] = []
    for (key, text) in file.metadata {
      if key == classes {
        counts = text.split(separator: " ").map { Int($0) ?? -1 }
      } else if key.hasPrefix(reported) {
        guard let bits = UInt64(text, radix: 16) else {
          throw CheckpointError(path: file.path, reason: "\(key) is '\(text.prefix(80))'")
        }
        values.append((String(key.dropFirst(reported.count)), Double(bitPattern: bits)))
      }
    }
    guard counts.count == count, counts.allSatisfy({ $0 >= 0 }) else {
      throw CheckpointError(
        path: file.path, reason: "the numbers of samples of \(count) classes are \(counts)")
    }
    guard !values.isEmpty else {
      throw CheckpointError(path: file.path, reason: "it does not say what the fit reported")
    }
    let report = FitReport(
      values.sorted { $0.key < $1.key }.map { (String($0.key.dropFirst(5)), $0.value) })
    return (FittedNetwork(variables, classCounts: counts), report)
  }
}
