import Engine
import Options
import Randomness

/// What the two free classifiers share: random labels for made-up images, Adam 10⁻³.
enum ClassifierTraining {
  /// - Parameters:
  ///   - shape: of a batch.
  ///   - data: all batches one after the other.
  ///   - variables: of the model.
  ///   - logits: the model, a batch → [batch, classes].
  static func routine(
    _ shape: [Int], classes: Int, data: [Float], variables: [Variable], key: RandomKey,
    _ options: ProgramOptions, logits: (Tensor) -> Tensor
  ) throws -> Routine {
    let batch = shape[0]
    let optimiser = Optimiser(rule: .adam(), variables: variables, learningRate: 1e-3)
    let images = BatchPool(data)
    let targets = BatchPool(
      SyntheticData.labels(
        BatchPool<Int32>.batches * batch, below: classes, key: key.folding(.realData).folding(1)))
    let phase = try Routine.Phase(
      options: options,
      prepare: { program, number in
        images.copy(number, into: program.input("x"))
        targets.copy(number, into: program.integerInput("labels"))
      }
    ) { graph in
      let labels = graph.input("labels", [batch], .int32)
      let loss = logits(graph.input("x", shape)).crossEntropy(labels).average()
      return (["loss": loss], optimiser.updates(minimising: loss))
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
  let batch: Int
  let widths: [Int]
  let key: RandomKey

  public var variables: [Variable] { layers.flatMap(\.variables) }

  public init(options: OptionValues, key: RandomKey) throws {
    widths = options[Self.widths].integers
    guard widths.count >= 2 else {
      throw ComponentError(Self.component.name, "widths needs two numbers at least")
    }
    batch = options[Self.batch]
    self.key = key
    layers = (1..<widths.count).map { [widths] in
      Linear("fc\($0)", inputs: widths[$0 - 1], outputs: widths[$0], key: key)
    }
  }

  public func training(_ options: ProgramOptions) throws -> Routine {
    let data = SyntheticData.vectors(
      BatchPool<Float>.batches * batch, width: widths[0], key: key.folding(.realData))
    return try ClassifierTraining.routine(
      [batch, widths[0]], classes: widths[widths.count - 1], data: data, variables: variables,
      key: key, options
    ) { x in
      layers.indices.reduce(x) { h, layer in
        layer + 1 < layers.count ? layers[layer](h).relu() : layers[layer](h)
      }
    }
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
    let data = SyntheticData.spots(
      BatchPool<Float>.batches * batch, side: side, key: key.folding(.realData))
    return try ClassifierTraining.routine(
      [batch, side, side, 1], classes: output.weight.shape[0], data: data, variables: variables,
      key: key, options
    ) { x in
      output(convolutions.reduce(x) { $1($0).relu() }.reshaped([batch, -1]))
    }
  }
}

extension OptionValue {
  /// The integers of a list.
  fileprivate var integers: [Int] {
    guard case .list(let values) = self else { return [] }
    return values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
  }
}
