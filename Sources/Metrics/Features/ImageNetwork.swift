import Engine
import Samples
import Synchronization

/// A classifier of images whose last hidden layer is used as features.
///
/// Shapes: n images of a batch, h and w their sides, c channels; channels last, as in the engine.
protocol ImageNetwork {
  var image: ImageShape { get }
  /// Numbers of the last hidden layer.
  var width: Int { get }
  /// The layer behind it, [classes, width].
  var output: Linear { get }
  /// Everything that is kept in a file.
  var variables: [Variable] { get }
  /// Images [n, h, w, c] with values as the data set gives them → features [n, width].
  func features(_ x: Tensor) -> Tensor
}

/// A network made ready for batches of images.
///
/// A program is not thread-safe, so the lock is held while it runs. A row's features do not depend
/// on the other rows of its batch.
public final class NetworkFeatures: FeatureClassifier {
  static let batch = 256

  public let width: Int
  public let classes: [Int32]
  private let image: ImageShape
  private let program: Mutex<Program>
  /// [classes×width] and [classes].
  private let outputWeight: [Double]
  private let outputBias: [Double]

  /// - Parameter make: the network with its weights.
  /// - Throws: `ProgramError`; what `make` throws.
  init(classes: [Int32], make: () throws -> any ImageNetwork) throws {
    let network = try make()
    width = network.width
    image = network.image
    outputWeight = network.output.weight.array.map(Double.init)
    outputBias = network.output.bias?.array.map(Double.init) ?? []
    precondition(
      outputBias.count == classes.count, "\(outputBias.count) outputs, \(classes.count) classes")
    self.classes = classes
    let graph = Graph()
    let x = graph.input("x", [Self.batch, image.height, image.width, image.channels])
    program = Mutex(try Program(graph, outputs: ["features": network.features(x)]))
  }

  public func features(of samples: SampleSet) throws -> [Double] {
    precondition(ImageShape(samples.space) == image, "features of \(samples.space.description)")
    var features: [Double] = []
    features.reserveCapacity(samples.count * width)
    try program.withLock { program in
      for start in stride(from: 0, to: samples.count, by: Self.batch) {
        try Interruption.check()
        let rows = start..<min(start + Self.batch, samples.count)
        image.copy(rows, of: samples.reals, into: program.input("x"))
        try program.run()
        features += program.output("features")[..<(rows.count * width)].lazy.map(Double.init)
      }
    }
    spoil(&features, of: samples)
    return features
  }

  /// Makes the features of samples NaN that hold a number which is not finite as a Float: a
  /// rectified unit can hide it.
  private func spoil(_ features: inout [Double], of samples: SampleSet) {
    let limit = Double(Float.greatestFiniteMagnitude)
    for row in 0..<samples.count {
      let values = samples.reals[row * image.count..<(row + 1) * image.count]
      guard !values.allSatisfy({ abs($0) <= limit }) else { continue }
      for place in row * width..<(row + 1) * width { features[place] = .nan }
    }
  }

  public func predictions(of features: [Double]) -> [Int] {
    let rows = features.count / width
    var logits = [Double](repeating: 0, count: rows * classes.count)  // [rows×classes]
    multiply(
      features, outputWeight, transposingB: true, m: rows, n: classes.count, k: width, into: &logits)
    return (0..<rows).map { row in
      var best = 0
      for place in classes.indices.dropFirst()
      where logits[row * classes.count + place] + outputBias[place]
        > logits[row * classes.count + best] + outputBias[best]
      {
        best = place
      }
      return best
    }
  }
}
