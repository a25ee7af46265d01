import Glibc

/// A kernel of the maximum mean discrepancy.
public enum DiscrepancyKernel: Sendable, Hashable {
  /// exp(−‖x−y‖²/(2·bandwidth²)).
  case gaussian(bandwidth: Double)
  /// −‖x−y‖; the discrepancy is then the squared energy distance (Sejdinovic et al. 2013).
  case energy

  @inline(__always)
  func value(squaredDistance: Double) -> Double {
    switch self {
    case .gaussian(let bandwidth): exp(-0.5 * squaredDistance / (bandwidth * bandwidth))
    case .energy: -squaredDistance.squareRoot()
    }
  }
}

/// Σ_{i≠j} k(x_i, x_j) over ordered pairs of points [rows×dimension].
///
/// - Parameter check: called for every row; what it throws ends the sum.
/// - Complexity: O(rows² · dimension).
public func kernelSum(
  within x: [Double], dimension: Int, kernel: DiscrepancyKernel, check: (() throws -> Void)? = nil
) rethrows -> Double {
  let n = x.count / dimension
  var sum = 0.0
  for i in 0..<n {
    try check?()
    for j in 0..<i { sum += kernel.value(squaredDistance: squared(x, i, x, j, dimension)) }
  }
  return 2 * sum
}

/// Σ k(x_i, y_j) over all pairs of points [rows×dimension].
public func kernelSum(
  between x: [Double], and y: [Double], dimension: Int, kernel: DiscrepancyKernel,
  check: (() throws -> Void)? = nil
) rethrows -> Double {
  let n = x.count / dimension
  let m = y.count / dimension
  var sum = 0.0
  for i in 0..<n {
    try check?()
    for j in 0..<m { sum += kernel.value(squaredDistance: squared(x, i, y, j, dimension)) }
  }
  return sum
}

/// The unbiased estimate of MMD² (Gretton et al. 2012, lemma 6); may be below zero. NaN for fewer
/// than two points a side.
public func mmdSquared(
  _ x: [Double], _ y: [Double], dimension: Int, kernel: DiscrepancyKernel
) -> Double {
  mmdSquared(
    withinX: kernelSum(within: x, dimension: dimension, kernel: kernel),
    countX: x.count / dimension,
    withinY: kernelSum(within: y, dimension: dimension, kernel: kernel),
    countY: y.count / dimension,
    between: kernelSum(between: x, and: y, dimension: dimension, kernel: kernel))
}

/// The unbiased estimate of MMD² from its three kernel sums.
public func mmdSquared(
  withinX: Double, countX: Int, withinY: Double, countY: Int, between: Double
) -> Double {
  guard countX > 1, countY > 1 else { return .nan }
  let n = Double(countX)
  let m = Double(countY)
  return withinX / (n * (n - 1)) + withinY / (m * (m - 1)) - 2 * between / (n * m)
}

/// The energy distance √(2E‖X−Y‖ − E‖X−X′‖ − E‖Y−Y′‖) between two empirical laws (Székely and Rizzo
/// 2013): a metric, zero for equal sets.
public func energyDistance(_ x: [Double], _ y: [Double], dimension: Int) -> Double {
  energyDistance(
    withinX: kernelSum(within: x, dimension: dimension, kernel: .energy),
    countX: x.count / dimension,
    withinY: kernelSum(within: y, dimension: dimension, kernel: .energy),
    countY: y.count / dimension,
    between: kernelSum(between: x, and: y, dimension: dimension, kernel: .energy))
}

/// The energy distance from the three sums of the energy kernel.
public func energyDistance(
  withinX: Double, countX: Int, withinY: Double, countY: Int, between: Double
) -> Double {
  guard countX > 0, countY > 0 else { return .nan }
  let n = Double(countX)
  let m = Double(countY)
  let squared = withinX / (n * n) + withinY / (m * m) - 2 * between / (n * m)
  // Rounding can leave a little less than zero for equal sets; NaN passes.
  return (squared < 0 ? 0 : squared).squareRoot()
}

/// The median of the distances between different points of a set [rows×dimension]: the usual
/// bandwidth of a Gaussian kernel. NaN for fewer than two points or non-finite numbers.
public func medianDistance(
  _ x: [Double], dimension: Int, check: (() throws -> Void)? = nil
) rethrows -> Double {
  let n = x.count / dimension
  guard n > 1, x.allSatisfy(\.isFinite) else { return .nan }
  var squares: [Double] = []
  squares.reserveCapacity(n * (n - 1) / 2)
  for i in 0..<n {
    try check?()
    for j in 0..<i { squares.append(squared(x, i, x, j, dimension)) }
  }
  try check?()
  squares.sort()
  let middle = squares.count / 2
  if squares.count % 2 == 1 { return squares[middle].squareRoot() }
  return 0.5 * (squares[middle - 1].squareRoot() + squares[middle].squareRoot())
}

@inline(__always)
private func squared(_ x: [Double], _ i: Int, _ y: [Double], _ j: Int, _ dimension: Int) -> Double {
  var sum = 0.0
  for axis in 0..<dimension {
    let gap = x[i * dimension + axis] - y[j * dimension + axis]
    sum += gap * gap
  }
  return sum
}
