import CKernels

/// How many sets of weights stand side by side for `resampleSums`.
public let resamplePanel = Int(RESAMPLE_PANEL)

/// Weighted sums of many columns under many sets of weights: Σ_s values[s][c] · weight_b[s].
///
/// - Parameters:
///   - values: [rows×columns], row-major.
///   - weights: [⌈resamples / panel⌉×rows×panel] with panel = `resamplePanel`: of every row the weights in
///     so many resamples side by side; places beyond the last resample hold anything finite.
///   - sums: [columns×resamples], overwritten.
/// - Complexity: 2·rows·columns·resamples floating-point operations; allocates nothing. The bits do not
///   depend on the instruction set.
public func resampleSums(
  _ values: UnsafePointer<Double>, rows: Int, columns: Int, weights: UnsafePointer<Double>,
  resamples: Int, into sums: UnsafeMutablePointer<Double>
) {
  ouroboros_resample_sums(values, rows, columns, weights, resamples, sums)
}
