import Engine
import Randomness

/// The reference of the engine: computes the tensors of a graph in Double, operation by operation, in
/// the most obvious way; nothing is shared with the executor. Every number carries a bound of
/// what float32 may make of it (`Bounded`), so that a program's results can be held against it.
public struct GraphInterpreter {
  /// The values of the graph's inputs, by label.
  public var inputs: [String: [Bounded]] = [:]
  /// Values to use for variables instead of their own.
  public var variables: [Variable: [Bounded]] = [:]
  /// The keys of random tensors, by name.
  public var keys: [String: RandomKey] = [:]

  /// How operands of products and convolutions are rounded: it widens the bounds, values stay those of
  /// mathematics.
  public var precision = OperandPrecision.float32

  public init() {}

  /// Gives an input its values.
  public mutating func set(_ label: String, _ values: [Double]) { inputs[label] = values.map { Bounded($0) } }
  /// Gives an input its values.
  public mutating func set(_ label: String, _ values: [Float]) { set(label, values.map(Double.init)) }
  /// Gives an input its values.
  public mutating func set(_ label: String, _ values: [Int32]) { set(label, values.map(Double.init)) }
  /// Overrides the values of a variable.
  public mutating func set(_ variable: Variable, _ values: [Double]) {
    variables[variable] = values.map { Bounded($0) }
  }

  /// The values of `tensors`, row-major, in Double.
  public func values(of tensors: [Tensor]) throws -> [[Double]] {
    try evaluate(tensors).map { $0.map(\.value) }
  }

  /// The values of one tensor, row-major, in Double.
  public func values(of tensor: Tensor) throws -> [Double] { try values(of: [tensor])[0] }

  /// The values of `tensors`, row-major, with their bounds.
  ///
  /// - Throws: the graph's first error; `InterpreterError` for a missing input or key and for
  ///   values outside an operation's domain.
  public func evaluate(_ tensors: [Tensor]) throws -> [[Bounded]] {
    guard let graph = tensors.first?.graph else { return [] }
    if let error = graph.errors.first { throw error }
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for tensor in tensors { needed[tensor.node] = true }
    for node in graph.nodes.indices.reversed() where needed[node] {
      for input in graph.nodes[node].inputs { needed[input] = true }
    }
    var results = [[Bounded]](repeating: [], count: graph.nodes.count)
    var origins = 0
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      let operands = node.inputs.map { Operand(graph.nodes[$0].type.shape, results[$0]) }
      var result = try compute(node, operands)
      guard result.count == node.type.count else {
        throw InterpreterError("\(node.operation.name): \(result.count) values for \(node.type)")
      }
      for element in result.indices where !result[element].isExact && result[element].origin == 0 {
        origins += 1
        result[element].origin = origins
      }
      results[index] = result
    }
    return tensors.map { results[$0.node] }
  }

  /// One operation on the values of its operands.
  private func compute(_ node: Graph.Node, _ operands: [Operand]) throws -> [Bounded] {
    let shape = node.type.shape
    switch node.operation {
    case let input as Input: return try given(input)
    case let value as VariableValue: return self.values(of: value.variable)
    case let fill as Fill: return fillValues(fill)
    case let constant as Constant: return constant.values.map { Bounded(Double($0)) }
    case let iota as Iota: return indices(of: shape).map { Bounded(Double($0[iota.axis])) }
    case let random as RandomValues: return try draw(random)
    case let unary as Unary: return operands[0].elements.map { apply(unary.function, $0) }
    case let leaky as LeakyRelu:
      return operands[0].elements.map { apply(leaky, $0) }
    case let binary as Binary:
      return zip(operands[0].elements, operands[1].elements).map { apply(binary.function, $0, $1) }
    case is Select: return select(operands[0], operands[1], operands[2])
    case let cast as Cast: return try convert(operands[0], to: cast.element)
    case is Broadcast: return broadcast(operands[0], to: shape)
    case is Reshape, is StopGradient: return operands[0].elements
    case let permute as Permute: return Self.permute(operands[0], permute.order)
    case let slice as Slice: return Self.slice(operands[0], slice)
    case let place as Place: return Self.place(operands[0], place)
    case let concatenate as Concatenate: return Self.concatenate(operands, concatenate.axis, shape)
    case let reduce as Reduce: return Self.reduce(operands[0], reduce)
    case let sum as CumulativeSum: return Self.cumulativeSum(operands[0], sum)
    case is Gather: return try Self.gather(operands[0], operands[1])
    case let scatter as ScatterAdd:
      return try Self.scatterAdd(operands[0], operands[1], rows: scatter.rows)
    case is MatrixProduct:
      return Self.matrixProduct(operands[0].rounded(to: precision), operands[1].rounded(to: precision))
    case let convolution as Convolution:
      return Self.convolve(
        convolution, operands[0].rounded(to: precision), operands[1].rounded(to: precision), to: shape)
    default: throw InterpreterError("there is no rule for \(node.operation.name)")
    }
  }

  private func fillValues(_ fill: Fill) -> [Bounded] {
    [Bounded](repeating: Bounded(Double(fill.value)), count: fill.shape.reduce(1, *))
  }

  private func given(_ input: Input) throws -> [Bounded] {
    guard let values = inputs[input.label] else {
      throw InterpreterError("no values for the input \(input.label)")
    }
    return values
  }

  /// What a variable holds at the start of the run.
  func values(of variable: Variable) -> [Bounded] {
    variables[variable] ?? variable.array.map { Bounded(Double($0)) }
  }
}

/// A tensor with its values.
struct Operand {
  let shape: [Int]
  let elements: [Bounded]

  init(_ shape: [Int], _ elements: [Bounded]) {
    self.shape = shape
    self.elements = elements
  }

  /// With the error of rounding to this precision.
  func rounded(to precision: OperandPrecision) -> Operand {
    switch precision {
    case .float32: self
    case .bfloat16: Operand(shape, elements.map(\.roundedToBFloat16))
    }
  }

  subscript(_ index: [Int]) -> Bounded { elements[position(of: index, in: shape)] }
}

/// All indices of a tensor of this shape, in row-major order.
func indices(of shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { starts, extent in
    starts.flatMap { start in (0..<extent).map { start + [$0] } }
  }
}

/// The row-major position of an index.
func position(of index: [Int], in shape: [Int]) -> Int {
  zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
}

/// What the interpreter cannot compute.
public struct InterpreterError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
