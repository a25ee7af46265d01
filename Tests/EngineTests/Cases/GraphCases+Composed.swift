import Engine
import TestSupport

extension GraphCases {
  /// What networks are made of, in primitives.
  static let composed: [GraphCase] = [
    GraphCase("softmax", [4, 6]) { softmax($0[0]) },
    GraphCase("cross-entropy", of: [.normal([5, 7]), .index([5], below: 7)]) {
      ($0[0].logSumExp(along: -1) - $0[0].picked(at: $0[1])).average()
    },
    GraphCase("binary cross-entropy with logits", of: [.awayFromZero([4, 6]), .positive([4, 6])]) {
      ($0[0].relu() - $0[0] * $0[1] + (-$0[0].abs()).exp().log1p()).sum(along: [1]).average()
    },
    GraphCase("GELU", [4, 5]) { 0.5 * $0[0] * (1 + ($0[0] * 0.70710678).erf()) },
    GraphCase("SiLU", [4, 5]) { $0[0] * $0[0].sigmoid() },
    GraphCase("softplus by parts", [4, 5], law: .awayFromZero) { $0[0].maximum(0) + (-$0[0].abs()).exp().log1p() },
    GraphCase("layer normalisation", [4, 6], [6], [6]) { normalised($0[0], along: [1]) * $0[1] + $0[2] },
    GraphCase("batch normalisation", [6, 3], [3], [3]) { normalised($0[0], along: [0]) * $0[1] + $0[2] },
    GraphCase("group normalisation", [2, 3, 3, 4], [4], [4]) {
      normalised($0[0].reshaped([2, 9, 2, 2]), along: [1, 3]).reshaped([2, 3, 3, 4]) * $0[1] + $0[2]
    },
    GraphCase("causal attention", [2, 4, 3], [2, 4, 3], [2, 4, 3]) { x in
      let graph = x[0].graph
      let isLater = graph.indices(along: 0, [4, 4]) .< graph.indices(along: 1, [4, 4])
      let scores = x[0].matmul(x[1].permuted([0, 2, 1])) * 0.57735
      return softmax(isLater.select(graph.fill(-1e9, [2, 4, 4]), scores)).matmul(x[2])
    },
    GraphCase("average pooling", [2, 4, 6, 3]) {
      $0[0].reshaped([2, 2, 2, 3, 2, 3]).mean(along: [2, 4]).reshaped([2, 2, 3, 3]).square()
    },
    GraphCase("maximum pooling", [2, 4, 6, 3]) {
      $0[0].reshaped([2, 2, 2, 3, 2, 3]).largest(along: [4]).largest(along: [2]).square()
    },
    GraphCase("nearest up-sampling", [1, 2, 3, 2]) {
      $0[0].reshaped([1, 2, 1, 3, 1, 2]).broadcast(to: [1, 2, 2, 3, 2, 2]).reshaped([1, 4, 6, 2]).square()
    },
    GraphCase("reparametrisation", [3, 4], [3, 4], [3, 4]) { x in
      let z = x[0] + (x[1] * 0.5).exp() * x[2]
      let divergence = -0.5 * (1 + x[1] - x[0].square() - x[1].exp()).sum(along: [1])
      return (z.square().sum(along: [1]) + divergence).average()
    },
    GraphCase("affine coupling", [5, 4], [2, 2], [2, 2]) { x in
      let (a, b) = (x[0].sliced(along: 1, from: 0, count: 2), x[0].sliced(along: 1, from: 2, count: 2))
      let scale = a.matmul(x[1]).tanh()
      return concatenate([a, b * scale.exp() + a.matmul(x[2])], along: 1).square().sum(along: [1]) - scale.sum(along: [1])
    },
    GraphCase("spectral normalisation", [4, 3], [4, 1], [3, 1]) { x in
      // W/σ with σ = uᵀ·W·v.
      x[0] / x[1].transposed.matmul(x[0]).matmul(x[2])
    },
    GraphCase("tied embedding", of: [.normal([6, 4]), .index([3, 2], below: 6)]) { x in
      let hidden = x[0].gathered(at: x[1]).tanh()  // [3, 2, 4]
      return hidden.matmul(x[0].transposed).logSumExp(along: -1)
    },
    GraphCase("recurrence", [3, 4], [4, 4], [3, 4]) { x in
      (0..<4).reduce(x[0]) { state, _ in (state.matmul(x[1]) + x[2]).tanh() }
    },
  ]

  static func softmax(_ x: Tensor) -> Tensor {
    let powers = (x - x.largest(along: [-1]).stopGradient()).exp()
    return powers / powers.sum(along: [-1])
  }

  static func normalised(_ x: Tensor, along axes: [Int]) -> Tensor {
    let centred = x - x.mean(along: axes)
    return centred * (centred.square().mean(along: axes) + 1e-5).reciprocalSqrt()
  }
}
