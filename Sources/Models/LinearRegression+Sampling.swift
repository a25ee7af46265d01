import Engine
import Laws
import Options
import Randomness
import Samples

extension LinearRegression {
  /// Draws pairs: inputs by the option `design`, y = xᵀŵ + √(λσ²)·N(0, 1).
  ///
  /// - Throws: `FitError.degenerate` before the first fit; `ComponentError` when the real design is
  ///   reused and the count is not a multiple of its rows.
  /// - Complexity: O(count · dimension²).
  public func synthesize(_ request: SampleRequest) throws -> Synthesis<RegressionStatistics> {
    guard let fitted else {
      throw FitError.degenerate("linear-regression: sampled before the first fit")
    }
    var stream = RandomStream(key: request.key)
    var noise = [Double](repeating: 0, count: request.count)
    stream.fillNormals(&noise)
    var rows = try inputs(request, stream: &stream)
    let d = dimension
    let width = d + 1
    let deviation = (request.bias * fitted.noiseVariance).squareRoot()
    rows.withUnsafeMutableBufferPointer { rows in
      fitted.coefficients.withUnsafeBufferPointer { w in
        for row in 0..<request.count {
          var y = deviation * noise[row]
          for column in 0..<d { y += rows[row * width + column] * w[column] }
          rows[row * width + d] = y
        }
      }
    }
    let statistics = RegressionStatistics(rows: rows, count: request.count, dimension: d)
    guard request.needsValues else { return Synthesis(samples: nil, statistics: statistics) }
    return Synthesis(
      samples: SampleSet(space: space, reals: rows, provenance: request.provenance),
      statistics: statistics)
  }

  /// [count×(dimension+1)]: the inputs; the responses are to be overwritten.
  private func inputs(_ request: SampleRequest, stream: inout RandomStream) throws -> [Double] {
    let width = dimension + 1
    if reusesDesign {
      let real = request.real
      guard real.count > 0, request.count % real.count == 0 else {
        throw ComponentError(
          "linear-regression",
          "design 'same' reuses the \(real.count) real inputs, and \(request.count) samples are not "
            + "a multiple of them; use design 'fresh' or another number of samples")
      }
      var rows: [Double] = []
      rows.reserveCapacity(request.count * width)
      for _ in 0..<request.count / real.count { rows += real.reals }
      return rows
    }
    var normals = [Double](repeating: 0, count: request.count * dimension)
    stream.fillNormals(&normals)
    var rows = [Double](repeating: 0, count: request.count * width)
    for row in 0..<request.count {
      for column in 0..<dimension {
        rows[row * width + column] = normals[row * dimension + column]
      }
    }
    return rows
  }
}
