import Engine
import Randomness

extension StandardNormalSample {
  /// Draws mean and scatter of `count` vectors without the vectors: z̄ ~ N(0, I/M), independent of
  /// S_z = A·Aᵀ ~ Wishart(I, M − 1).
  ///
  /// A is Bartlett's factor: lower triangular, A_jj² ~ χ²(M − 1 − j) with j from 0, standard normals
  /// below the diagonal; with M − 1 < rank only the first M − 1 columns exist (the triangular factor
  /// of a rank × (M − 1) normal matrix). Bartlett, "On the theory of statistical regression", Proc.
  /// Roy. Soc. Edinburgh 53 (1933).
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
      let factor = bartlettFactor(
        rows: rank, columns: columns, degreesOfFreedom: count - 1, stream: &stream)
      accumulateRowProducts(factor, rows: rank, columns: columns, into: &scatter)
      symmetrise(&scatter, rank)
    }
    self.init(rank: rank, count: count, mean: mean, scatter: scatter, centred: [])
  }
}

/// [rows×columns]; the normals first, then the diagonal from top to bottom.
private func bartlettFactor(
  rows: Int, columns: Int, degreesOfFreedom: Int, stream: inout RandomStream
) -> [Double] {
  var factor = [Double](repeating: 0, count: rows * columns)
  var below = [Double](repeating: 0, count: rows * columns - columns * (columns + 1) / 2)
  stream.fillNormals(&below)
  var next = 0
  for row in 1..<max(rows, 1) {
    for column in 0..<min(row, columns) {
      factor[row * columns + column] = below[next]
      next += 1
    }
  }
  for column in 0..<columns {
    let shape = Double(degreesOfFreedom - column) / 2
    factor[column * columns + column] = (2 * stream.gamma(shape: shape)).squareRoot()
  }
  return factor
}
