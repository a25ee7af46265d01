import Engine
import TestSupport

extension GraphCases {
  /// The functions that networks are made of.
  static let composed: [GraphCase] = activations + losses + normalisations + images + models

  private static let activations: [GraphCase] = [
    GraphCase("softmax", [4, 6]) { $0[0].softmax() },
    GraphCase("softmax of columns", [5, 3]) { $0[0].softmax(along: 0).square() },
    GraphCase("softmax of a middle axis", [2, 4, 3]) { $0[0].softmax(along: 1).square() },
    GraphCase("log-softmax", [4, 6]) { $0[0].logSoftmax() },
    GraphCase("GELU", [4, 5]) { $0[0].gelu() },
    GraphCase("GELU by tanh", [4, 5]) { $0[0].geluByTanh() },
    GraphCase("SiLU", [4, 5]) { $0[0].silu() },
    GraphCase("ELU", [4, 5], law: .awayFromZero) { $0[0].elu(0.7) },
    GraphCase("softplus by parts", [4, 5], law: .awayFromZero) {
      $0[0].maximum(0) + (-$0[0].abs()).exp().log1p()
    },
  ]

  private static let losses: [GraphCase] = [
    GraphCase("cross-entropy", of: [.normal([5, 7]), .index([5], below: 7)]) {
      $0[0].crossEntropy($0[1]).average()
    },
    GraphCase("cross-entropy of sequences", of: [.normal([2, 3, 4]), .index([2, 3], below: 4)]) {
      $0[0].crossEntropy($0[1]).square()
    },
    GraphCase("binary cross-entropy", of: [.awayFromZero([4, 6]), .positive([4, 6])]) {
      $0[0].binaryCrossEntropy($0[1]).sum(along: [1]).average()
    },
    GraphCase("squared error", [4, 6], [4, 6]) { $0[0].meanSquaredError($0[1]) },
    GraphCase("reparametrisation", [3, 4], [3, 4], [3, 4]) { x in
      let z = x[0] + (x[1] * 0.5).exp() * x[2]
      let divergence = -0.5 * (1 + x[1] - x[0].square() - x[1].exp()).sum(along: [1])
      return (z.square().sum(along: [1]) + divergence).average()
    },
  ]

  private static let normalisations: [GraphCase] = [
    GraphCase("moments", [4, 6]) {
      let (mean, variance) = $0[0].moments(along: [1])
      return mean.exp() * variance.square()
    },
    GraphCase("layer normalisation", [4, 6], [6], [6]) {
      $0[0].layerNormalised(scale: $0[1], shift: $0[2])
    },
    GraphCase("layer normalisation of two axes", [2, 3, 4], [3, 4], [3, 4]) {
      $0[0].layerNormalised(scale: $0[1], shift: $0[2]).tanh()
    },
    GraphCase("group normalisation", [2, 3, 3, 4], [4], [4]) {
      $0[0].groupNormalised(groups: 2, scale: $0[1], shift: $0[2])
    },
    GraphCase("batch normalisation", [6, 3], [3], [3]) {
      let (mean, variance) = $0[0].moments(along: [0])
      return $0[0].batchNormalised(mean: mean, variance: variance, scale: $0[1], shift: $0[2])
    },
    GraphCase("batch normalisation of images", [2, 2, 3, 3], [3], [3]) {
      let (mean, variance) = $0[0].moments(along: [0, 1, 2])
      return $0[0].batchNormalised(mean: mean, variance: variance, scale: $0[1], shift: $0[2]).tanh()
    },
    // u and v are given: no gradient flows through their estimation.
    GraphCase("spectral normalisation", [4, 3]) { x in
      let u = x[0].graph.constant([0.5, -0.1, 0.7, 0.5], [4])
      let v = x[0].graph.constant([0.6, 0, -0.8], [3])
      return x[0].spectrallyNormalised(u: u, v: v).square()
    },
    GraphCase("spectral normalisation with a step", [4, 3], order: 0) { x in
      let u = x[0].graph.constant([0.5, -0.1, 0.7, 0.5], [4])
      return x[0].spectrallyNormalised(u: u).weights
    },
  ]

  private static let images: [GraphCase] = [
    GraphCase("average pooling", [2, 4, 6, 3]) { $0[0].averagePooled(2).square() },
    GraphCase("average pooling that overlaps", [1, 5, 5, 2]) {
      $0[0].averagePooled(3, stride: 2, padding: 1).square()
    },
    GraphCase("maximum pooling", [2, 4, 6, 3]) { $0[0].maximumPooled(2).square() },
    GraphCase("maximum pooling that overlaps", [1, 5, 5, 2]) {
      $0[0].maximumPooled(3, stride: 2, padding: 1).square()
    },
    GraphCase("maximum pooling by reductions", [2, 4, 6, 3]) {
      $0[0].reshaped([2, 2, 2, 3, 2, 3]).largest(along: [2, 4]).square()
    },
    GraphCase("up-sampling", [1, 2, 3, 2]) { $0[0].upsampled(by: 2).square() },
    GraphCase("residual block", [1, 4, 4, 2], [2, 3, 3, 2], [2], [2], [2, 3, 3, 2]) { x in
      let window = Window(kernel: 3, padding: 1)
      let first = x[0].groupNormalised(groups: 1, scale: x[2], shift: x[3]).silu()
      return x[0] + first.convolution(x[1], window).silu().convolution(x[4], window)
    },
  ]

  private static let models: [GraphCase] = [
    GraphCase("attention", [2, 3, 4], [2, 5, 4], [2, 5, 3]) {
      $0[0].attention(keys: $0[1], values: $0[2])
    },
    GraphCase("causal attention", [2, 4, 3], [2, 4, 3], [2, 4, 3]) {
      $0[0].attention(keys: $0[1], values: $0[2], isCausal: true)
    },
    GraphCase("causal attention of heads", [2, 4, 12], [4, 4]) { x in
      // [batch, T, 3·heads·width] → three of [batch, heads, T, width]
      let parts = x[0].reshaped([2, 4, 3, 2, 2]).permuted([2, 0, 3, 1, 4])
      func part(_ index: Int) -> Tensor {
        parts.sliced(along: 0, from: index, count: 1).reshaped([2, 2, 4, 2])
      }
      let mixed = part(0).attention(keys: part(1), values: part(2), isCausal: true)
      return mixed.permuted([0, 2, 1, 3]).reshaped([2, 4, 4]).matmul(x[1])
    },
    GraphCase("affine coupling", [5, 4], [2, 2], [2, 2]) { x in
      let (a, b) = (
        x[0].sliced(along: 1, from: 0, count: 2), x[0].sliced(along: 1, from: 2, count: 2)
      )
      let scale = a.matmul(x[1]).tanh()
      let moved = concatenate([a, b * scale.exp() + a.matmul(x[2])], along: 1)
      return moved.square().sum(along: [1]) - scale.sum(along: [1])
    },
    GraphCase("tied embedding", of: [.normal([6, 4]), .index([3, 2], below: 6)]) { x in
      let hidden = x[0].gathered(at: x[1]).tanh()  // [3, 2, 4]
      return hidden.matmul(x[0].transposed).logSumExp(along: -1)
    },
    GraphCase("recurrence", [3, 4], [4, 4], [3, 4]) { x in
      (0..<4).reduce(x[0]) { state, _ in (state.matmul(x[1]) + x[2]).tanh() }
    },
  ]

  static func normalised(_ x: Tensor, along axes: [Int]) -> Tensor {
    let (mean, variance) = x.moments(along: axes)
    return (x - mean) * (variance + 1e-5).reciprocalSqrt()
  }
}
