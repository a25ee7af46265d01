import Engine
import Randomness
import TestSupport

/// Runs a program and holds its results against the interpreter's, within the bound that rounding to
/// float32 allows every number (`Bounded`).
struct ProgramComparison {
  let title: String
  let graph: Graph
  let outputs: [String: Tensor]
  var updates: [Update] = []
  let interpreter: GraphInterpreter

  /// How many numbers were compared, and of how many the bound says nothing.
  private(set) var compared = 0
  private(set) var unbounded = 0
  /// What does not agree.
  private(set) var mismatches: [String] = []

  init(
    _ title: String, _ graph: Graph, _ outputs: [String: Tensor], updates: [Update] = [],
    _ interpreter: GraphInterpreter
  ) {
    self.title = title
    self.graph = graph
    self.outputs = outputs
    self.updates = updates
    self.interpreter = interpreter
  }

  /// Runs the program built each way, twice.
  mutating func run(_ variants: [ProgramOptions]) {
    for options in variants {
      do {
        try run(options)
      } catch {
        mismatches.append("\(title), \(options.title): \(error)")
      }
    }
  }

  private mutating func run(_ options: ProgramOptions) throws {
    let kind = options.title
    var interpreter = interpreter
    interpreter.precision = options.precision
    let program = try Program(graph, outputs: outputs, updates: updates, options: options)
    for (label, type) in program.inputTypes {
      let values = interpreter.inputs[label]?.map(\.value) ?? []
      if type.element == .int32 {
        _ = program.integerInput(label).update(fromContentsOf: values.map { Int32($0) })
      } else {
        _ = program.input(label).update(fromContentsOf: values.map { Float($0) })
      }
    }
    for (name, key) in interpreter.keys { program.setKey(key, for: name) }
    let names = outputs.keys.sorted()
    let expected = try interpreter.evaluate(names.compactMap { outputs[$0] })
    let changed = try interpreter.variables(after: updates)
    let variables = changed.keys.sorted { $0.name < $1.name }
    let before = variables.map(\.array)

    func results() -> [(String, [Float])] {
      names.map { name in
        outputs[name]?.type.element == .int32
          ? (name, program.integerOutput(name).map { Float($0) }) : (name, Array(program.output(name)))
      } + variables.map { ($0.name, $0.array) }
    }
    try program.run()
    let first = results()
    for (variable, values) in zip(variables, before) { variable.assign(values) }
    try program.run()
    let second = results()
    for (variable, values) in zip(variables, before) { variable.assign(values) }

    let all = expected + variables.compactMap { changed[$0] }
    for ((name, values), bounds) in zip(first, all) {
      compare(values, bounds, "\(title), \(kind), \(name)")
    }
    for ((name, a), (_, b)) in zip(first, second) where a.map(\.bitPattern) != b.map(\.bitPattern) {
      mismatches.append("\(title), \(kind), \(name): other bits in the second run")
    }
    for (label, type) in program.inputTypes where type.element == .float32 {
      let given = interpreter.inputs[label]?.map { Float($0.value) } ?? []
      if Array(program.input(label)) != given { mismatches.append("\(title), \(kind): input \(label) was changed") }
    }
  }

  private mutating func compare(_ actual: [Float], _ expected: [Bounded], _ name: String) {
    guard actual.count == expected.count else {
      mismatches.append("\(name): \(actual.count) values, not \(expected.count)")
      return
    }
    var worst: (index: Int, excess: Double)?
    for (index, (value, bound)) in zip(actual, expected).enumerated() {
      compared += 1
      if bound.error == .infinity {
        unbounded += 1
        continue
      }
      let value = Double(value)
      let gap = abs(value - bound.value)
      let agrees = value == bound.value || gap <= bound.error || value.isNaN && bound.value.isNaN
      if !agrees {
        let excess = gap.isNaN ? .infinity : gap / bound.error
        if excess > worst?.excess ?? -1 { worst = (index, excess) }
      }
    }
    if let worst {
      let bound = expected[worst.index]
      mismatches.append(
        "\(name)[\(worst.index)]: program \(actual[worst.index]), reference \(bound.value) ± \(bound.error)")
    }
  }
}

extension ProgramOptions {
  /// Every node by itself.
  static let single = ProgramOptions(isFusing: false)
  static let bfloat16 = ProgramOptions(precision: .bfloat16)

  fileprivate var title: String { "\(precision.rawValue) \(isFusing ? "fused" : "single") \(library)" }
}

extension ProgramComparison {
  /// The result of a case, its losses and all its gradients.
  init(_ graphCase: GraphCase) {
    let built = DifferentiatedCase(graphCase)
    var outputs = ["result": built.output]
    for (order, loss) in built.losses.enumerated() { outputs["loss\(order + 1)"] = loss }
    for (order, gradients) in built.gradients.enumerated() {
      for (operand, gradient) in zip(built.differentiable, gradients) {
        outputs["gradient\(order + 1).\(operand.label)"] = gradient
      }
    }
    self.init(graphCase.name, built.graph, outputs, built.interpreter)
  }
}
