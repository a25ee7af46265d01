import Engine
import TestSupport

extension GraphCases {
  static let shaping: [GraphCase] = views + places

  private static let views: [GraphCase] = [
    GraphCase("broadcast", [3, 1, 2]) { $0[0].broadcast(to: [4, 3, 5, 2]) },
    GraphCase("broadcast to one", [3]) { $0[0].broadcast(to: [1, 3]).square() },
    GraphCase("broadcast scalar", []) { $0[0].broadcast(to: [2, 3]).exp() },
    GraphCase("reshape", [3, 4]) { $0[0].reshaped([2, -1]).square() },
    GraphCase("reshape to a scalar", [1, 1]) { $0[0].reshaped([]).square() },
    GraphCase("reshape of permuted", [2, 3, 4]) { $0[0].permuted([2, 0, 1]).reshaped([8, 3]).square() },
    GraphCase("permute", [2, 3, 4]) { $0[0].permuted([1, 2, 0]).square() },
    GraphCase("permute twice", [2, 3, 4, 2], [3, 4, 2, 2]) {
      $0[0].permuted([3, 1, 2, 0]).permuted([1, 2, 0, 3]) * $0[1]
    },
    GraphCase("transposed", [3, 5], [5, 3]) { $0[0].transposed * $0[1] },
    GraphCase("slice", [5, 6]) { $0[0].sliced(starts: [1, 2], sizes: [3, 4]).square() },
    GraphCase("slice with steps", [7, 9]) {
      $0[0].sliced(starts: [1, 0], sizes: [3, 3], steps: [2, 4]).exp()
    },
    GraphCase("slice along an axis", [3, 8, 2]) { $0[0].sliced(along: 1, from: 1, count: 3, step: 2).square() },
    GraphCase("slices that overlap", [8]) {
      $0[0].sliced(along: 0, from: 0, count: 6) * $0[0].sliced(along: -1, from: 2, count: 6)
    },
    GraphCase("slice of permuted", [4, 3, 5]) {
      $0[0].permuted([2, 0, 1]).sliced(starts: [1, 1, 0], sizes: [2, 2, 2], steps: [2, 2, 2]).square()
    },
    GraphCase("empty slice", [4, 3]) { $0[0].sliced(along: 0, from: 2, count: 0).square() },
  ]

  private static let places: [GraphCase] = [
    GraphCase("place", [2, 3]) { $0[0].placed(in: [4, 5], starts: [1, 2]).square() },
    GraphCase("place with steps", [2, 3]) { $0[0].placed(in: [5, 9], starts: [1, 0], steps: [3, 4]).square() },
    GraphCase("pad", [2, 3, 2], [4, 6, 2]) {
      $0[0].padded(before: [1, 0, 0], behind: [1, 3, 0]) * $0[1]
    },
    GraphCase("concatenate", [2, 3], [2, 1], [2, 4]) { concatenate($0, along: -1).square() },
    GraphCase("concatenate rows", [2, 3], [1, 3]) { concatenate([$0[0], $0[1], $0[0]], along: 0).exp() },
    GraphCase("concatenate middle", [2, 1, 3], [2, 4, 3]) { concatenate($0, along: 1).square() },
    GraphCase("gather", of: [.normal([5, 3]), .index([4], below: 5)]) { $0[0].gathered(at: $0[1]).square() },
    GraphCase("gather numbers", of: [.normal([6]), .index([2, 5], below: 6)]) { $0[0].gathered(at: $0[1]).exp() },
    GraphCase("gather wide", of: [.normal([4, 2, 3]), .index([3, 2], below: 4)]) {
      $0[0].gathered(at: $0[1]).square()
    },
    GraphCase("gather by a scalar", of: [.normal([4, 2]), .index([], below: 4)]) { $0[0].gathered(at: $0[1]).square() },
    GraphCase("scatterAdd", of: [.normal([7, 3]), .index([7], below: 4)]) {
      $0[0].scatterAdded(at: $0[1], rows: 4).square()
    },
    GraphCase("scatterAdd wide", of: [.normal([2, 3, 2, 2]), .index([2, 3], below: 5)]) {
      $0[0].scatterAdded(at: $0[1], rows: 5).tanh()
    },
    GraphCase("pick", of: [.normal([4, 6]), .index([4], below: 6)]) { $0[0].picked(at: $0[1]).exp() },
    GraphCase("indices", [3, 4]) { $0[0] * $0[0].graph.indices(along: -1, [4]) },
    GraphCase("constants", [2, 2]) { $0[0].square() * $0[0].graph.constant([1, -2, 0.5, 0], [2, 2]) },
  ]
}
