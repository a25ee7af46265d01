import Engine
import Randomness
import Samples

extension LeNet {
  static let batch = 64

  /// Steps of training for this many images: 5 epochs of 10,000; more epochs of few.
  static func steps(images: Int) -> Int {
    min(780, max(200, 20 * images / batch))
  }

  /// Trains on labelled images by Adam 2·10⁻³ with a cosine schedule, under a fixed key: the same
  /// samples give the same bits (with the same kernels).
  ///
  /// - Parameters:
  ///   - samples: finite, with labels.
  ///   - classes: all labels that occur, ascending.
  /// - Throws: `ProgramError`, `Interrupted`, `FeatureError.diverged`.
  /// - Complexity: O(steps · batch · pixels).
  static func trained(
    on samples: SampleSet, image: ImageShape, classes: [Int32], key: RandomKey
  ) throws -> LeNet {
    let network = LeNet(image, classes: classes.count, key: key)
    network.standardise(samples)
    let steps = steps(images: samples.count)
    let optimiser = Optimiser(
      rule: .adam(), variables: network.trainable, learningRate: 2e-3,
      schedule: .cosine(steps: steps))
    let graph = Graph()
    let x = graph.input("x", [batch, image.height, image.width, image.channels])
    let labels = graph.input("labels", [batch], .int32)
    let loss = network.output(network.features(x)).crossEntropy(labels).average()
    let program = try Program(
      graph, outputs: ["loss": loss], updates: optimiser.updates(minimising: loss))

    let places = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices.map(Int32.init)))
    let targets = (samples.labels ?? []).map { places[$0] ?? 0 }
    var order = EndlessOrder(count: samples.count, key: key.folding(.order))
    for _ in 0..<steps {
      try Interruption.check()
      let rows = (0..<batch).map { _ in order.next() }
      image.copy(rows, of: samples.reals, into: program.input("x"))
      _ = program.integerInput("labels").update(fromContentsOf: rows.map { targets[$0] })
      try program.run()
      let value = program.output("loss")[0]
      guard value.isFinite else { throw FeatureError.diverged(loss: value) }
    }
    return network
  }

  /// Sets what the first layer subtracts and multiplies by from the samples' values.
  private func standardise(_ samples: SampleSet) {
    let pixels = image.pixels
    for channel in 0..<image.channels {
      var sum = 0.0
      var squares = 0.0
      for row in 0..<samples.count {
        let start = (row * image.channels + channel) * pixels
        for value in samples.reals[start..<start + pixels] {
          sum += value
          squares += value * value
        }
      }
      let count = Double(samples.count * pixels)
      let variance = squares / count - sum / count * (sum / count)
      mean.values[channel] = Float(sum / count)
      // A channel without variance stays as it is.
      scale.values[channel] = variance > 0 ? Float(1 / variance.squareRoot()) : 1
    }
  }
}

/// All rows in random order, again and again, each time in another.
private struct EndlessOrder {
  private let count: Int
  private var stream: RandomStream
  private var order: [Int] = []

  init(count: Int, key: RandomKey) {
    self.count = count
    stream = RandomStream(key: key)
  }

  mutating func next() -> Int {
    if order.isEmpty { order = stream.permutation(count) }
    return order.removeLast()
  }
}
