import Engine
import Networks
import Foundation
import Randomness
import TestSupport
import Testing
import Workloads

/// The models against PyTorch's at reduced sizes: ten training steps from the same weights on the same
/// inputs, compared by the ten losses and by the weights after them.
///
/// The golden values were calculated in Double. Differences are taken relative to the largest element
/// of a tensor.
@Suite struct GoldenTests {
  /// A model of a golden file.
  struct Model {
    /// What our names have in front of PyTorch's.
    var prefix = ""
    var variables: [Variable]
    var rule: OptimiserRule = .adam(epsilon: 1e-4)
    var indices: Set<String> = []
    var loss: ([String: Tensor]) -> Tensor
  }

  static let key = RandomKey(seed: 3)

  static func model(_ name: String) throws -> Model {
    switch name {
    case "vae":
      let model = DenseAutoencoder(data: 9, hidden: 8, latent: 3, key: key)
      return Model(variables: model.variables) { model.loss($0["x"]!, noise: $0["noise"]!) }
    case "realnvp":
      let model = AffineFlow(couplings: 4, hidden: 6, key: key)
      return Model(variables: model.variables) { model.loss($0["x"]!) }
    case "gpt", "gpt_relu":
      let model = LanguageModel(
        layers: 2, heads: 2, width: 8, positions: 6, vocabulary: 11,
        activation: name == "gpt" ? .gelu : .relu, key: key)
      let rule = OptimiserRule.adamW(beta1: 0.9, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.1)
      return Model(variables: model.variables, rule: rule, indices: ["tokens", "target"]) {
        let length = $0["tokens"]!.shape[1]
        return model.loss(
          $0["tokens"]!.reshaped([-1]), targets: $0["target"]!.reshaped([-1]), length: length)
      }
    case "unet":
      let model = DenoisingNetwork(channels: (4, 8), embedding: 6, classes: 3, groups: 2, key: key)
      return Model(variables: model.variables, indices: ["class"]) {
        model($0["x"]!, time: $0["time"]!, labels: $0["class"]!).meanSquaredError($0["target"]!)
      }
    case "wgan_gp_mlp":
      return critic(DenseAdversarialNetworks(latent: 4, hidden: [8, 8], data: 6, key: key))
    case "wgan_gp_conv":
      return critic(ConvolutionalAdversarialNetworks(latent: 4, channels: 3, image: [8, 8, 1], key: key))
    case "wgan_generator_mlp":
      return generator(DenseAdversarialNetworks(latent: 4, hidden: [8, 8], data: 6, key: key))
    default:
      return generator(ConvolutionalAdversarialNetworks(latent: 4, channels: 3, image: [8, 8, 1], key: key))
    }
  }

  private static func critic(_ networks: some AdversarialNetworks) -> Model {
    Model(
      prefix: "critic.", variables: networks.criticVariables,
      rule: .adam(beta1: 0.5, beta2: 0.9, epsilon: 1e-4)
    ) {
      networks.criticLoss(
        real: $0["real"]!, fake: $0["fake"]!, mix: $0["mix"]!, penaltyWeight: 10)
    }
  }

  private static func generator(_ networks: some AdversarialNetworks) -> Model {
    Model(
      prefix: "generator.", variables: networks.generatorVariables,
      rule: .rmsProp(epsilon: 1e-4)
    ) { networks.generated($0["x"]!).meanSquaredError($0["target"]!) }
  }

  @Test(arguments: [
    "vae", "realnvp", "gpt", "gpt_relu", "unet", "wgan_gp_mlp", "wgan_gp_conv", "wgan_generator_mlp",
    "wgan_generator_conv",
  ])
  func tenStepsAgreeWithPyTorch(_ name: String) throws {
    let golden = try GoldenFile(name)
    let model = try Self.model(name)
    try loadWeights(model.variables, from: golden.part("parameter.", as: model.prefix))
    let optimiser = Optimiser(
      rule: model.rule, variables: model.variables, learningRate: 0.01,
      hasDecay: { $0.shape.count >= 2 })

    let graph = Graph()
    var inputs: [String: Tensor] = [:]
    var values: [String: [Double]] = [:]
    for input in golden.names("input.") {
      let stored = try golden.tensor("input.\(input)")
      let (shape, content) = ImageOrder.channelsLast(stored.shape, stored.values)
      inputs[input] = graph.input(input, shape, model.indices.contains(input) ? .int32 : .float32)
      values[input] = content
    }
    let loss = model.loss(inputs)
    let program = try Program(
      graph, outputs: ["loss": loss], updates: optimiser.updates(minimising: loss))
    for (input, type) in program.inputTypes {
      let content = try #require(values[input])
      if type.element == .int32 {
        _ = program.integerInput(input).update(fromContentsOf: content.map { Int32($0) })
      } else {
        _ = program.input(input).update(fromContentsOf: content.map { Float($0) })
      }
    }
    let losses = try (0..<10).map { _ in
      try program.run()
      return Double(program.output("loss")[0])
    }

    try compare("\(name) loss", losses, golden.tensor("loss").values)
    let after = try golden.part("after10.", as: model.prefix)
    for variable in model.variables {
      let entry = try #require(after.entry(variable.name), "\(name): no \(variable.name)")
      let expected = Variable(variable.name, variable.shape, fileLayout: variable.fileLayout)
      let one = try SafetensorsFile(
        SafetensorsFile.encode([after.tensor(entry)]), path: after.path)
      try loadWeights([expected], from: one)
      try compare(
        "\(name) \(variable.name)", variable.array.map(Double.init), expected.array.map(Double.init))
    }
  }

  private func compare(_ name: String, _ actual: [Double], _ expected: [Double]) throws {
    try #require(actual.count == expected.count, "\(name)")
    let scale = max(expected.map(abs).max() ?? 0, 1e-6)
    let worst = actual.indices.max { abs(actual[$0] - expected[$0]) < abs(actual[$1] - expected[$1]) }
    let index = try #require(worst, "\(name) is empty")
    #expect(
      abs(actual[index] - expected[index]) <= 1e-4 * scale,
      "\(name)[\(index)]: \(actual[index]), PyTorch \(expected[index]), scale \(scale)")
  }
}
