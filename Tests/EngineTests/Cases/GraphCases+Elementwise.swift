import Engine
import TestSupport

extension GraphCases {
  static let elementwise: [GraphCase] = unary + binary + conditions

  private static let unary: [GraphCase] = [
    GraphCase("negate", [3, 4]) { -$0[0] },
    GraphCase("absolute", [3, 4], law: .awayFromZero) { $0[0].abs() },
    GraphCase("sign", [3, 4], law: .awayFromZero) { $0[0].sign() },
    GraphCase("exp", [3, 4]) { $0[0].exp() },
    GraphCase("log", [3, 4], law: .positive) { $0[0].log() },
    GraphCase("log1p", [3, 4], law: .positive) { $0[0].log1p() },
    GraphCase("sqrt", [3, 4], law: .positive) { $0[0].sqrt() },
    GraphCase("reciprocalSqrt", [3, 4], law: .positive) { $0[0].reciprocalSqrt() },
    GraphCase("reciprocal", [3, 4], law: .awayFromZero) { $0[0].reciprocal() },
    GraphCase("tanh", [3, 4]) { $0[0].tanh() },
    GraphCase("sigmoid", [3, 4]) { $0[0].sigmoid() },
    GraphCase("erf", [3, 4]) { $0[0].erf() },
    GraphCase("sin", [3, 4]) { $0[0].sin() },
    GraphCase("cos", [3, 4]) { $0[0].cos() },
    GraphCase("floor", [3, 4]) { $0[0].floor() },
    GraphCase("relu", [3, 4], law: .awayFromZero) { $0[0].relu() },
    GraphCase("relu at ties", [4, 5], law: .coarse, order: 0) { $0[0].relu() },
    GraphCase("leakyRelu", [3, 4], law: .awayFromZero) { $0[0].leakyRelu(slope: 0.2).square() },
    GraphCase("leakyRelu at ties", [4, 5], law: .coarse, order: 0) { $0[0].leakyRelu() },
    GraphCase("softplus", [3, 4]) { $0[0].softplus() },
    GraphCase("square", [3, 4]) { $0[0].square() },
    GraphCase("square of a scalar", []) { $0[0].square() },
    GraphCase("tanh of 17 numbers", [17]) { $0[0].tanh() },
    GraphCase("exp of nothing", [0, 3]) { $0[0].exp() },
  ]

  private static let binary: [GraphCase] = [
    GraphCase("add", [3, 4], [3, 4]) { $0[0] + $0[1] },
    GraphCase("add a row", [3, 4], [4]) { $0[0] + $0[1] },
    GraphCase("add column and row", [3, 1], [1, 4]) { $0[0] + $0[1] },
    GraphCase("add a scalar", [3, 4], []) { $0[0] + $0[1] },
    GraphCase("subtract a middle axis", [2, 3, 4], [2, 1, 4]) { $0[0] - $0[1] },
    GraphCase("subtract from a new axis", [4], [3, 4]) { $0[0] - $0[1] },
    GraphCase("multiply", [3, 4], [3, 4]) { $0[0] * $0[1] },
    GraphCase("multiply by an image's channels", [2, 3, 3, 5], [5]) { $0[0] * $0[1] },
    GraphCase("multiply outer", [5, 1], [7]) { $0[0] * $0[1] },
    GraphCase("multiply by itself", [6]) { $0[0] * $0[0] },
    GraphCase("multiply both ways", [1, 3, 1, 2], [4, 1, 2, 1]) { $0[0] * $0[1] },
    GraphCase("divide", of: [.normal([3, 4]), .positive([3, 4])]) { $0[0] / $0[1] },
    GraphCase("divide by a column", of: [.normal([3, 4]), .awayFromZero([3, 1])]) { $0[0] / $0[1] },
    GraphCase("divide a scalar", of: [.normal([]), .awayFromZero([5])]) { $0[0] / $0[1] },
    GraphCase("maximum", [3, 4], [3, 4]) { $0[0].maximum($0[1]) },
    GraphCase("maximum at ties", [6, 5], [6, 5], law: .coarse, order: 0) { $0[0].maximum($0[1]) },
    GraphCase("minimum of a row", [3, 4], [4]) { $0[0].minimum($0[1]) },
    GraphCase("minimum of a number", [3, 4]) { $0[0].minimum(0.25) },
    GraphCase("power", of: [.positive([3, 4]), .normal([3, 4])]) { $0[0].power($0[1]) },
    GraphCase("power of a scalar", of: [.positive([3, 4]), .positive([])]) { $0[0].power($0[1]) },
    GraphCase("whole power", of: [.awayFromZero([7])]) { $0[0].power($0[0].graph.fill(3, [7])) },
    GraphCase("numbers beside", [3, 4]) { 2 - (1 + $0[0] * 3 - 0.5) / 4 },
    GraphCase("number over", [3, 4], law: .awayFromZero) { 3 / $0[0] },
  ]

  private static let conditions: [GraphCase] = [
    GraphCase("less", [3, 4], [4]) { ($0[0] .< $0[1]) },
    GraphCase("less at ties", [6, 5], [6, 5], law: .coarse, order: 0) { $0[0] .< $0[1] },
    GraphCase("lessOrEqual at ties", [6, 5], [6, 5], law: .coarse, order: 0) { $0[0] .<= $0[1] },
    GraphCase("greater at ties", [6, 5], [6, 5], law: .coarse, order: 0) { $0[0] .> $0[1] },
    GraphCase("greaterOrEqual at ties", [6, 5], [6, 5], law: .coarse, order: 0) { $0[0] .>= $0[1] },
    GraphCase("equal at ties", [6, 5], [6, 5], law: .coarse, order: 0) { $0[0] .== $0[1] },
    GraphCase("select", [3, 4], [3, 4], [3, 4]) { ($0[0] .< $0[1]).select($0[1] * $0[2], $0[2].square()) },
    GraphCase("select by a row", [4], [3, 4], [3, 1]) { ($0[0] .> 0).select($0[1].exp(), $0[2]) },
    GraphCase("select numbers", [9], law: .awayFromZero) { x in
      (x[0] .> 0).select(1, x[0]) * (x[0] .< 0).select(x[0].square(), 2)
    },
    GraphCase("leaky ReLU by select", [4, 5], law: .awayFromZero) { ($0[0] .> 0).select($0[0], $0[0] * 0.2) },
    // The branch not taken is infinite or NaN.
    GraphCase("guarded logarithm", of: [.coarse([20])], order: 0) { ($0[0] .> 0).select($0[0].log(), -3) },
    GraphCase("cast there and back", of: [.index([3, 2], below: 9), .normal([2])]) {
      $0[0].cast(to: .float32) * $0[1]
    },
    GraphCase("cast drops the fraction", [4, 6], order: 0) { ($0[0] * 5).cast(to: .int32).cast(to: .float32) },
    GraphCase("stop gradient", [3, 4], order: 0) { $0[0] * $0[0].square().stopGradient() },
  ]
}
