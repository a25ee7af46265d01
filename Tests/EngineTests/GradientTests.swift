import Engine
import Randomness
import TestSupport
import Testing

/// The gradient rules, against differences of the interpreter in Double.
@Suite struct GradientTests {
  @Test(arguments: GraphCases.all.filter { $0.order >= 1 })
  func firstOrder(_ graphCase: GraphCase) throws {
    try check(graphCase, order: 1)
  }

  @Test(arguments: GraphCases.all.filter { $0.order >= 2 })
  func secondOrder(_ graphCase: GraphCase) throws {
    try check(graphCase, order: 2)
  }

  /// The check itself can fail: a gradient that is off by a millionth is found.
  @Test func wrongGradientIsFound() throws {
    let built = DifferentiatedCase(GraphCase("wrong", [3, 4], order: 1) { $0[0].square() })
    withKnownIssue {
      try checkGradient(
        of: built.losses[0], inputs: [("x0", built.gradients[0][0] * 1.000001)], built.interpreter,
        key: RandomKey(seed: 5), "wrong")
    }
  }

  /// The derivative of x·stop(x²) is x².
  @Test func stopGradient() throws {
    let graph = Graph()
    let x = graph.input("x", [3])
    let gradient = gradients(of: x * x.square().stopGradient(), withRespectTo: [x])[0]
    var interpreter = GraphInterpreter()
    interpreter.set("x", [2.0, -3, 0.5])
    expectClose(try interpreter.values(of: gradient), [4, 9, 0.25], relative: 0)
  }

  /// Equals share the gradient of a maximum evenly; of two operands the first takes it.
  @Test func ties() throws {
    let graph = Graph()
    let (x, y) = (graph.input("x", [2, 3]), graph.input("y", [2, 3]))
    var interpreter = GraphInterpreter()
    interpreter.set("x", [1.0, 1, 0, 2, 2, 2])
    interpreter.set("y", [1.0, 2, 0, 2, 1, 3])
    func values(_ loss: Tensor) throws -> [[Double]] {
      try interpreter.values(of: gradients(of: loss, withRespectTo: [x, y]))
    }
    #expect(try values(x.largest(along: [1]))[0] == [0.5, 0.5, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0])
    #expect(try values(x.maximum(y)) == [[1, 0, 1, 1, 1, 0], [0, 1, 0, 0, 0, 1]])
    #expect(try values(x.minimum(y)) == [[1, 1, 1, 1, 0, 1], [0, 0, 0, 0, 1, 0]])
    // The largest is reached three times over both axes, though twice in one row of them.
    #expect(try values(x.largest())[0] == [0, 0, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0])
    let z = graph.input("z", [2, 1, 2])
    interpreter.set("z", [5.0, 5, 5, 1])
    let cube = z.broadcast(to: [2, 2, 2]) + graph.constant([0, 0, -9, -9, 0, 0, -9, -9], [2, 2, 2])
    let shares = gradients(of: cube.largest(along: [0, 2]).sliced(along: 1, from: 0, count: 1), withRespectTo: [z])[0]
    expectClose(try interpreter.values(of: shares), [1 / 3.0, 1 / 3.0, 1 / 3.0, 0], relative: 1e-15)
  }

  /// Targets that the loss does not reach, and the loss itself.
  @Test func unreached() throws {
    let graph = Graph()
    let (x, y) = (graph.input("x", [2]), graph.input("y", [3]))
    let loss = x.square()
    let result = gradients(of: loss, withRespectTo: [x, y, loss, loss + 1])
    var interpreter = GraphInterpreter()
    interpreter.set("x", [1.0, 2])
    #expect(try interpreter.values(of: result) == [[2, 4], [0, 0, 0], [1, 1], [0, 0]])
  }

  private func check(_ graphCase: GraphCase, order: Int) throws {
    let built = DifferentiatedCase(graphCase)
    try #require(built.graph.errors.isEmpty, "\(built.graph.errors)")
    let gradients = built.gradients[order - 1]
    for (operand, gradient) in zip(built.differentiable, gradients) {
      #expect(operand.tensor.shape == gradient.shape, "\(graphCase): gradient of \(operand.label)")
    }
    try checkGradient(
      of: built.losses[order - 1],
      inputs: zip(built.differentiable, gradients).map { ($0.label, $1) }, built.interpreter,
      key: RandomKey(seed: 5), "\(graphCase), order \(order)")
  }
}
