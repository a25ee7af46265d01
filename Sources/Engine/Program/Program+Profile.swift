import CKernels

extension Program {
  /// Seconds of every instruction: the least over `runs` whole runs, so that each finds the caches as
  /// in a run. Variables change as in `run`.
  ///
  /// - Throws: `ProgramError.indexOutOfRange`.
  public func profile(runs: Int) throws(ProgramError) -> [Double] {
    let previous = ckernels_flush_denormals(1)
    defer { _ = ckernels_flush_denormals(previous) }
    let clock = ContinuousClock()
    var least = [Duration](repeating: .seconds(1 << 30), count: costs.count)
    for _ in 0..<max(runs, 1) {
      var start = clock.now
      for instruction in costs.indices {
        try run(instruction: instruction)
        let end = clock.now
        least[instruction] = min(least[instruction], end - start)
        start = end
      }
    }
    return least.map { $0 / .seconds(1) }
  }
}
