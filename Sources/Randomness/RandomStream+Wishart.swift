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
    [Double](
      unsafeUninitializedCapacity: Self.wishartEntries(
        dimension: dimension, degreesOfFreedom: degreesOfFreedom)
    ) { factor, count in
      count = factor.count
      fillWishartFactor(factor, dimension: dimension, degreesOfFreedom: degreesOfFreedom)
    }
  }

  /// The numbers in `wishartFactor`.
  public static func wishartEntries(dimension: Int, degreesOfFreedom: Int) -> Int {
    let columns = min(dimension, degreesOfFreedom)
    return columns * (columns + 1) / 2 + (dimension - columns) * columns
  }

  /// Fills `factor` as `wishartFactor` would.
  ///
  /// - Parameter factor: [`wishartEntries`]
  public mutating func fillWishartFactor(
    _ factor: UnsafeMutableBufferPointer<Double>, dimension: Int, degreesOfFreedom: Int
  ) {
    precondition(dimension >= 1, "dimension \(dimension) is not positive")
    precondition(degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom are not positive")
    let entries = Self.wishartEntries(dimension: dimension, degreesOfFreedom: degreesOfFreedom)
    precondition(factor.count == entries, "\(factor.count) places for \(entries) numbers")
    let columns = min(dimension, degreesOfFreedom)
    // The diagonal's numbers are drawn too: one fill beats one a row, and they start the tries of the
    // gamma numbers that take their places.
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
