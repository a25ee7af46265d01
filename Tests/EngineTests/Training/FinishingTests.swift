import Engine
import Randomness
import Testing

/// When a program says that a variable has its new values, it has them.
@Suite struct FinishingTests {
  private static let key = RandomKey(seed: 3)

  private func variable(_ name: String, _ shape: [Int]) -> Variable {
    let variable = Variable(name, shape)
    variable.initialise(.normal(deviation: 0.5), fan: Fan(inputs: 1, outputs: 1), key: Self.key)
    return variable
  }

  /// A network with a weight used twice, whose gradient is a sum of products, and one not used at all.
  private func program(
    _ options: ProgramOptions
  ) throws -> (program: Program, gradients: [Variable], weights: [Variable]) {
    let weights = [
      variable("first", [8, 12]), variable("bias", [12]), variable("twice", [12, 12]),
      variable("last", [12, 3]), variable("unused", [7]),
    ]
    let graph = Graph()
    let values = weights.map { graph.value(of: $0) }
    let hidden = (graph.input("x", [16, 8]).matmul(values[0]) + values[1]).relu()
    let deeper = hidden.matmul(values[2]).tanh().matmul(values[2]).sigmoid()
    let loss = deeper.matmul(values[3]).square().average()
    let targets = weights.map { Variable("\($0.name).gradient", $0.shape, isTrainable: false) }
    let parts = gradients(of: loss, withRespectTo: values)
    let program = try Program(
      graph, outputs: ["loss": loss],
      updates: zip(targets, parts).map { Update.assign($0, $1) }, options: options)
    var stream = RandomStream(key: Self.key)
    stream.fillUniforms(program.input("x"))
    return (program, targets, weights)
  }

  @Test(arguments: [true, false])
  func valuesAreThereAsSoonAsTold(isFusing: Bool) throws {
    let (program, gradients, weights) = try program(ProgramOptions(isFusing: isFusing))
    try program.run()
    let expected = gradients.map(\.array)
    #expect(expected.dropLast().allSatisfy { $0.contains { $0 != 0 } })
    let finishing = try gradients.map { try #require(program.instruction(finishing: $0)) }
    for gradient in gradients { gradient.values.update(repeating: .nan) }
    var seen = 0
    try program.run { instruction in
      for (number, gradient) in gradients.enumerated() where finishing[number] == instruction {
        #expect(gradient.array == expected[number], "\(gradient.name) after \(instruction)")
        seen += 1
      }
    }
    #expect(seen == gradients.count)
    #expect(gradients.map(\.array) == expected)
    // In the order of the backward pass, the sum over the two uses of a weight too.
    #expect(finishing[3] < finishing[2] && finishing[2] < finishing[0])
    #expect(finishing[3] <= program.costs.count / 2 + 1)
    #expect(program.instruction(finishing: weights[0]) == nil)
  }

  /// A weight that the graph reads is finished by its optimiser.
  @Test func optimisersFinishWeightsAndState() throws {
    let weight = variable("weight", [4])
    let optimiser = Optimiser(rule: .adam(), variables: [weight], learningRate: 0.1)
    let graph = Graph()
    let loss = graph.value(of: weight).square().average()
    let program = try Program(graph, outputs: [:], updates: optimiser.updates(minimising: loss))
    let step = try #require(program.costs.firstIndex { $0.kind == .optimiser })
    #expect(program.instruction(finishing: weight) == step)
    #expect(optimiser.moments[0].allSatisfy { program.instruction(finishing: $0) == step })
    let before = weight.array
    try program.run { instruction in
      if instruction < step { #expect(weight.array == before) }
    }
    #expect(weight.array != before)
  }
}
