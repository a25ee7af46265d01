// Sums over eight fixed lanes: element i goes to lane i mod 8 and the lanes are added pairwise, so
// the bits depend neither on the vector width of the machine nor on the compiler.

/// Σ x.
@inlinable
public func laneSum(_ x: UnsafePointer<Double>, count: Int) -> Double {
  var lanes = SIMD8<Double>.zero
  var index = 0
  while index + 8 <= count {
    lanes += UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
    index += 8
  }
  for rest in 0..<count - index { lanes[rest] += x[index + rest] }
  return pairwiseSum(lanes)
}

/// Σ x·y.
@inlinable
public func laneDot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
  var lanes = SIMD8<Double>.zero
  var index = 0
  while index + 8 <= count {
    lanes +=
      UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
      * UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Double>.self)
    index += 8
  }
  for rest in 0..<count - index { lanes[rest] += x[index + rest] * y[index + rest] }
  return pairwiseSum(lanes)
}

/// Subtracts the mean from x in place.
///
/// - Returns: the mean; 0 for an empty x.
@inlinable
public func centre(_ x: UnsafeMutablePointer<Double>, count: Int) -> Double {
  guard count > 0 else { return 0 }
  let mean = laneSum(x, count: count) / Double(count)
  for index in 0..<count { x[index] -= mean }
  return mean
}

@inlinable
func pairwiseSum(_ lanes: SIMD8<Double>) -> Double {
  let four = lanes.lowHalf + lanes.highHalf
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}
