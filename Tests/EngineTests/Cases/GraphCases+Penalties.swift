import Engine
import TestSupport

extension GraphCases {
  /// The gradient penalty of Gulrajani et al. 2017, mean (‖∇ₓ critic(x)‖ − 1)²: a gradient inside a
  /// loss, of which the first order here is second order through the critic.
  static let penalties: [GraphCase] = [
    GraphCase("penalty, tanh MLP", [4, 5], [6, 5], [6], [6, 6], [6], [1, 6]) {
      penalty($0) { mlp($0) { $0.tanh() } }
    },
    GraphCase("penalty, leaky ReLU MLP", [4, 5], [6, 5], [6], [6, 6], [6], [1, 6]) {
      penalty($0) { mlp($0, leaky) }
    },
    GraphCase("penalty, leakyRelu MLP", [4, 5], [6, 5], [6], [6, 6], [6], [1, 6]) {
      penalty($0) { mlp($0) { $0.leakyRelu(slope: 0.2) } }
    },
    GraphCase("penalty, ReLU MLP", [4, 5], [6, 5], [6], [6, 6], [6], [1, 6]) {
      penalty($0) { mlp($0) { $0.relu() } }
    },
    GraphCase("penalty, tanh convolutions", [2, 6, 6, 1], [2, 4, 4, 1], [2], [3, 2, 2, 2], [3], [1, 12]) {
      penalty($0) { convolutional($0) { $0.tanh() } }
    },
    GraphCase("penalty, leaky convolutions", [2, 6, 6, 1], [2, 4, 4, 1], [2], [3, 2, 2, 2], [3], [1, 12]) {
      penalty($0) { convolutional($0, leaky) }
    },
    GraphCase("penalty, normalised convolutions", [2, 6, 6, 1], [2, 4, 4, 1], [2], [3, 2, 2, 2], [3], [1, 12]) {
      penalty($0) { convolutional($0) { normalised($0, along: [1, 2, 3]).sigmoid() } }
    },
  ]

  private static func leaky(_ x: Tensor) -> Tensor { (x .> 0).select(x, x * 0.2) }

  private static func penalty(_ x: [Tensor], _ critic: ([Tensor]) -> Tensor) -> Tensor {
    let slope = gradients(of: critic(x), withRespectTo: [x[0]])[0]
    let norm = slope.square().sum(along: Array(1..<x[0].rank)).sqrt()
    return 10 * (norm - 1).square().average()
  }

  private static func mlp(_ x: [Tensor], _ activation: (Tensor) -> Tensor) -> Tensor {
    let first = activation(x[0].matmul(x[1].transposed) + x[2])
    let second = activation(first.matmul(x[3].transposed) + x[4])
    return second.matmul(x[5].transposed)
  }

  private static func convolutional(_ x: [Tensor], _ activation: (Tensor) -> Tensor) -> Tensor {
    let first = activation(x[0].convolution(x[1], Window(kernel: 4, stride: 2, padding: 1)) + x[2])
    let second = activation(first.convolution(x[3], Window(kernel: 2)) + x[4])  // [n, 2, 2, 3]
    return second.reshaped([x[0].shape[0], -1]).matmul(x[5].transposed)
  }
}
