/// Dimension from which costs are taken by matrix products.
private let productDimension = 16

/// The costs ‖x_i − y_j‖^p for p = 1 or 2: [x rows×y rows] for x and y [rows×dimension].
///
/// - Complexity: O(x rows · y rows · dimension).
public func pointCosts(
  _ x: [Double], _ y: [Double], dimension: Int, p: Int, check: (() throws -> Void)? = nil
) rethrows -> [Double] {
  precondition(p == 1 || p == 2, "order \(p)")
  let n = x.count / dimension
  let m = y.count / dimension
  var costs = [Double](repeating: 0, count: n * m)
  guard dimension < productDimension else {
    try forEachDistanceRow(x, y, dimension: dimension, check: check) { i, squares in
      for j in 0..<m { costs[i * m + j] = p == 2 ? squares[j] : squares[j].squareRoot() }
    }
    return costs
  }
  for i in 0..<n {
    try check?()
    for j in 0..<m {
      var sum = 0.0
      for axis in 0..<dimension {
        let gap = x[i * dimension + axis] - y[j * dimension + axis]
        sum += gap * gap
      }
      costs[i * m + j] = p == 2 ? sum : sum.squareRoot()
    }
  }
  return costs
}

/// Exact W_p^p (p = 1 or 2) between two empirical laws of points [rows×dimension]: assignment for
/// equal sizes, the transport problem otherwise. NaN for an empty set or a non-finite number.
///
/// - Parameter check: called now and then; what it throws ends the search.
/// - Complexity: O(n³) for n points a side.
public func exactWasserstein(
  _ x: [Double], _ y: [Double], dimension: Int, p: Int, check: (() throws -> Void)? = nil
) rethrows -> Double {
  let n = x.count / dimension
  let m = y.count / dimension
  guard n > 0, m > 0 else { return .nan }
  if dimension == 1 { return wasserstein1D(x, y, p: Double(p)) }
  let costs = try pointCosts(x, y, dimension: dimension, p: p, check: check)
  if n == m {
    return try assignmentCost(costs: costs, rows: n, columns: m, check: check) / Double(n)
  }
  // Whole numbers as weights: no rounding in the flows.
  let plan = try optimalTransport(
    costs: costs, supply: [Double](repeating: Double(m), count: n),
    demand: [Double](repeating: Double(n), count: m), check: check)
  return plan.map { $0.cost / (Double(n) * Double(m)) } ?? .nan
}
