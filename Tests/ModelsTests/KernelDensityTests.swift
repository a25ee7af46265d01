import Glibc
import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

private func kernelLaw(_ model: KernelDensity) throws -> KernelDensityLaw {
  guard case .kernelDensity(let law)? = model.law else { throw FitError.degenerate("no law") }
  return law
}

/// Replace: E V_{n+1} = (1 − 1/M)(V_n + h²) for the biased variance V of the n-th training set.
/// Accumulate: E x² of the pool is 1 + h²(H_n − 1), H_n the harmonic number.
@Test func kernelDensityChain() throws {
  let (m, n, h) = (25, 8, 0.6)
  let shrink = 1 - 1 / Double(m)
  var exact = shrink
  for _ in 1..<n { exact = shrink * (exact + h * h) }
  let harmonic = (1...n).reduce(0.0) { $0 + 1 / Double($1) }
  func last(_ policy: LoopPolicy, _ seed: UInt64) throws -> [[Double]] {
    try overSeeds(4000, from: seed) { key in
      let last = try iterate(
        KernelDensity.self, ["bandwidth": .real(h)],
        real: standardNormals(m, dimension: 1, key: key), fits: n, samples: m, policy: policy,
        keepsValues: true, key: key
      ) { model, _ in try kernelLaw(model).points }.last
      return try #require(last)
    }
  }
  let variances = try last(.replace, 41).map { points in
    let mean = points.reduce(0, +) / Double(points.count)
    return points.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(points.count)
  }
  expectWithinFourStandardErrors(variances, exact: exact)
  let squares = try last(.accumulate, 42).map { points in
    #expect(points.count == m * n)
    return points.reduce(0) { $0 + $1 * $1 } / Double(points.count)
  }
  expectWithinFourStandardErrors(squares, exact: 1 + h * h * (harmonic - 1))
}

@Test func bandwidths() throws {
  let real = SampleSet(
    space: .vectors(dimension: 2), reals: [0, 0, 2, 0, 0, 4, 2, 4],
    provenance: Provenance(.real, count: 4))
  let scale = 2.5.squareRoot()
  let expected: [([String: OptionValue], Double)] = [
    ([:], pow(4, -1.0 / 6)),
    (["bandwidth": .text("silverman")], pow(4.0 * 4 / 4, -1.0 / 6)),
    (["bandwidth": .real(0.25)], 0.25),
    (["bandwidth": .real(0.25), "scale_by_data": .flag(true)], 0.25 * scale),
  ]
  for (options, width) in expected {
    var model = try KernelDensity(
      options: OptionValues(options, specs: KernelDensity.component.options), space: real.space)
    let report = try model.fit(
      TrainingSet(space: real.space, provenance: real.provenance, parts: [real], statistics: nil),
      key: RandomKey(seed: 1))
    expectClose(try kernelLaw(model).bandwidth, width)
    #expect(report.values.map(\.name) == ["bandwidth"])
    let request = SampleRequest(
      count: 40, bias: 1e-30, key: RandomKey(seed: 2), generation: 0, needsValues: true, real: real)
    let drawn = try #require(model.synthesize(request).samples)
    let isResampled = drawn.reals.allSatisfy { x in [0, 2, 4].contains { abs($0 - x) < 1e-12 } }
    #expect(isResampled)
  }
}
