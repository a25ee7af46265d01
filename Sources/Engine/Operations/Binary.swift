/// An elementwise function of two tensors of one shape.
public struct Binary: Operation {
  public enum Function: String, Sendable, Hashable, CaseIterable {
    case add, subtract, multiply, divide, maximum, minimum, power
    /// 1 where it holds, else 0; no gradient.
    case less, lessOrEqual, equal
  }

  public let function: Function
  public var name: String { function.rawValue }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32, inputs[1].element == .float32 else {
      throw OperandProblem("expects float32; convert integers with `cast`")
    }
    guard inputs[0].shape == inputs[1].shape else { throw OperandProblem("shapes differ") }
    return inputs[0]
  }

  public func gradients(inputs: [Tensor], output z: Tensor, gradient g: Tensor) -> [Tensor?] {
    let (x, y) = (inputs[0], inputs[1])
    switch function {
    case .add: return [g, g]
    case .subtract: return [g, -g]
    case .multiply: return [g * y, g * x]
    case .divide:
      let quotient = g / y
      return [quotient, -(quotient * z)]
    // Where both are equal the first operand takes the gradient.
    case .maximum: return [(x .>= y).select(g, 0), (x .< y).select(g, 0)]
    case .minimum: return [(x .<= y).select(g, 0), (x .> y).select(g, 0)]
    case .power: return [g * (y * x.power(y - 1)), g * (z * x.log())]
    case .less, .lessOrEqual, .equal: return [nil, nil]
    }
  }
}

/// condition ≠ 0 ? first : second, elementwise.
public struct Select: Operation {
  public var name: String { "select" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs.allSatisfy({ $0.element == .float32 }) else { throw OperandProblem("expects float32") }
    guard inputs[0].shape == inputs[1].shape, inputs[1].shape == inputs[2].shape else {
      throw OperandProblem("shapes differ")
    }
    return inputs[1]
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient g: Tensor) -> [Tensor?] {
    [nil, inputs[0].select(g, 0), inputs[0].select(0, g)]
  }
}

infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence

extension Tensor {
  private static func binary(
    _ function: Binary.Function, _ left: Tensor, _ right: Tensor, _ site: Site? = nil
  ) -> Tensor {
    guard let (x, y) = broadcastTogether(function.rawValue, left, right, site) else {
      return left.graph.fail(
        function.rawValue, "shapes \(left.type) and \(right.type) do not broadcast together",
        [left, right], site, like: left.type)
    }
    if let result = function.simplified(x, y) { return result }
    return x.graph.add(Binary(function: function), [x, y], at: site)
  }

  /// A tensor for a number beside `self`.
  private func scalar(_ value: Float) -> Tensor { graph.add(Fill(value, shape), at: site) }

  public static func + (x: Tensor, y: Tensor) -> Tensor { binary(.add, x, y) }
  public static func - (x: Tensor, y: Tensor) -> Tensor { binary(.subtract, x, y) }
  public static func * (x: Tensor, y: Tensor) -> Tensor { binary(.multiply, x, y) }
  public static func / (x: Tensor, y: Tensor) -> Tensor { binary(.divide, x, y) }
  public static func + (x: Tensor, y: Float) -> Tensor { binary(.add, x, x.scalar(y)) }
  public static func - (x: Tensor, y: Float) -> Tensor { binary(.subtract, x, x.scalar(y)) }
  public static func * (x: Tensor, y: Float) -> Tensor { binary(.multiply, x, x.scalar(y)) }
  public static func / (x: Tensor, y: Float) -> Tensor { binary(.divide, x, x.scalar(y)) }
  public static func + (x: Float, y: Tensor) -> Tensor { binary(.add, y.scalar(x), y) }
  public static func - (x: Float, y: Tensor) -> Tensor { binary(.subtract, y.scalar(x), y) }
  public static func * (x: Float, y: Tensor) -> Tensor { binary(.multiply, y.scalar(x), y) }
  public static func / (x: Float, y: Tensor) -> Tensor { binary(.divide, y.scalar(x), y) }

  /// 1 where x < y, else 0. Comparisons with NaN give 0.
  public static func .< (x: Tensor, y: Tensor) -> Tensor { binary(.less, x, y) }
  public static func .<= (x: Tensor, y: Tensor) -> Tensor { binary(.lessOrEqual, x, y) }
  public static func .> (x: Tensor, y: Tensor) -> Tensor { binary(.less, y, x) }
  public static func .>= (x: Tensor, y: Tensor) -> Tensor { binary(.lessOrEqual, y, x) }
  public static func .== (x: Tensor, y: Tensor) -> Tensor { binary(.equal, x, y) }
  public static func .< (x: Tensor, y: Float) -> Tensor { x .< x.scalar(y) }
  public static func .> (x: Tensor, y: Float) -> Tensor { x .> x.scalar(y) }
  public static func .>= (x: Tensor, y: Float) -> Tensor { x .>= x.scalar(y) }
  public static func .== (x: Tensor, y: Float) -> Tensor { x .== x.scalar(y) }

  /// The larger of both; NaN if either is.
  public func maximum(
    _ other: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { Self.binary(.maximum, self, other, Site(file, line)) }
  public func maximum(
    _ other: Float, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { maximum(scalar(other), file: file, line: line) }

  /// The smaller of both; NaN if either is.
  public func minimum(
    _ other: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { Self.binary(.minimum, self, other, Site(file, line)) }
  public func minimum(
    _ other: Float, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { minimum(scalar(other), file: file, line: line) }

  /// x^exponent.
  public func power(
    _ exponent: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { Self.binary(.power, self, exponent, Site(file, line)) }

  /// Where `self` is not 0 `first`, elsewhere `second`; all three broadcast together. The branch
  /// that is not taken does not matter, were it NaN.
  public func select(
    _ first: Tensor, _ second: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let site = Site(file, line)
    guard let (x, y) = Self.broadcastTogether("select", first, second, site),
      let (condition, x1) = Self.broadcastTogether("select", self, x, site),
      let (_, y1) = Self.broadcastTogether("select", condition, y, site)
    else {
      return graph.fail(
        "select", "shapes \(type), \(first.type) and \(second.type) do not broadcast together",
        [self, first, second], site, like: first.type)
    }
    return graph.add(Select(), [condition, x1, y1], at: site)
  }
  public func select(
    _ first: Tensor, _ second: Float, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { select(first, first.scalar(second), file: file, line: line) }
  public func select(
    _ first: Float, _ second: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { select(second.scalar(first), second, file: file, line: line) }
}

extension Binary.Function {
  /// What needs no operation: neutral elements and constants. Folding rounds as the operation
  /// would.
  fileprivate func simplified(_ x: Tensor, _ y: Tensor) -> Tensor? {
    if let a = x.fillValue, let b = y.fillValue {
      switch self {
      case .add: return x.filled(a + b)
      case .subtract: return x.filled(a - b)
      case .multiply: return x.filled(a * b)
      case .divide: return x.filled(a / b)
      default: return nil
      }
    }
    switch (self, x.fillValue, y.fillValue) {
    case (.add, 0, _), (.multiply, 1, _): return y
    case (.add, _, 0), (.subtract, _, 0), (.multiply, _, 1), (.divide, _, 1): return x
    case (.multiply, -1, _): return -y
    case (.multiply, _, -1): return -x
    default: return nil
    }
  }
}
