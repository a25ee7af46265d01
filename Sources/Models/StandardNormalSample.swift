import Engine
import Randomness

/// Sample mean and scatter of M standard normal vectors of dimension `rank`, with or without the
/// vectors themselves.
struct StandardNormalSample {
  let rank: Int
  let count: Int
  /// z̄, [rank]
  let mean: [Double]
  /// Σ (z − z̄)(z − z̄)ᵀ, [rank×rank], symmetric.
  let scatter: [Double]
  /// The centred vectors, coordinate by coordinate: [rank×count]; empty when only the statistics
  /// were drawn.
  let centred: [Double]

  /// Draws `count` vectors.
  ///
  /// - Complexity: count · rank² floating-point operations.
  init(drawing count: Int, rank: Int, stream: inout RandomStream) {
    var z = [Double](repeating: 0, count: count * rank)
    stream.fillNormals(&z)
    var mean = [Double](repeating: 0, count: rank)
    var scatter = [Double](repeating: 0, count: rank * rank)
    if count > 0 {
      z.withUnsafeMutableBufferPointer { z in
        guard let base = z.baseAddress else { return }
        for row in 0..<rank { mean[row] = centre(base + row * count, count: count) }
        rowScatter(base, rank: rank, count: count, into: &scatter)
      }
    }
    self.init(rank: rank, count: count, mean: mean, scatter: scatter, centred: z)
  }

  init(rank: Int, count: Int, mean: [Double], scatter: [Double], centred: [Double]) {
    self.rank = rank
    self.count = count
    self.mean = mean
    self.scatter = scatter
    self.centred = centred
  }
}

/// z·zᵀ for z [rank×count].
private func rowScatter(
  _ z: UnsafePointer<Double>, rank: Int, count: Int, into scatter: inout [Double]
) {
  guard rank <= 8 else {
    accumulateRowProducts(z, rows: rank, columns: count, into: &scatter)
    symmetrise(&scatter, rank)
    return
  }
  for row in 0..<rank {
    for column in 0...row {
      let sum = laneDot(z + row * count, z + column * count, count: count)
      scatter[row * rank + column] = sum
      scatter[column * rank + row] = sum
    }
  }
}
