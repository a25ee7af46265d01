import CKernels

/// The highest rate at which one core multiplies and adds, on the instruction set in use.
public enum PeakRate {
  /// Floating-point operations a second of independent multiply-adds in registers: the best of many
  /// short measurements, a tenth of a second in all.
  public static func operationsPerSecond(_ precision: OperandPrecision) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var iterations = 1_000
    var best = 0.0
    while clock.now - start < .milliseconds(100) {
      var operations = 0.0
      let before = clock.now
      let value = ouroboros_peak_work(precision.operands, iterations, &operations)
      let seconds = (clock.now - before) / .seconds(1)
      precondition(!value.isNaN, "the work of the peak gives \(value)")
      // Pieces of a millisecond: short enough to fall between interruptions.
      if seconds < 1e-3 {
        iterations *= 2
      } else {
        best = max(best, operations / seconds)
      }
    }
    return best
  }
}
