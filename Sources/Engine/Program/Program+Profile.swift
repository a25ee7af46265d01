import CKernels
import Glibc

extension Program {
  /// Seconds of every instruction: the least over `runs` whole runs, so that each finds the caches as
  /// in a run. Time of the processor, in which other programs do not count; variables change as in
  /// `run`.
  ///
  /// - Throws: `ProgramError.indexOutOfRange`.
  public func profile(runs: Int) throws(ProgramError) -> [Double] {
    let previous = ckernels_flush_denormals(1)
    defer { _ = ckernels_flush_denormals(previous) }
    var least = [Double](repeating: .infinity, count: costs.count)
    for _ in 0..<max(runs, 1) {
      var start = threadSeconds()
      for instruction in costs.indices {
        try run(instruction: instruction)
        let end = threadSeconds()
        least[instruction] = min(least[instruction], end - start)
        start = end
      }
    }
    return least
  }
}

/// Seconds of processor time of this thread.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
