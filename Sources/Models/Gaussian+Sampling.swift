import Engine
import Laws
import Options
import Randomness
import Samples

extension Gaussian {
  /// Draws x = μ + √λ·F·z with z ~ N(0, I), Σ = F·Fᵀ.
  ///
  /// Mean and scatter of the samples follow from those of z: μ + √λ·F·z̄ and λ·F·S_z·Fᵀ, so no
  /// sample is transformed unless the values are asked for. Route `statistics` draws z̄ ~ N(0, I/M)
  /// and S_z ~ Wishart(I, M − 1) directly, which is exact in law.
  ///
  /// - Throws: `FitError.degenerate` before the first fit, `ComponentError` when the values are
  ///   needed and the route is `statistics`.
  /// - Complexity: O(count · dimension² + dimension³); O(dimension³) for route `statistics`.
  public func synthesize(_ request: SampleRequest) throws -> Synthesis<GaussianStatistics> {
    guard let fitted else { throw FitError.degenerate("gaussian: sampled before the first fit") }
    var stream = RandomStream(key: request.key)
    let scale = request.bias.squareRoot()
    switch samplingRoute {
    case .data:
      if dimension == 1 {
        return synthesizeScalars(from: fitted, scale: scale, request, stream: &stream)
      }
      let z = StandardNormalSample(
        drawing: request.count, rank: fitted.rank, stream: &stream)
      let statistics = transformed(z, by: fitted, scale: scale, variance: request.bias)
      guard request.needsValues else { return Synthesis(samples: nil, statistics: statistics) }
      let values = transformedValues(z, by: fitted.factor, scale: scale, mean: statistics.mean)
      return Synthesis(samples: set(values, request), statistics: statistics)
    case .statistics:
      guard !request.needsValues else {
        throw ComponentError(
          "gaussian",
          "route 'statistics' draws no samples, but samples are needed; use route 'data'")
      }
      return Synthesis(
        samples: nil,
        statistics: drawnStatistics(
          of: request.count, from: fitted, scale: scale, stream: &stream))
    }
  }

  /// Mean and scatter of `count` samples without the samples: z̄ ~ N(0, I/M) and, independent of it,
  /// S_z = A·Aᵀ ~ Wishart(I, M − 1) with Bartlett's factor A; then the scatter of the samples has the
  /// factor √λ·F·A. With M − 1 < rank A has M − 1 columns and the scatter is singular, as that of M
  /// samples is.
  ///
  /// - Complexity: dimension³/3 multiplications, rank²/2 random numbers, whatever the count.
  private func drawnStatistics(
    of count: Int, from law: GaussianLaw, scale: Double, stream: inout RandomStream
  ) -> GaussianStatistics {
    let factor = law.innerFactor
    let rank = factor.rank
    let mean = withUnsafeTemporaryAllocation(of: Double.self, capacity: rank) { z in
      guard count > 0 else { return law.innerMean }
      // One number alone leaves the others of its group to the gamma numbers that follow.
      if rank == 1 { z[0] = stream.normal() } else { stream.fillNormals(z) }
      let deviation = (1 / Double(count)).squareRoot()
      for index in 0..<rank { z[index] *= deviation }
      return factor.applied(to: UnsafeBufferPointer(z), scale: scale, adding: law.innerMean)
    }
    let columns = min(rank, max(count - 1, 0))
    let n = factor.dimension
    guard columns > 0 else {
      return GaussianStatistics(
        count: count, mean: mean, scatter: [Double](repeating: 0, count: n * n), in: law.hull)
    }
    if dimension == 1 {
      let sum = stream.chiSquare(degreesOfFreedom: Double(count - 1))
      return GaussianStatistics(count: count, mean: mean, scatter: [scale * scale * factor.trace * sum])
    }
    let entries = RandomStream.wishartEntries(dimension: rank, degreesOfFreedom: count - 1)
    let product = withUnsafeTemporaryAllocation(of: Double.self, capacity: entries) { drawn in
      stream.fillWishartFactor(drawn, dimension: rank, degreesOfFreedom: count - 1)
      return factor.times(lower: UnsafeBufferPointer(drawn), columns: columns, scale: scale)
    }
    return GaussianStatistics(count: count, mean: mean, factor: product, in: law.hull)
  }

  private func set(_ values: [Double], _ request: SampleRequest) -> SampleSet {
    SampleSet(space: space, reals: values, provenance: request.provenance)
  }

  /// One dimension: one buffer, no matrices.
  private func synthesizeScalars(
    from law: GaussianLaw, scale: Double, _ request: SampleRequest, stream: inout RandomStream
  ) -> Synthesis<GaussianStatistics> {
    let count = request.count
    let deviation = law.rank == 1 ? scale * law.factor.values[0] : 0
    var z = [Double](repeating: 0, count: count)
    if deviation > 0 { stream.fillNormals(&z) }
    var mean = law.mean[0]
    var scatter = 0.0
    if count > 0 {
      z.withUnsafeMutableBufferPointer { z in
        let z = z.baseAddress.unsafelyUnwrapped
        mean += deviation * centre(z, count: count)
        scatter = deviation * deviation * laneDot(z, z, count: count)
      }
    }
    let statistics = GaussianStatistics(count: count, mean: [mean], scatter: [scatter])
    guard request.needsValues else { return Synthesis(samples: nil, statistics: statistics) }
    for index in z.indices { z[index] = mean + deviation * z[index] }
    return Synthesis(samples: set(z, request), statistics: statistics)
  }

  private func transformed(
    _ z: StandardNormalSample, by law: GaussianLaw, scale: Double, variance: Double
  ) -> GaussianStatistics {
    GaussianStatistics(
      count: z.count, mean: law.innerFactor.applied(to: z.mean, scale: scale, adding: law.innerMean),
      scatter: law.innerFactor.congruence(of: z.scatter, scale: variance), in: law.hull)
  }

  /// mean + scale·F·(z − z̄), [count×dimension].
  private func transformedValues(
    _ z: StandardNormalSample, by factor: SemidefiniteFactor, scale: Double, mean: [Double]
  ) -> [Double] {
    let d = dimension
    var values = [Double](unsafeUninitializedCapacity: z.count * d) { buffer, count in
      count = z.count * d
      for row in 0..<z.count {
        for column in 0..<d { buffer[row * d + column] = mean[column] }
      }
    }
    guard factor.rank > 0, z.count > 0 else { return values }
    multiply(
      z.centred, factor.values, transposingA: true, transposingB: true, m: z.count, n: d,
      k: factor.rank, alpha: scale, beta: 1, into: &values)
    return values
  }
}
