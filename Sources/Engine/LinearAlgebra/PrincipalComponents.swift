/// The directions of largest variance of a set of vectors, around its mean.
public struct PrincipalComponents: Sendable {
  public let dimension: Int
  /// The number of components k.
  public let count: Int
  /// [dimension]
  public let mean: [Double]
  /// [count×dimension]: orthonormal rows by descending variance, each with its entry of largest
  /// magnitude (the first of equals) positive.
  public let components: [Double]
  /// [count]: the variance along each component, with divisor rows − 1.
  public let variances: [Double]

  /// Rows of x handled at a time.
  private static let batchRows = 4096

  /// - Parameter batch: the rows of a range, [range.count × dimension]; called twice for each
  ///   range, so that a large set need not be in memory as Doubles.
  /// - Returns: `nil` when an entry is not finite.
  /// - Complexity: rows·dimension² + O(dimension³).
  public init?(rows: Int, dimension: Int, count: Int, batch: (Range<Int>) -> [Double]) {
    precondition(rows > 1 && count <= dimension, "\(count) components of \(rows)×\(dimension)")
    let ranges = stride(from: 0, to: rows, by: PrincipalComponents.batchRows).map {
      $0..<min($0 + PrincipalComponents.batchRows, rows)
    }
    var mean = [Double](repeating: 0, count: dimension)
    for range in ranges {
      let x = batch(range)
      for row in 0..<range.count {
        for column in 0..<dimension { mean[column] += x[row * dimension + column] }
      }
    }
    for column in 0..<dimension { mean[column] /= Double(rows) }
    var covariance = [Double](repeating: 0, count: dimension * dimension)
    for range in ranges {
      let x = PrincipalComponents.centred(batch(range), rows: range.count, mean: mean)
      let part = gram(x, rows: range.count, dimension: dimension)
      for index in covariance.indices { covariance[index] += part[index] / Double(rows - 1) }
    }
    guard let (values, vectors) = symmetricEigen(covariance, dimension: dimension) else {
      return nil
    }
    var components: [Double] = []
    var variances: [Double] = []
    for index in (dimension - count..<dimension).reversed() {
      let vector = vectors[index * dimension..<(index + 1) * dimension]
      var largest = vector.startIndex
      for place in vector.indices where abs(vector[place]) > abs(vector[largest]) {
        largest = place
      }
      let sign = vector[largest] < 0 ? -1.0 : 1.0
      components.append(contentsOf: vector.map { sign * $0 })
      // Rounding leaves tiny negative values where there is no variance.
      variances.append(max(values[index], 0))
    }
    self.dimension = dimension
    self.count = count
    self.mean = mean
    self.components = components
    self.variances = variances
  }

  /// Coordinates along the components: [rows×dimension] → [rows×count].
  public func project(_ x: [Double], rows: Int) -> [Double] {
    precondition(x.count == rows * dimension, "\(x.count) values for \(rows)×\(dimension)")
    let centred = PrincipalComponents.centred(x, rows: rows, mean: mean)
    var z = [Double](repeating: 0, count: rows * count)
    multiply(centred, components, transposingB: true, m: rows, n: count, k: dimension, into: &z)
    return z
  }

  /// The vectors with these coordinates: [rows×count] → [rows×dimension].
  public func reconstruct(_ z: [Double], rows: Int) -> [Double] {
    precondition(z.count == rows * count, "\(z.count) values for \(rows)×\(count)")
    var x: [Double] = []
    x.reserveCapacity(rows * dimension)
    for _ in 0..<rows { x.append(contentsOf: mean) }
    multiply(z, components, m: rows, n: dimension, k: count, beta: 1, into: &x)
    return x
  }

  private static func centred(_ x: [Double], rows: Int, mean: [Double]) -> [Double] {
    var x = x
    for row in 0..<rows {
      for column in mean.indices { x[row * mean.count + column] -= mean[column] }
    }
    return x
  }
}
