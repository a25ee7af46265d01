import Engine
import Options
import Randomness

/// What the two free classifiers share: random labels for made-up images, Adam 10⁻³.
enum ClassifierTraining {
  /// - Parameters:
  ///   - x: the input `x` of the graph; its first axis is the batch.
  ///   - logits: [batch, classes]
  ///   - data: all batches of x one after the other.
  static func routine(
    x: Tensor, logits: Tensor, data: [Float], variables: [Variable], key: RandomKey,
    _ options: ProgramOptions
  ) throws -> Routine {
    let (batch, classes) = (logits.shape[0], logits.shape[1])
    let labels = x.graph.input("labels", [batch], .int32)
    let loss = logits.crossEntropy(labels).average()
    let optimiser = Optimiser(rule: .adam(), variables: variables, learningRate: 1e-3)
    let images = BatchPool(data)
    let targets = BatchPool(
      SyntheticData.labels(
        BatchPool<Int32>.batches * batch, below: classes, key: key.folding(.realData).folding(1)))
    let phase = try Routine.Phase(
      x.graph, outputs: ["loss": loss], updates: optimiser.updates(minimising: loss),
      options: options
    ) { program, number in
      images.copy(number, into: program.input("x"))
      targets.copy(number, into: program.integerInput("labels"))
    }
    return Routine([phase], samples: Double(batch), key: key.folding(.fit))
  }
}

/// A classifier of dense layers with ReLU, to be given any shape.
public struct DenseWorkload: Workload {
  static let batch = Option.integer(
    "batch", in: 1...1_000_000, unit: "samples", default: 128, help: "Samples a step.")
  static let widths = Option.any(
    "widths", .list(.integer(1...1_000_000)),
    default: .list([784, 512, 512, 10].map { .integer($0) }),
    help: "Widths from the input to the classes.")

  public static let component = Component(
    name: "mlp", summary: "A classifier of dense layers with ReLU.",
    options: [batch.spec, widths.spec])

  let layers: [Linear]
  let batch, width: Int
  let key: RandomKey

  public var variables: [Variable] { layers.flatMap(\.variables) }

  public init(options: OptionValues, key: RandomKey) throws {
    let widths = options[Self.widths].integers
    guard widths.count >= 2 else {
      throw ComponentError(Self.component.name, "widths needs two numbers at least")
    }
    (batch, width) = (options[Self.batch], widths[0])
    self.key = key
    layers = (1..<widths.count).map {
      Linear("fc\($0)", inputs: widths[$0 - 1], outputs: widths[$0], key: key)
    }
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let graph = Graph()
    let x = graph.input("x", [batch, width])
    let logits = layers.indices.reduce(x) { h, layer in
      layer + 1 < layers.count ? layers[layer](h).relu() : layers[layer](h)
    }
    let data = SyntheticData.vectors(
      BatchPool<Float>.batches * batch, width: width, key: key.folding(.realData))
    return try ClassifierTraining.routine(
      x: x, logits: logits, data: data, variables: variables, key: key, options)
  }
}

/// A classifier of 3×3 convolutions of stride 2 with ReLU and a linear layer, to be given any shape.
public struct ConvolutionalWorkload: Workload {
  static let batch = Option.integer(
    "batch", in: 1...1_000_000, unit: "images", default: 64, help: "Images a step.")
  static let side = Option.integer(
    "side", in: 1...4_096, unit: "pixels", default: 28, help: "Side of an image of one channel.")
  static let channels = Option.any(
    "channels", .list(.integer(1...65_536)), default: .list([32, 64].map { .integer($0) }),
    help: "Channels behind each convolution.")
  static let classes = Option.integer("classes", in: 1...1_000_000, default: 10, help: "Classes.")

  public static let component = Component(
    name: "conv", summary: "A classifier of 3×3 convolutions of stride 2 with ReLU.",
    options: [batch.spec, side.spec, channels.spec, classes.spec])

  let convolutions: [ConvolutionLayer]
  let output: Linear
  let batch, side: Int
  let key: RandomKey

  public var variables: [Variable] { convolutions.flatMap(\.variables) + output.variables }

  public init(options: OptionValues, key: RandomKey) {
    (batch, side) = (options[Self.batch], options[Self.side])
    self.key = key
    let channels = [1] + options[Self.channels].integers
    convolutions = (1..<channels.count).map {
      ConvolutionLayer(
        "conv\($0)", inputs: channels[$0 - 1], outputs: channels[$0], kernel: 3, stride: 2,
        padding: 1, key: key)
    }
    let last = convolutions.reduce(side) { extent, _ in (extent + 1) / 2 }
    let image = [last, last, channels[channels.count - 1]]
    output = Linear(
      "fc", inputs: image.reduce(1, *), outputs: options[Self.classes], inputImage: image, key: key)
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let graph = Graph()
    let x = graph.input("x", [batch, side, side, 1])
    let small = convolutions.reduce(x) { $1($0).relu() }
    let data = SyntheticData.spots(
      BatchPool<Float>.batches * batch, side: side, key: key.folding(.realData))
    return try ClassifierTraining.routine(
      x: x, logits: output(small.reshaped([batch, -1])), data: data, variables: variables, key: key,
      options)
  }
}

extension OptionValue {
  /// The integers of a list.
  fileprivate var integers: [Int] {
    guard case .list(let values) = self else { return [] }
    return values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
  }
}
