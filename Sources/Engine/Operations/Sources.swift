/// Values given at every run, under a name.
public struct Input: Operation {
  public let label: String
  public let type: TensorType
  public var name: String { "input" }
  public func resultType(of inputs: [TensorType]) -> TensorType { type }
}

/// The current values of a variable.
public struct VariableValue: Operation {
  // A variable is shared memory of one thread; a graph never leaves its thread either.
  public nonisolated(unsafe) let variable: Variable
  public var name: String { "variable" }
  public func resultType(of inputs: [TensorType]) -> TensorType { TensorType(variable.shape) }
}

/// One value everywhere.
public struct Fill: Operation {
  /// The value, as bits so that NaN equals itself.
  let bits: UInt32
  public let shape: [Int]
  public var value: Float { Float(bitPattern: bits) }
  public var name: String { "fill" }

  public init(_ value: Float, _ shape: [Int]) {
    bits = value.bitPattern
    self.shape = shape
  }
  public func resultType(of inputs: [TensorType]) -> TensorType { TensorType(shape) }
}

/// Values known when the graph is built.
public struct Constant: Operation {
  public let values: [Float]
  public let shape: [Int]
  public var name: String { "constant" }
  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard values.count == shape.reduce(1, *) else {
      throw OperandProblem("\(values.count) values do not fill the shape \(shape)")
    }
    return TensorType(shape)
  }

  // By bits: -0 is not 0, and NaN equals itself.
  public static func == (left: Constant, right: Constant) -> Bool {
    left.shape == right.shape && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
  }
  public func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    for value in values { hasher.combine(value.bitPattern) }
  }
}

/// The index along one axis, as float32.
public struct Iota: Operation {
  public let axis: Int
  public let shape: [Int]
  public var name: String { "iota" }
  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard shape.indices.contains(axis) else {
      throw OperandProblem("the shape \(shape) has no axis \(axis)")
    }
    return TensorType(shape)
  }
}

extension Graph {
  /// A tensor whose values are given at every run as `label`.
  public func input(
    _ label: String, _ shape: [Int], _ element: ElementType = .float32,
    file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    add(Input(label: label, type: TensorType(shape, element)), at: Site(file, line))
  }

  /// The values of `variable` at the start of the run.
  public func value(
    of variable: Variable, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    add(VariableValue(variable: variable), at: Site(file, line))
  }

  /// A tensor [shape] filled with `value`.
  public func fill(
    _ value: Float, _ shape: [Int] = [], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    add(Fill(value, shape), at: Site(file, line))
  }

  /// A tensor [shape] of the given values, row-major.
  public func constant(
    _ values: [Float], _ shape: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    add(Constant(values: values, shape: shape), at: Site(file, line))
  }

  /// A tensor [shape] that holds the index along `axis`, counted from the back when negative.
  public func indices(
    along axis: Int, _ shape: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    add(Iota(axis: axis < 0 ? axis + shape.count : axis, shape: shape), at: Site(file, line))
  }
}

extension Tensor {
  /// The value if it is the same everywhere and known when the graph is built.
  var fillValue: Float? { (operation as? Fill)?.value }

  /// A tensor of this one's shape filled with `value`.
  func filled(_ value: Float) -> Tensor { graph.add(Fill(value, shape), at: site) }
}
