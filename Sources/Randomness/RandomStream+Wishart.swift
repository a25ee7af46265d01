/// Wishart matrices by their factor.
extension RandomStream {
  /// A factor A with A·Aᵀ ~ Wishart(I, ν), by Bartlett's decomposition: A is lower triangular with
  /// Aᵢᵢ² ~ χ²(ν − i), i from 0, and standard normal numbers below. For ν < d the law is singular
  /// (Srivastava 2003) and A is lower trapezoidal, [d × ν]. For Wishart(Σ, ν) with Σ = L·Lᵀ
  /// multiply L·A.
  ///
  /// - Parameters:
  ///   - dimension: d ≥ 1.
  ///   - degreesOfFreedom: ν ≥ 1.
  /// - Returns: A [d × min(d, ν)], row-major, zeros above the diagonal.
  /// - Complexity: O(d · min(d, ν)); one bulk fill for the normal numbers, then the diagonal.
  public mutating func wishartFactor(dimension: Int, degreesOfFreedom: Int) -> [Double] {
    precondition(dimension >= 1, "dimension \(dimension) is not positive")
    precondition(degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom are not positive")
    let columns = min(dimension, degreesOfFreedom)
    // Row i has min(i, columns) numbers left of its diagonal.
    let below = columns * (columns - 1) / 2 + (dimension - columns) * columns
    var factor = [Double](repeating: 0, count: dimension * columns)
    if below > 0 {
      withUnsafeTemporaryAllocation(of: Double.self, capacity: below) { normals in
        fillNormals(normals)
        guard let normals = normals.baseAddress else { return }
        factor.withUnsafeMutableBufferPointer { factor in
          guard let factor = factor.baseAddress else { return }
          var next = 0
          for row in 1..<dimension {
            let count = min(row, columns)
            (factor + row * columns).update(from: normals + next, count: count)
            next += count
          }
        }
      }
    }
    for index in 0..<columns {
      factor[index * columns + index] =
        chiSquare(degreesOfFreedom: Double(degreesOfFreedom - index)).squareRoot()
    }
    return factor
  }
}
