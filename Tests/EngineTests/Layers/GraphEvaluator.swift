import Engine
import TestSupport

/// What computes a graph in these tests: the interpreter in Double or the executor.
enum EvaluatorKind: String, CaseIterable, Sendable, CustomStringConvertible {
  case interpreter, program
  var description: String { rawValue }
}

/// Runs a graph with its updates again and again on the same inputs.
struct GraphEvaluator {
  private enum Engine {
    case interpreter(GraphInterpreter, [(String, Tensor)], [Update])
    case program(Program, [String])
  }

  private var engine: Engine

  /// - Parameter inputs: values by label; labels that are not inputs of the graph are ignored.
  init(
    _ kind: EvaluatorKind, _ graph: Graph, inputs: [String: [Double]], outputs: [String: Tensor],
    updates: [Update] = []
  ) throws {
    switch kind {
    case .interpreter:
      var interpreter = GraphInterpreter()
      for (label, values) in inputs { interpreter.set(label, values) }
      engine = .interpreter(interpreter, outputs.sorted { $0.key < $1.key }, updates)
    case .program:
      let program = try Program(graph, outputs: outputs, updates: updates)
      engine = .program(program, outputs.keys.sorted())
      for (label, values) in inputs { set(label, values) }
    }
  }

  /// Gives an input its values; nothing where the graph does not use it.
  mutating func set(_ label: String, _ values: [Double]) {
    switch engine {
    case .interpreter(var interpreter, let outputs, let updates):
      interpreter.set(label, values)
      engine = .interpreter(interpreter, outputs, updates)
    case .program(let program, _):
      guard let type = program.inputTypes[label] else { return }
      if type.element == .int32 {
        _ = program.integerInput(label).update(fromContentsOf: values.map { Int32($0) })
      } else {
        _ = program.input(label).update(fromContentsOf: values.map { Float($0) })
      }
    }
  }

  /// Gives a variable its values; those of a program are shared already.
  mutating func assign(_ variable: Variable, _ values: [Double]) {
    guard case .interpreter(var interpreter, let outputs, let updates) = engine else { return }
    interpreter.set(variable, values)
    engine = .interpreter(interpreter, outputs, updates)
  }

  /// One run: the outputs by name.
  mutating func step() throws -> [String: [Double]] {
    switch engine {
    case .interpreter(var interpreter, let outputs, let updates):
      let values = try interpreter.values(of: outputs.map(\.1))
      for (variable, values) in try interpreter.variables(after: updates) {
        interpreter.set(variable, values.map(\.value))
      }
      engine = .interpreter(interpreter, outputs, updates)
      return Dictionary(uniqueKeysWithValues: zip(outputs.map(\.0), values))
    case .program(let program, let names):
      try program.run()
      return Dictionary(
        uniqueKeysWithValues: names.map { ($0, program.output($0).map(Double.init)) })
    }
  }

  /// The current values of a variable, in the order of a file.
  func fileValues(of variable: Variable) -> [Double] {
    guard case .interpreter(let interpreter, _, _) = engine,
      let values = interpreter.variables[variable]
    else { return variable.fileValues.map(Double.init) }
    return inFileOrder(values.map(\.value), of: variable)
  }
}

/// Values of a variable's shape, for example its gradient, in the order of a file.
func inFileOrder(_ values: [Double], of variable: Variable) -> [Double] {
  // Positions are exact in float32 up to 2²⁴.
  let positions = Variable("positions", variable.shape, fileLayout: variable.fileLayout)
  positions.assign((0..<values.count).map(Float.init))
  return positions.fileValues.map { values[Int($0)] }
}
