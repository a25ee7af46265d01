import Engine
import Foundation

extension GoldenCase {
  static let all = activations + norms + images + adversarial + likelihoods

  static let activations: [GoldenCase] = [
    perceptron("relu") { $0.relu() }, perceptron("leaky_relu") { $0.leakyRelu(slope: 0.2) },
    perceptron("tanh") { $0.tanh() }, perceptron("sigmoid") { $0.sigmoid() },
    perceptron("gelu") { $0.gelu() }, perceptron("gelu_tanh") { $0.geluByTanh() },
    perceptron("silu") { $0.silu() }, perceptron("softplus") { $0.softplus() },
    perceptron("elu") { $0.elu() },
  ]

  private static func perceptron(
    _ name: String, _ activation: @escaping @Sendable (Tensor) -> Tensor
  ) -> GoldenCase {
    squared("mlp_\(name)") {
      let fc1 = Linear("fc1", inputs: 5, outputs: 7, key: key)
      let fc2 = Linear("fc2", inputs: 7, outputs: 6, key: key)
      let fc3 = Linear("fc3", inputs: 6, outputs: 3, key: key)
      return ([fc1, fc2, fc3], { fc3(activation(fc2(activation(fc1($0))))) })
    }
  }

  static let norms: [GoldenCase] = [
    normalised("layer_norm") {
      let norm = LayerNormalisation("norm", width: 8)
      return (norm, { (norm($0), []) })
    },
    normalised("group_norm") {
      let norm = GroupNormalisation("norm", groups: 2, channels: 8)
      return (norm, { (norm($0), []) })
    },
    normalised("batch_norm") {
      let norm = BatchNormalisation("norm", channels: 8)
      return (norm, { norm.training($0) })
    },
  ]

  private static func normalised(
    _ name: String, _ make: @escaping @Sendable () -> (any Layer, (Tensor) -> (Tensor, [Update]))
  ) -> GoldenCase {
    classified(name) {
      let fc1 = Linear("fc1", inputs: 5, outputs: 8, hasBias: false, key: key)
      let (norm, apply) = make()
      let fc2 = Linear("fc2", inputs: 8, outputs: 3, key: key)
      return (
        [fc1, norm, fc2],
        { x in
          let (inner, updates) = apply(fc1(x))
          return (fc2(inner.tanh()), updates)
        }
      )
    }
  }

  static let likelihoods: [GoldenCase] = [
    GoldenCase(name: "vae") {
      let fc1 = Linear("fc1", inputs: 9, outputs: 8, key: key)
      let fc2 = Linear("fc2", inputs: 8, outputs: 6, key: key)
      let fc3 = Linear("fc3", inputs: 3, outputs: 8, key: key)
      let fc4 = Linear("fc4", inputs: 8, outputs: 9, key: key)
      let layers: [any Layer] = [fc1, fc2, fc3, fc4]
      return Model(variables: layers.variables) { _, inputs in
        let x = inputs["x"]!
        let latent = fc2(fc1(x).relu())
        let mean = latent.sliced(along: 1, from: 0, count: 3)
        let logVariance = latent.sliced(along: 1, from: 3, count: 3)
        let z = mean + (0.5 * logVariance).exp() * inputs["noise"]!
        let logits = fc4(fc3(z).relu())
        let cross = logits.binaryCrossEntropy(x).total()
        let divergence = -0.5 * (1 + logVariance - mean.square() - logVariance.exp()).total()
        return Pass(
          outputs: [
            "logits": logits, "mean": mean, "log_variance": logVariance, "cross_entropy": cross,
            "divergence": divergence,
          ], loss: (cross + divergence) / 5)
      }
    },
    GoldenCase(name: "realnvp") {
      let couplings = (0..<4).map { number in
        [(1, 6), (6, 6), (6, 2)].enumerated().map {
          Linear(
            "couplings.\(number).fc\($0.offset + 1)", inputs: $0.element.0, outputs: $0.element.1,
            key: key)
        }
      }
      return Model(variables: couplings.flatMap { $0 }.flatMap(\.variables)) { graph, inputs in
        var parts = (0..<2).map { inputs["x"]!.sliced(along: 1, from: $0, count: 1) }
        var logDeterminant = graph.fill(0, [7, 1])
        for (number, layers) in couplings.enumerated() {
          let (kept, moved) = (parts[number % 2], parts[1 - number % 2])
          let shift = layers[2](layers[1](layers[0](kept).relu()).relu())
          let s = shift.sliced(along: 1, from: 0, count: 1).tanh()
          parts[1 - number % 2] = moved * s.exp() + shift.sliced(along: 1, from: 1, count: 1)
          logDeterminant = logDeterminant + s
        }
        let z = concatenate(parts, along: 1)
        let constant = Float(log(2 * Double.pi))
        return Pass(
          outputs: ["z": z, "log_determinant": logDeterminant],
          loss: (0.5 * z.square().sum(along: [1]) + constant - logDeterminant).average())
      }
    },
    GoldenCase(name: "embedding", indices: ["tokens", "target"]) {
      let embedding = Embedding("embedding", rows: 11, width: 5, key: key)
      let fc = Linear("fc", inputs: 5, outputs: 11, key: key)
      return Model(variables: embedding.variables + fc.variables) { _, inputs in
        let logits = fc(embedding(inputs["tokens"]!))
        return Pass(
          outputs: ["logits": logits], loss: logits.crossEntropy(inputs["target"]!).average())
      }
    },
    transformer("gpt") { $0.gelu() }, transformer("gpt_relu") { $0.relu() },
  ]

  /// GPT with all activations as matrices [B·T, C].
  private static func transformer(
    _ name: String, _ activation: @escaping @Sendable (Tensor) -> Tensor
  ) -> GoldenCase {
    struct Block: Layer {
      let norm1, norm2: LayerNormalisation
      let attention: MultiHeadAttention
      let up, down: Linear
      var variables: [Variable] {
        let layers: [any Layer] = [norm1, attention, norm2, up, down]
        return layers.variables
      }
    }
    return GoldenCase(name: name, indices: ["tokens", "target"]) {
      let tokens = Embedding("wte", rows: 11, width: 8, key: key)
      let positions = Embedding("wpe", rows: 6, width: 8, key: key)
      let blocks = (0..<2).map { number in
        Block(
          norm1: LayerNormalisation("h.\(number).ln_1", width: 8),
          norm2: LayerNormalisation("h.\(number).ln_2", width: 8),
          attention: MultiHeadAttention(
            "h.\(number).attn", width: 8, heads: 2, isCausal: true, key: key),
          up: Linear("h.\(number).mlp.c_fc", inputs: 8, outputs: 32, key: key),
          down: Linear("h.\(number).mlp.c_proj", inputs: 32, outputs: 8, key: key))
      }
      let norm = LayerNormalisation("ln_f", width: 8)
      let layers: [any Layer] = [tokens, positions] + blocks + [norm]
      return Model(variables: layers.variables) { graph, inputs in
        let embedded = tokens(inputs["tokens"]!) + graph.value(of: positions.weight)
        var x = embedded.reshaped([18, 8])
        for block in blocks {
          x = x + block.attention(block.norm1(x), positions: 6)
          x = x + block.down(activation(block.up(block.norm2(x))))
        }
        let logits = tokens.logits(norm(x))
        return Pass(
          outputs: ["logits": logits],
          loss: logits.crossEntropy(inputs["target"]!.reshaped([18])).average())
      }
    }
  }
}
