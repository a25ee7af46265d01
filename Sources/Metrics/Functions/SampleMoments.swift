import Engine

/// The mean of points [rows×dimension]; NaN where there are none.
public func sampleMean(_ points: [Double], dimension: Int) -> [Double] {
  let rows = points.count / dimension
  var mean = [Double](repeating: 0, count: dimension)
  for row in 0..<rows {
    for axis in 0..<dimension { mean[axis] += points[row * dimension + axis] }
  }
  for axis in 0..<dimension { mean[axis] /= Double(rows) }
  return mean
}

/// The unbiased variance of each axis of points [rows×dimension]; NaN for fewer than two points.
public func axisVariances(_ points: [Double], mean: [Double]) -> [Double] {
  let dimension = mean.count
  let rows = points.count / dimension
  var variances = [Double](repeating: 0, count: dimension)
  guard rows > 1 else { return [Double](repeating: .nan, count: dimension) }
  for row in 0..<rows {
    for axis in 0..<dimension {
      let gap = points[row * dimension + axis] - mean[axis]
      variances[axis] += gap * gap
    }
  }
  for axis in 0..<dimension { variances[axis] /= Double(rows - 1) }
  return variances
}

/// The unbiased covariance [dimension×dimension] of points [rows×dimension] about their `mean`; NaN
/// for fewer than two points.
///
/// - Complexity: O(rows · dimension²).
public func sampleCovariance(_ points: [Double], mean: [Double]) -> [Double] {
  let dimension = mean.count
  let rows = points.count / dimension
  guard rows > 1 else { return [Double](repeating: .nan, count: dimension * dimension) }
  var centred = points
  for row in 0..<rows {
    for axis in 0..<dimension { centred[row * dimension + axis] -= mean[axis] }
  }
  var covariance = gram(centred, rows: rows, dimension: dimension)
  for index in covariance.indices { covariance[index] /= Double(rows - 1) }
  return covariance
}

/// ‖a − b‖².
public func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "\(a.count) and \(b.count) coordinates")
  var sum = 0.0
  for index in a.indices {
    let gap = a[index] - b[index]
    sum += gap * gap
  }
  return sum
}
