import CKernels

/// Limits of `mixturePass`.
public enum MixturePassLimits {
  public static let dimension = 3
  public static let components = Int(MIXTURE_MAXIMUM_COMPONENTS)
}

/// One pass of expectation maximisation over points in at most three dimensions: densities,
/// responsibilities r and their weighted sums in one sweep, without storing the responsibilities.
///
/// With w = 1 + dimension + dimension(dimension + 1)/2:
/// - Parameters:
///   - x: [dimension×stride], coordinate by coordinate, of which `count` points are used; finite.
///   - parameters: [components×w]: ln weight − ½ ln((2π)^d det Σ), the mean, the rows of the lower
///     triangle of L⁻¹ with Σ = L·Lᵀ.
///   - sums: [1 + components×w], overwritten: the log-likelihood; for every component Σ r,
///     Σ r(x − mean) and the rows of the lower triangle of Σ r(x − mean)(x − mean)ᵀ.
/// - Complexity: O(count · components · dimension²); allocates nothing. The bits do not depend on the
///   instruction set.
public func mixturePass(
  _ x: UnsafePointer<Double>, count: Int, stride: Int, dimension: Int, components: Int,
  parameters: UnsafePointer<Double>, sums: UnsafeMutablePointer<Double>
) {
  precondition((1...MixturePassLimits.dimension).contains(dimension), "dimension \(dimension)")
  precondition((1...MixturePassLimits.components).contains(components), "\(components) components")
  precondition(stride >= count, "stride \(stride) below \(count)")
  ouroboros_mixture_pass(
    x, count, stride, Int32(dimension), Int32(components), parameters, sums)
}
