/// A number as mathematics has it, and how far a float32 program may be from it.
///
/// `value` is computed in Double; `error` is a running bound (Wilkinson; Higham, Accuracy and Stability
/// of Numerical Algorithms, 3.3) of |float32 result − value|, whatever the order of a sum and
/// whether products are fused. Infinite where float32 says nothing: a comparison of numbers that
/// rounding may exchange leaves both outcomes open, and an overflow leaves all.
public struct Bounded: Sendable {
  public var value: Double
  public var error: Double
  /// Numbers with the same origin ≠ 0 are copies of each other and equal bit by bit, though
  /// neither is known exactly.
  public var origin = 0

  /// A number that float32 holds exactly, or whose error is of no interest.
  public init(_ value: Double) {
    self.value = value
    error = 0
  }

  /// A result with a bound of what its operands' errors do to it, before rounding.
  init(_ value: Double, error: Double) {
    self.value = value
    self.error = error.isNaN ? .infinity : error
  }

  /// The unit roundoff of float32.
  static let unit = 0x1p-24
  /// What denormals that count as zero hide.
  static let smallest = Double(Float.leastNormalMagnitude)

  var isExact: Bool { error == 0 }
  var isZero: Bool { value == 0 && error == 0 }
  /// Whether it certainly differs from 0; nil if that is open.
  var isTrue: Bool? {
    if error == 0 || abs(value) > error { return value != 0 }
    return nil
  }

  /// Whether both are certainly one number.
  func isCopy(of other: Bounded) -> Bool { origin != 0 && origin == other.origin && error < .infinity }

  /// After the rounding of an operation that float32 rounds correctly.
  var rounded: Bounded {
    if isExact, Double(Float(value)) == value || value.isNaN { return self }
    return rounded(units: 1)
  }

  /// After `units` roundings of the result's size.
  func rounded(units: Double) -> Bounded {
    if isZero { return self }
    if isExact, value.isNaN || value.isInfinite { return self }
    if !(abs(value) + error <= Double(Float.greatestFiniteMagnitude)) {
      return Bounded(value, error: .infinity)
    }
    return Bounded(value, error: error + units * Self.unit * (abs(value) + error) + Self.smallest)
  }

  /// After rounding to the 8 bits of bfloat16; the value stays.
  var roundedToBFloat16: Bounded {
    if isExact, Float(value).bitPattern & 0xffff == 0 { return self }
    return Bounded(value, error: error + 0x1p-8 * (abs(value) + error) + Self.smallest)
  }

  /// Whether it is an infinity for certain.
  var isInfinity: Bool { value.isInfinite && isExact }

  /// The number, or an unbounded one where NaN came from operands that are not certain.
  func certain(_ operands: Bounded...) -> Bounded {
    let isUncertain = (value.isNaN || value.isInfinite) && operands.contains { !$0.isExact }
    return isUncertain ? Bounded(value, error: .infinity) : self
  }
}

extension Bounded {
  static func + (x: Bounded, y: Bounded) -> Bounded {
    // x + 0 is x itself.
    if y.isZero { return x }
    if x.isZero { return y }
    // What is finite does not move an infinity.
    if x.isInfinity, y.value.isFinite, y.error < .infinity { return x }
    if y.isInfinity, x.value.isFinite, x.error < .infinity { return y }
    return Bounded(x.value + y.value, error: x.error + y.error).certain(x, y).rounded
  }

  static prefix func - (x: Bounded) -> Bounded { Bounded(-x.value, error: x.error) }

  static func - (x: Bounded, y: Bounded) -> Bounded {
    x.isCopy(of: y) ? Bounded(0) : x + -y
  }

  static func * (x: Bounded, y: Bounded) -> Bounded {
    product(x, y).certain(x, y).rounded
  }

  /// x·y before rounding.
  static func product(_ x: Bounded, _ y: Bounded) -> Bounded {
    if x.isExact && y.isExact { return Bounded(x.value * y.value) }
    return Bounded(
      x.value * y.value,
      error: abs(x.value) * y.error + abs(y.value) * x.error + x.error * y.error)
  }

  static func / (x: Bounded, y: Bounded) -> Bounded {
    let quotient = x.value / y.value
    // The sign of a zero is not followed.
    if y.value == 0 { return Bounded(quotient, error: .infinity) }
    if x.isExact && y.isExact { return Bounded(quotient).rounded }
    let room = abs(y.value) - y.error
    guard room > 0 else { return Bounded(quotient, error: .infinity) }
    return Bounded(quotient, error: (x.error + abs(quotient) * y.error) / room).rounded
  }

  /// A function that rises or falls over all of value ± error, correct to `units` roundings.
  func mapped(units: Double, _ function: (Double) -> Double) -> Bounded {
    let result = function(value)
    if isExact { return units == 0 ? Bounded(result) : Bounded(result).rounded(units: units) }
    // It may be NaN.
    if error == .infinity { return Bounded(result, error: .infinity) }
    let reach = max(abs(function(value + error) - result), abs(function(value - error) - result))
    let ends = function(value + error) + function(value - error)
    return Bounded(result, error: ends.isNaN ? .infinity : reach).certain(self).rounded(units: units)
  }

  var squareRoot: Bounded {
    let result = mapped(units: 0) { $0.squareRoot() }
    return result.rounded
  }
}

/// A sum in any order: n terms t are off by at most n·u·Σ|t| (Higham, 4.2).
struct BoundedSum {
  private var value = 0.0
  private var error = 0.0
  private var magnitude = 0.0
  private var count = 0.0
  private var isWhole = true
  private var last = Bounded(0)

  mutating func add(_ term: Bounded) {
    if term.isZero { return }
    value += term.value
    error += term.error
    magnitude += abs(term.value) + term.error
    count += 1
    isWhole = isWhole && term.isExact && term.value == term.value.rounded()
    last = term
  }

  /// The sum of the terms added so far; `roundings` is how often each term was rounded before.
  func total(roundings: Double) -> Bounded {
    if count == 0 { return Bounded(0) }
    if count == 1, roundings == 0 { return last }
    // Whole numbers below 2²⁴ are added without rounding.
    if isWhole, magnitude < 0x1p24 { return Bounded(value) }
    if value.isNaN || value.isInfinite {
      return Bounded(value, error: error == 0 ? 0 : .infinity)
    }
    let bound = error + (count + roundings) * Bounded.unit * magnitude
    return Bounded(value, error: bound + count * Bounded.smallest).rounded(units: 0)
  }
}
