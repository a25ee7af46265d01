import Engine
import Randomness

extension StandardNormalSample {
  /// Draws mean and scatter of `count` vectors without the vectors: z̄ ~ N(0, I/M), independent of
  /// S_z = A·Aᵀ ~ Wishart(I, M − 1).
  ///
  /// A is Bartlett's factor; with M − 1 < rank it has M − 1 columns and S_z is singular, as the
  /// scatter of M vectors is.
  ///
  /// - Complexity: rank³ floating-point operations, rank²/2 random numbers, whatever the count.
  init(statisticsOf count: Int, rank: Int, stream: inout RandomStream) {
    var mean = [Double](repeating: 0, count: rank)
    if count > 0 {
      stream.fillNormals(&mean)
      let deviation = (1 / Double(count)).squareRoot()
      for index in 0..<rank { mean[index] *= deviation }
    }
    let columns = min(rank, max(count - 1, 0))
    var scatter = [Double](repeating: 0, count: rank * rank)
    if columns > 0 {
      let factor = stream.wishartFactor(dimension: rank, degreesOfFreedom: count - 1)
      accumulateRowProducts(factor, rows: rank, columns: columns, into: &scatter)
      symmetrise(&scatter, rank)
    }
    self.init(rank: rank, count: count, mean: mean, scatter: scatter, centred: [])
  }
}
