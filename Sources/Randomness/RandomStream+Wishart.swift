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
  /// - Returns: A [d × min(d, ν)], packed: row after row, each up to the diagonal.
  /// - Complexity: O(d · min(d, ν)); one bulk fill for the normal numbers, then the diagonal.
  public mutating func wishartFactor(dimension: Int, degreesOfFreedom: Int) -> [Double] {
    precondition(dimension >= 1, "dimension \(dimension) is not positive")
    precondition(degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom are not positive")
    let columns = min(dimension, degreesOfFreedom)
    let entries = columns * (columns + 1) / 2 + (dimension - columns) * columns
    return [Double](unsafeUninitializedCapacity: entries) { factor, count in
      count = entries
      // The diagonal's numbers are drawn too: one fill beats one a row, and they start the tries of
      // the gamma numbers that take their places.
      fillNormals(factor)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: columns) { uniforms in
        fillUniforms(uniforms)
        for index in 0..<columns {
          let place = index * (index + 3) / 2
          factor[place] = chi(
            degreesOfFreedom: degreesOfFreedom - index, z: factor[place], u: 1 - uniforms[index])
        }
      }
    }
  }
}
