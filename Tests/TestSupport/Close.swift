import Testing

/// Compares counts, then every element; names the worst one. NaN never passes.
public func expectClose(
  _ actual: [Double], _ expected: [Double], relative: Double = 1e-10, absolute: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record("\(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  var worst = (excess: -1.0, index: -1)
  for index in actual.indices {
    let gap = abs(actual[index] - expected[index])
    let allowed = absolute + relative * abs(expected[index])
    let excess = actual[index] == expected[index] ? 0 : (gap <= allowed ? gap / max(allowed, .leastNonzeroMagnitude) : .infinity)
    if excess > worst.excess { worst = (excess, index) }
  }
  if worst.excess > 1 {
    Issue.record(
      "element \(worst.index): got \(actual[worst.index]), expected \(expected[worst.index]) (relative \(relative), absolute \(absolute))",
      sourceLocation: sourceLocation)
  }
}

/// One value within a tolerance.
public func expectClose(
  _ actual: Double, _ expected: Double, relative: Double = 1e-10, absolute: Double = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose([actual], [expected], relative: relative, absolute: absolute, sourceLocation: sourceLocation)
}

/// The acceptance rule for a statistic over seeds: |mean − exact| ≤ 4 standard errors, and the standard
/// error at most 5 % of the exact value (otherwise the test says too little: raise the seeds).
/// False alarm 6e-5 a check.
public func expectWithinFourStandardErrors(
  _ values: [Double], exact: Double, scale: Double? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
  let error = (variance / n).squareRoot()
  let limit = 0.05 * abs(scale ?? exact)
  #expect(error <= limit, "inconclusive: standard error \(error) above \(limit)", sourceLocation: sourceLocation)
  #expect(
    abs(mean - exact) <= 4 * error,
    "mean \(mean), exact \(exact), \(abs(mean - exact) / error) standard errors apart",
    sourceLocation: sourceLocation)
}
