import Engine
import TestSupport

extension GraphCases {
  static let reductions: [GraphCase] = [
    GraphCase("sum of everything", [3, 4]) { $0[0].square().total() },
    GraphCase("sum of rows", [3, 4]) { $0[0].sum(along: [1]).square() },
    GraphCase("sum of columns", [3, 4]) { $0[0].sum(along: [0]).exp() },
    GraphCase("sum of a middle axis", [2, 5, 3]) { $0[0].sum(along: [1]).square() },
    GraphCase("sum of outer axes", [2, 5, 3]) { $0[0].sum(along: [0, -1]).square() },
    GraphCase("sum of two middle axes", [2, 3, 4, 2]) { $0[0].sum(along: [1, 2]).square() },
    GraphCase("sum of permuted", [3, 4, 2]) { $0[0].permuted([2, 0, 1]).sum(along: [1]).square() },
    GraphCase("sum of nothing", [3, 0]) { $0[0].sum(along: [1]).square() },
    GraphCase("sum over one", [3, 1, 2]) { $0[0].sum(along: [1]).square() },
    GraphCase("sum of 1,000", [1000]) { $0[0].total().square() },
    GraphCase("mean", [3, 4]) { ($0[0].square()).average() },
    GraphCase("mean of a middle axis", [3, 5, 2]) { $0[0].mean(along: [1]).square() },
    GraphCase("variance", [6, 5]) { ($0[0] - $0[0].mean(along: [-1])).square().mean(along: [-1]) },
    GraphCase("largest", [4, 5]) { $0[0].largest(along: [1]).square() },
    GraphCase("largest of columns", [4, 5]) { $0[0].largest(along: [0]).exp() },
    GraphCase("largest of a middle axis", [3, 4, 2]) { $0[0].largest(along: [1]).square() },
    GraphCase("largest of everything", [3, 4]) { $0[0].largest().square() },
    GraphCase("largest of outer axes", [3, 2, 4]) { $0[0].largest(along: [0, 2]).square() },
    GraphCase("largest at ties", [6, 9], law: .coarse, order: 0) { $0[0].largest(along: [1]) },
    GraphCase("log-sum-exp", [3, 6]) { $0[0].logSumExp(along: -1) },
    GraphCase("log-sum-exp of columns", [6, 3]) { ($0[0] * 20).logSumExp(along: 0).square() },
    GraphCase("cumulative sum", [3, 5]) { $0[0].cumulativeSum(along: 1).square() },
    GraphCase("cumulative sum of columns", [5, 3]) { $0[0].cumulativeSum(along: 0).square() },
    GraphCase("cumulative sum, exclusive", [2, 5, 2]) {
      $0[0].cumulativeSum(along: 1, isExclusive: true).square()
    },
    GraphCase("cumulative sum, reversed", [2, 5]) { $0[0].cumulativeSum(along: -1, isReversed: true).square() },
    GraphCase("cumulative sum, exclusive and reversed", [2, 5]) {
      $0[0].cumulativeSum(along: -1, isExclusive: true, isReversed: true).square()
    },
  ]
}
