import Engine
import TestSupport

extension GraphCases {
  static let products: [GraphCase] = [
    GraphCase("matmul", [3, 4], [4, 5]) { $0[0].matmul($0[1]) },
    GraphCase("matmul of a row and a column", [1, 7], [7, 1]) { $0[0].matmul($0[1]) },
    GraphCase("matmul transposed left", [4, 3], [4, 5]) { $0[0].transposed.matmul($0[1]).square() },
    GraphCase("matmul transposed right", [3, 4], [5, 4]) { $0[0].matmul($0[1].transposed).square() },
    GraphCase("matmul transposed both", [4, 3], [5, 4]) { $0[0].transposed.matmul($0[1].transposed).tanh() },
    GraphCase("matmul with itself", [3, 5]) { $0[0].matmul($0[0].transposed).square() },
    GraphCase("matmul of slices", [6, 6]) {
      $0[0].sliced(starts: [0, 1], sizes: [3, 4]).matmul($0[0].sliced(starts: [1, 0], sizes: [4, 3])).square()
    },
    GraphCase("matmul of every second", [6, 8], [4, 3]) {
      $0[0].sliced(along: 1, from: 1, count: 4, step: 2).matmul($0[1]).square()
    },
    GraphCase("batch matmul", [2, 3, 4], [2, 4, 3]) { $0[0].matmul($0[1]).square() },
    GraphCase("batch matmul of two batch axes", [2, 2, 3, 2], [2, 2, 2, 3]) { $0[0].matmul($0[1]).tanh() },
    GraphCase("batch matmul of permuted heads", [2, 4, 3, 5], [2, 4, 3, 5]) {
      $0[0].permuted([0, 2, 1, 3]).matmul($0[1].permuted([0, 2, 3, 1])).tanh()
    },
    GraphCase("batch times one matrix", [2, 3, 4], [4, 5]) { $0[0].matmul($0[1]).square() },
    GraphCase("matmul of broadcast", [1, 4], [4, 3]) { $0[0].broadcast(to: [5, 4]).matmul($0[1]).square() },
    GraphCase("matmul over nothing", [3, 0], [0, 2]) { $0[0].matmul($0[1]) },
    GraphCase("linear layer", [6, 4], [5, 4], [5]) { ($0[0].matmul($0[1].transposed) + $0[2]).tanh() },
  ]
}
