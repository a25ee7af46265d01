/// An elementwise function of one tensor.
public struct Unary: Operation {
  public enum Function: String, Sendable, Hashable, CaseIterable {
    case negate, absolute, sign, exp, log, log1p, sqrt, reciprocalSqrt, reciprocal, tanh, sigmoid
    case erf, sin, cos, floor, relu, softplus, square
  }

  public let function: Function
  public var name: String { function.rawValue }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32 else { throw OperandProblem("expects float32") }
    return inputs[0]
  }

  public func gradients(inputs: [Tensor], output y: Tensor, gradient g: Tensor) -> [Tensor?] {
    let x = inputs[0]
    switch function {
    case .negate: return [-g]
    case .absolute: return [g * x.sign()]
    case .sign, .floor: return [nil]
    case .exp: return [g * y]
    case .log: return [g / x]
    case .log1p: return [g / (x + 1)]
    case .sqrt: return [g * (0.5 / y)]
    case .reciprocalSqrt: return [g * (-0.5 * y * y.square() )]
    case .reciprocal: return [-(g * y.square())]
    case .tanh: return [g * (1 - y.square())]
    case .sigmoid: return [g * (y * (1 - y))]
    case .erf: return [g * ((-x.square()).exp() * Float(1.1283791670955126))]  // 2/√π
    case .sin: return [g * x.cos()]
    case .cos: return [-(g * x.sin())]
    // In y, so that x need not be kept; zero at 0 as in PyTorch.
    case .relu: return [(y .> 0).select(g, 0)]
    case .softplus: return [g * x.sigmoid()]
    case .square: return [g * (2 * x)]
    }
  }
}

/// x where it is positive, else slope·x.
public struct LeakyRelu: Operation {
  public let slope: Float
  public var name: String { "leakyRelu" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32 else { throw OperandProblem("expects float32") }
    guard slope > 0 else { throw OperandProblem("the slope \(slope) is not positive") }
    return inputs[0]
  }

  // In y, which has the sign of x, so that x need not be kept; `slope` at 0 as in PyTorch.
  public func gradients(inputs: [Tensor], output y: Tensor, gradient g: Tensor) -> [Tensor?] {
    [(y .> 0).select(g, slope * g)]
  }
}

extension Tensor {
  private func unary(_ function: Unary.Function, _ site: Site?) -> Tensor {
    if let value = fillValue, let folded = function.folded(value) { return filled(folded) }
    if function == .negate, operation as? Unary == Unary(function: .negate) { return inputs[0] }
    return graph.add(Unary(function: function), [self], at: site)
  }

  public static prefix func - (x: Tensor) -> Tensor { x.unary(.negate, nil) }

  /// |x|; its gradient at 0 is 0.
  public func abs(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.absolute, Site(file, line))
  }
  /// -1, 0 or 1.
  public func sign(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.sign, Site(file, line))
  }
  public func exp(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.exp, Site(file, line))
  }
  /// The natural logarithm.
  public func log(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.log, Site(file, line))
  }
  /// log(1 + x), accurate near 0.
  public func log1p(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.log1p, Site(file, line))
  }
  public func sqrt(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.sqrt, Site(file, line))
  }
  /// 1/√x.
  public func reciprocalSqrt(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.reciprocalSqrt, Site(file, line))
  }
  /// 1/x.
  public func reciprocal(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.reciprocal, Site(file, line))
  }
  public func tanh(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.tanh, Site(file, line))
  }
  /// 1/(1 + exp(-x)).
  public func sigmoid(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.sigmoid, Site(file, line))
  }
  /// The error function.
  public func erf(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.erf, Site(file, line))
  }
  public func sin(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.sin, Site(file, line))
  }
  public func cos(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.cos, Site(file, line))
  }
  /// The largest whole number that is not larger.
  public func floor(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.floor, Site(file, line))
  }
  /// max(x, 0); NaN stays NaN.
  public func relu(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.relu, Site(file, line))
  }
  /// x where it is positive, else slope·x; slope > 0.
  public func leakyRelu(
    slope: Float = 0.01, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { graph.add(LeakyRelu(slope: slope), [self], at: Site(file, line)) }
  /// log(1 + exp(x)) without overflow.
  public func softplus(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.softplus, Site(file, line))
  }
  /// x².
  public func square(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    unary(.square, Site(file, line))
  }
}

extension Unary.Function {
  /// The function of a constant where it is exact, so that folding changes no bits.
  fileprivate func folded(_ x: Float) -> Float? {
    switch self {
    case .negate: -x
    case .absolute: Swift.abs(x)
    case .floor: x.rounded(.down)
    case .relu: x <= 0 ? 0 : x
    case .square: x * x
    case .sqrt: x.squareRoot()
    case .reciprocal: 1 / x
    default: nil
    }
  }
}
