import Engine
import Foundation
import Randomness
import TestSupport
import Testing

/// A model of the golden files, written with the engine's layers.
struct GoldenCase: Sendable, CustomStringConvertible {
  /// What a forward pass adds to a graph.
  struct Pass {
    var outputs: [String: Tensor]
    var loss: Tensor
    /// Beside the optimiser's.
    var updates: [Update] = []
  }

  struct Model {
    var variables: [Variable]
    /// From the inputs by name.
    var forward: (Graph, [String: Tensor]) -> Pass
  }

  let name: String
  /// Inputs that are int32 here; other integers of the file become float32.
  var indices: Set<String> = []
  let make: @Sendable () -> Model
  var description: String { name }

  /// The key of initial values, which the file's replace.
  static let key = RandomKey(seed: 11)

  /// y = layers(x), mean squared error with the target.
  static func squared(
    _ name: String, _ make: @escaping @Sendable () -> ([any Layer], (Tensor) -> Tensor)
  ) -> GoldenCase {
    GoldenCase(name: name) {
      let (layers, apply) = make()
      return Model(variables: layers.variables) { _, inputs in
        let y = apply(inputs["x"]!)
        return Pass(outputs: ["y": y], loss: y.meanSquaredError(inputs["target"]!))
      }
    }
  }

  /// Logits y = layers(x), mean cross-entropy with the target.
  static func classified(
    _ name: String, _ make: @escaping @Sendable () -> ([any Layer], (Tensor) -> (Tensor, [Update]))
  ) -> GoldenCase {
    GoldenCase(name: name, indices: ["target"]) {
      let (layers, apply) = make()
      return Model(variables: layers.variables) { _, inputs in
        let (y, updates) = apply(inputs["x"]!)
        return Pass(
          outputs: ["y": y], loss: y.crossEntropy(inputs["target"]!).average(), updates: updates)
      }
    }
  }

  /// The optimiser of the file.
  static func optimiser(_ golden: GoldenFile, _ variables: [Variable]) throws -> Optimiser {
    struct Settings: Decodable {
      var lr: Float
      var momentum: Float?
      var alpha: Float?
      var betas: [Float]?
      var eps: Float?
      var weight_decay: Float?
    }
    let settings = try JSONDecoder().decode(
      Settings.self, from: Data(golden.metadata("settings").utf8))
    let decay = settings.weight_decay ?? 0
    let betas = settings.betas ?? [0.9, 0.999]
    let rule: OptimiserRule
    switch try golden.metadata("optimiser") {
    case "SGD": rule = .sgd(momentum: settings.momentum ?? 0, weightDecay: decay)
    case "RMSprop":
      rule = .rmsProp(alpha: try #require(settings.alpha), epsilon: try #require(settings.eps))
    case "Adam":
      rule = .adam(beta1: betas[0], beta2: betas[1], epsilon: try #require(settings.eps))
    default:
      rule = .adamW(
        beta1: betas[0], beta2: betas[1], epsilon: try #require(settings.eps), weightDecay: decay)
    }
    return Optimiser(
      rule: rule, variables: variables, learningRate: settings.lr,
      hasDecay: { $0.fileShape.count >= 2 })
  }
}
