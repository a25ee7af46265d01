import Engine
import Foundation

extension GraphInterpreter {
  /// How far a function of the kernels may be off: 2 units in the last place, 4 roundings.
  private static let units = 4.0

  func apply(_ function: Unary.Function, _ x: Bounded) -> Bounded {
    switch function {
    case .negate: return -x
    case .absolute: return Bounded(abs(x.value), error: x.error)
    case .sign: return x.mapped(units: 0) { $0 > 0 ? 1 : ($0 < 0 ? -1 : $0) }
    case .exp: return x.mapped(units: Self.units, exp)
    case .log: return x.mapped(units: Self.units, log)
    case .log1p: return x.mapped(units: Self.units, log1p)
    case .sqrt: return x.squareRoot
    case .reciprocalSqrt: return (Bounded(1) / x.squareRoot).rounded(units: Self.units)
    case .reciprocal: return Bounded(1) / x
    case .tanh: return x.mapped(units: Self.units, tanh)
    case .sigmoid: return x.mapped(units: Self.units) { 1 / (1 + exp(-$0)) }
    case .erf: return x.mapped(units: Self.units, erf)
    case .sin: return periodic(x, sin)
    case .cos: return periodic(x, cos)
    case .floor: return x.mapped(units: 0) { $0.rounded(.down) }
    case .relu: return x.mapped(units: 0) { $0 <= 0 ? 0 : $0 }
    case .softplus: return x.mapped(units: Self.units) { max($0, 0) + log1p(exp(-abs($0))) }
    case .square: return x * x
    }
  }

  func apply(_ leaky: LeakyRelu, _ x: Bounded) -> Bounded {
    let slope = Double(leaky.slope)
    return x.mapped(units: x.value > x.error ? 0 : 1) { $0 > 0 ? $0 : slope * $0 }
  }

  /// Neither function is steeper than 1.
  private func periodic(_ x: Bounded, _ function: (Double) -> Double) -> Bounded {
    // Accuracy fades for large arguments, and what is unbounded may be NaN.
    guard abs(x.value) + x.error < 1e4 else { return Bounded(function(x.value), error: .infinity) }
    return Bounded(function(x.value), error: min(x.error, 2)).rounded(units: Self.units)
  }

  func apply(_ function: Binary.Function, _ x: Bounded, _ y: Bounded) -> Bounded {
    switch function {
    case .add: return x + y
    case .subtract: return x - y
    case .multiply: return x * y
    case .divide: return x / y
    case .maximum: return Self.extreme(x, y) { $0 > $1 }
    case .minimum: return Self.extreme(x, y) { $0 < $1 }
    case .power: return Self.power(x, y)
    case .less: return Self.compare(x, y, whenSame: false) { $0 < $1 }
    case .lessOrEqual: return Self.compare(x, y, whenSame: true) { $0 <= $1 }
    case .equal: return Self.compare(x, y, whenSame: true) { $0 == $1 }
    }
  }

  /// The one that `wins`, NaN if either is.
  static func extreme(_ x: Bounded, _ y: Bounded, _ wins: (Double, Double) -> Bool) -> Bounded {
    if x.value.isNaN { return x }
    if y.value.isNaN { return y }
    let (first, second) = wins(y.value, x.value) ? (y, x) : (x, y)
    let isOpen =
      abs(first.value - second.value) <= first.error + second.error && !(first.isExact && second.isExact)
    return isOpen && !first.isCopy(of: second)
      ? Bounded(first.value, error: max(first.error, second.error)) : first
  }

  /// 1 where it holds, else 0; both are possible where the operands' errors meet.
  private static func compare(
    _ x: Bounded, _ y: Bounded, whenSame: Bool, _ holds: (Double, Double) -> Bool
  ) -> Bounded {
    if x.isCopy(of: y) { return Bounded(whenSame ? 1 : 0) }
    let isOpen = !(x.isExact && y.isExact) && !(abs(x.value - y.value) > x.error + y.error)
    return Bounded(holds(x.value, y.value) ? 1 : 0, error: isOpen ? 1 : 0)
  }

  /// x^y; rises or falls in each operand for x > 0, so that the corners bound it.
  private static func power(_ x: Bounded, _ y: Bounded) -> Bounded {
    let result = pow(x.value, y.value)
    if x.isExact && y.isExact { return Bounded(result).rounded(units: units) }
    guard x.value > x.error else { return Bounded(result, error: .infinity) }
    var reach = 0.0
    for a in [x.value - x.error, x.value + x.error] {
      for b in [y.value - y.error, y.value + y.error] { reach = max(reach, abs(pow(a, b) - result)) }
    }
    return Bounded(result, error: reach).rounded(units: units)
  }

  func select(_ condition: Operand, _ first: Operand, _ second: Operand) -> [Bounded] {
    condition.elements.indices.map { index in
      let (x, y) = (first.elements[index], second.elements[index])
      let wanted = condition.elements[index]
      if let isTrue = wanted.isTrue { return isTrue ? x : y }
      let (taken, other) = wanted.value != 0 ? (x, y) : (y, x)
      return Bounded(
        taken.value, error: max(taken.error, abs(other.value - taken.value) + other.error))
    }
  }

  /// float32 to int32 drops the fraction; what does not fit is an error here and unspecified in a
  /// program.
  func convert(_ operand: Operand, to element: ElementType) throws -> [Bounded] {
    guard element == .int32 else { return operand.elements.map { Bounded($0.value, error: $0.error).rounded } }
    return try operand.elements.map { x in
      guard abs(x.value) < 0x1p31 else { throw InterpreterError("cast: \(x.value) is no int32") }
      // Plus 0, never minus 0.
      return x.mapped(units: 0) { $0.rounded(.towardZero) + 0 }
    }
  }
}
