import Engine
import Randomness
import TestSupport
import Testing

/// Optimisers, schedules, clipping and averages against PyTorch, on ten given gradients.
///
/// The golden values are Doubles rounded to float32; hyper-parameters here are float32.
@Suite struct UpdateTests {
  private let golden: GoldenFile

  init() throws { golden = try GoldenFile("updates") }

  /// Rules by their name in the file.
  static let rules: [String: OptimiserRule] = [
    "sgd": .sgd(), "sgd_decay": .sgd(weightDecay: 0.01), "momentum": .sgd(momentum: 0.9),
    "nesterov": .sgd(momentum: 0.9, isNesterov: true), "rmsprop": .rmsProp(),
    "adam": .adam(), "adam_half": .adam(beta1: 0.5, beta2: 0.9),
    "adam_decay": .adam(weightDecay: 0.1), "adamw": .adamW(beta2: 0.95, weightDecay: 0.1),
  ]

  @Test(arguments: rules.keys.sorted())
  func interpreterAgreesWithPyTorch(_ name: String) throws { try check(name, .interpreter) }

  @Test(arguments: rules.keys.sorted())
  func programAgreesWithPyTorch(_ name: String) throws { try check(name, .program) }

  @Test func interpreterAverages() throws { try checkAverage(.interpreter) }
  @Test func programAverages() throws { try checkAverage(.program) }

  @Test func interpreterClipsByNorm() throws { try checkClipping(.interpreter) }
  @Test func programClipsByNorm() throws { try checkClipping(.program) }

  @Test func interpreterClipsWeights() throws { try checkWeightBound(.interpreter) }
  @Test func programClipsWeights() throws { try checkWeightBound(.program) }

  private func check(_ name: String, _ kind: EvaluatorKind) throws {
    let rule = try #require(Self.rules[name])
    let isSGD = if case .sgd = rule { true } else { false }
    let run = try Training(golden, kind) {
      Optimiser(rule: rule, variables: $0, learningRate: isSGD ? 0.1 : 0.01)
    }
    for variable in run.variables {
      let wanted = try golden.tensor("\(name).\(variable.name)").values
      expectClose(
        run.history[variable]!, wanted, relative: 0,
        absolute: (kind == .interpreter ? 3e-7 : 2e-6) * wanted.map(abs).max()!)
    }
    #expect(run.evaluator.fileValues(of: run.optimiser.steps) == [10])
  }

  private func checkAverage(_ kind: EvaluatorKind) throws {
    let run = try Training(golden, kind) {
      Optimiser(rule: .adam(), variables: $0, learningRate: 0.01, averageDecay: 0.9)
    }
    for (variable, average) in zip(run.variables, run.optimiser.averages) {
      let wanted = try golden.tensor("average.\(variable.name)").values.suffix(variable.count)
      expectClose(
        run.evaluator.fileValues(of: average), Array(wanted), relative: 0, absolute: 1e-6)
    }
  }

  /// Plain descent with rate 1 from 0 moves by the clipped gradient.
  private func checkClipping(_ kind: EvaluatorKind) throws {
    let run = try Training(golden, kind, isFromZero: true) {
      Optimiser(rule: .sgd(), variables: $0, learningRate: 1, gradientNorm: 1)
    }
    for variable in run.variables {
      let wanted = try golden.tensor("clip.\(variable.name)").values
      let history = run.history[variable]!
      let moves = history.indices.map { index in
        (index < variable.count ? 0 : history[index - variable.count]) - history[index]
      }
      expectClose(moves, wanted, relative: 0, absolute: 2e-6)
    }
    // Some steps were clipped and some were not.
    let norms = try golden.tensor("clip.norm").values
    #expect(norms.contains { $0 > 1.1 } && norms.contains { $0 < 0.9 })
  }

  /// A step of rate 0 leaves the weights as they are but for the cut.
  private func checkWeightBound(_ kind: EvaluatorKind) throws {
    let run = try Training(golden, kind) {
      Optimiser(rule: .sgd(), variables: $0, learningRate: 0, weightBound: 0.5)
    }
    let wanted = try golden.tensor("weight_clip.w").values
    #expect(wanted.contains(0.5) && wanted.contains(-0.5))
    expectClose(run.evaluator.fileValues(of: run.variables[0]), wanted, relative: 0)
  }

  @Test func schedulesAgreeWithPyTorch() throws {
    let schedules: [String: Schedule] = [
      "constant": .constant, "linear": .linear(floor: 0.1, steps: 30),
      "cosine": .cosine(floor: 0.1, steps: 30), "warm_up": .warmUp(steps: 5),
      "warm_up_cosine": .warmUp(steps: 5, then: .cosine(floor: 0.1, steps: 25)),
    ]
    #expect(Set(golden.names("schedule.")) == Set(schedules.keys))
    for (name, schedule) in schedules {
      let wanted = try golden.tensor("schedule.\(name)").values
      expectClose(
        wanted.indices.map { schedule.factor(step: $0) }, wanted, relative: 2e-7, absolute: 1e-8)
      // The same in a graph.
      let graph = Graph()
      let step = graph.input("step", [])
      let factor = schedule.factor(step: step)
      var interpreter = GraphInterpreter()
      let computed = try wanted.indices.map { index in
        interpreter.set("step", [Double(index)])
        return try interpreter.values(of: factor)[0]
      }
      expectClose(computed, wanted, relative: 2e-7, absolute: 1e-7)
    }
  }

  @Test func restartsAndNames() throws {
    let weights = Variable("fc.weight", [2])
    weights.assign([1, 2])
    let fixed = Variable("fc.mean", [2], isTrainable: false)
    let optimiser = Optimiser(
      "critic", rule: .adam(), variables: [weights, fixed], learningRate: 1, averageDecay: 0.5)
    #expect(
      optimiser.state.map(\.name) == [
        "critic.step", "critic.fc.weight.exp_avg", "critic.fc.weight.exp_avg_sq",
        "critic.fc.weight.average",
      ])
    #expect(optimiser.averages[0].array == [1, 2])
    for variable in optimiser.state { variable.assign(variable.array.map { $0 + 7 }) }
    weights.assign([3, 4])
    optimiser.reset()
    #expect(optimiser.state.dropLast().allSatisfy { $0.array.allSatisfy { $0 == 0 } })
    #expect(optimiser.averages[0].array == [3, 4])
  }

  @Test func wrongGradientsAreNamed() {
    let optimiser = Optimiser(rule: .sgd(), variables: [Variable("w", [2])], learningRate: 1)
    let graph = Graph()
    let wrong = graph.input("g", [3])
    _ = optimiser.updates(gradients: [wrong], in: graph)
    _ = optimiser.updates(gradients: [], in: graph)
    _ = optimiser.updates(minimising: wrong)
    #expect(
      graph.errors.map(\.problem) == [
        "w [2] has a gradient [3]", "0 gradients for 1 variables", "the loss [3] is no scalar",
      ])
    #expect(graph.errors.allSatisfy { $0.site.contains("UpdateTests.swift:") })
  }
}

/// Ten steps with the gradients of the golden file.
private struct Training {
  let variables: [Variable]
  let optimiser: Optimiser
  private(set) var evaluator: GraphEvaluator
  /// The values after each step, one step behind the other.
  private(set) var history: [Variable: [Double]] = [:]

  init(
    _ golden: GoldenFile, _ kind: EvaluatorKind, isFromZero: Bool = false,
    optimiser make: ([Variable]) -> Optimiser
  ) throws {
    let graph = Graph()
    var gradients: [Tensor] = []
    var values = ["step": [0.0]]
    let step = graph.input("step", [], .int32)
    variables = try ["w", "b"].map { name in
      let start = try golden.tensor("parameter.\(name)")
      let variable = Variable(name, start.shape)
      if !isFromZero { variable.assign(start.values.map { Float($0) }) }
      let given = try golden.tensor("gradient.\(name)")
      values[name] = given.values
      gradients.append(graph.input(name, given.shape).gathered(at: step))
      return variable
    }
    optimiser = make(variables)
    evaluator = try GraphEvaluator(
      kind, graph, inputs: values, outputs: [:],
      updates: optimiser.updates(gradients: gradients, in: graph))
    for number in 0..<10 {
      evaluator.set("step", [Double(number)])
      _ = try evaluator.step()
      for variable in variables {
        history[variable, default: []] += evaluator.fileValues(of: variable)
      }
    }
  }
}
