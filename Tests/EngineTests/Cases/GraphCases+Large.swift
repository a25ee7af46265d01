import Engine
import TestSupport

extension GraphCases {
  /// Sizes at which kernels cut their work into blocks; for programs only, as differences would take
  /// long.
  static let large: [GraphCase] = [
    GraphCase("softmax of long rows", [3, 5000], order: 1) { $0[0].softmax() },
    GraphCase("softmax of many columns", [300, 70], order: 1) { $0[0].softmax(along: 0) },
    GraphCase("sum of 40,000", [200, 200], order: 1) { $0[0].square().total() },
    GraphCase("largest of columns of 700", [700, 19], order: 1) { $0[0].largest(along: [0]) },
    GraphCase("layer normalisation of 130 rows", [130, 257], [257], [257], order: 1) {
      $0[0].layerNormalised(scale: $0[1], shift: $0[2])
    },
    GraphCase("group normalisation of an image", [2, 12, 13, 16], [16], [16], order: 1) {
      $0[0].groupNormalised(groups: 8, scale: $0[1], shift: $0[2]).silu()
    },
    GraphCase("cross-entropy of 1,000 classes", of: [.normal([20, 1000]), .index([20], below: 1000)], order: 1) {
      $0[0].crossEntropy($0[1]).average()
    },
    GraphCase("embedding of 300", of: [.normal([50, 33]), .index([300], below: 50)], order: 1) {
      $0[0].gathered(at: $0[1]).tanh()
    },
    GraphCase("linear layers of 65×130×97", [65, 130], [97, 130], [97], [10, 97], order: 1) {
      ($0[0].matmul($0[1].transposed) + $0[2]).relu().matmul($0[3].transposed)
    },
    GraphCase("attention over 33", [2, 2, 33, 17], [2, 2, 33, 17], [2, 2, 33, 9], order: 1) {
      $0[0].attention(keys: $0[1], values: $0[2], isCausal: true)
    },
    GraphCase("permuted and turned", [33, 17, 40], [40, 33, 17], order: 1) {
      ($0[0].permuted([2, 0, 1]) * $0[1]).sum(along: [1]).square()
    },
    GraphCase("convolutions of 14×14", [2, 14, 14, 3], [16, 3, 3, 3], [16], [8, 4, 4, 16], order: 1) {
      let first = ($0[0].convolution($0[1], Window(kernel: 3, padding: 1)) + $0[2]).leakyRelu(slope: 0.2)
      return first.convolution($0[3], Window(kernel: 4, stride: 2, padding: 1)).tanh()
    },
    GraphCase("transposed convolution to 14×14", [2, 7, 7, 12], [12, 4, 4, 5], order: 1) {
      $0[0].transposedConvolution($0[1], Window(kernel: 4, stride: 2, padding: 1), extents: [14, 14]).relu()
    },
  ]
}
