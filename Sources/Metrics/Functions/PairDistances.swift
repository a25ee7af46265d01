import Engine

/// Calls `body` with the squared distances ‖x_i − y_j‖² of each row i of x [n×dimension] to all rows
/// of y [m×dimension], in the order of i.
///
/// By matrix products, ‖x‖² + ‖y‖² − 2x·y about the mean of y; pairs so near that the difference
/// cancels are computed again from their coordinates, so that equal points have distance 0 and every
/// value is good to ten digits. Numbers must be finite.
///
/// - Parameters:
///   - excludesDiagonal: whether x and y are the same points: the distance of a point to itself is then ∞.
///   - check: called for every block of rows; what it throws ends the pass.
/// - Complexity: O(n·m·dimension).
func forEachDistanceRow(
  _ x: [Double], _ y: [Double], dimension: Int, excludingDiagonal excludesDiagonal: Bool = false,
  check: (() throws -> Void)? = nil,
  _ body: (_ row: Int, _ squares: UnsafeBufferPointer<Double>) -> Void
) rethrows {
  let n = x.count / dimension
  let m = y.count / dimension
  guard n > 0, m > 0 else { return }
  let origin = sampleMean(y, dimension: dimension)
  let x = moved(x, by: origin)
  let y = moved(y, by: origin)
  let xNorms = squaredNorms(x, dimension: dimension)
  let yNorms = squaredNorms(y, dimension: dimension)
  // A block of products that stays in the cache: about 1 MB.
  let blockRows = max(8, min(256, 131_072 / m))
  var squares = [Double](repeating: 0, count: min(blockRows, n) * m)  // [block×m]
  try x.withUnsafeBufferPointer { x in
    try y.withUnsafeBufferPointer { y in
      try yNorms.withUnsafeBufferPointer { yNorms in
        try squares.withUnsafeMutableBufferPointer { squares in
          for start in stride(from: 0, to: n, by: blockRows) {
            try check?()
            let rows = min(blockRows, n - start)
            multiply(
              x.baseAddress! + start * dimension, y.baseAddress!, transposingB: true, m: rows, n: m,
              k: dimension, alpha: -2, into: squares.baseAddress!)
            for row in 0..<rows {
              let line = UnsafeMutableBufferPointer(rebasing: squares[row * m..<(row + 1) * m])
              let point = x.baseAddress! + (start + row) * dimension
              finish(line, xNorms[start + row], yNorms, point, y, dimension)
              if excludesDiagonal { line[start + row] = .infinity }
              body(start + row, UnsafeBufferPointer(line))
            }
          }
        }
      }
    }
  }
}

/// Adds the norms to a row of products −2x·y, and computes near pairs again.
private func finish(
  _ line: UnsafeMutableBufferPointer<Double>, _ xNorm: Double,
  _ yNorms: UnsafeBufferPointer<Double>, _ point: UnsafePointer<Double>,
  _ y: UnsafeBufferPointer<Double>, _ dimension: Int
) {
  let near = 1e-6
  var hasNear = false
  for place in 0..<line.count {
    let norms = xNorm + yNorms[place]
    let square = line[place] + norms
    line[place] = square
    hasNear = hasNear || square <= near * norms
  }
  guard hasNear else { return }
  for place in 0..<line.count where line[place] <= near * (xNorm + yNorms[place]) {
    var sum = 0.0
    for axis in 0..<dimension {
      let gap = point[axis] - y[place * dimension + axis]
      sum += gap * gap
    }
    line[place] = sum
  }
}

private func moved(_ points: [Double], by origin: [Double]) -> [Double] {
  var points = points
  let dimension = origin.count
  points.withUnsafeMutableBufferPointer { points in
    for row in 0..<points.count / dimension {
      for axis in 0..<dimension { points[row * dimension + axis] -= origin[axis] }
    }
  }
  return points
}

private func squaredNorms(_ points: [Double], dimension: Int) -> [Double] {
  points.withUnsafeBufferPointer { points in
    (0..<points.count / dimension).map { row in
      var sum = 0.0
      for place in row * dimension..<(row + 1) * dimension { sum += points[place] * points[place] }
      return sum
    }
  }
}

/// The squared distance of each point [n×dimension] to its `neighbours`-th nearest other point: the
/// squared radius of the ball that a set's manifold is estimated by (Kynkäänniemi et al. 2019).
///
/// - Parameters:
///   - points: finite.
///   - neighbours: below the number of points.
/// - Complexity: O(n²·dimension).
public func squaredNeighbourRadii(
  _ points: [Double], dimension: Int, neighbours: Int, check: (() throws -> Void)? = nil
) rethrows -> [Double] {
  let count = points.count / dimension
  precondition(neighbours > 0 && neighbours < count, "neighbour \(neighbours) of \(count) points")
  var radii = [Double](repeating: 0, count: count)
  var nearest = [Double](repeating: .infinity, count: neighbours)  // ascending
  try forEachDistanceRow(
    points, points, dimension: dimension, excludingDiagonal: true, check: check
  ) { row, squares in
    for place in nearest.indices { nearest[place] = .infinity }
    var farthest = Double.infinity
    for square in squares where square < farthest {
      var place = neighbours - 1
      while place > 0, nearest[place - 1] > square {
        nearest[place] = nearest[place - 1]
        place -= 1
      }
      nearest[place] = square
      farthest = nearest[neighbours - 1]
    }
    radii[row] = farthest
  }
  return radii
}

/// The distance of each point [n×dimension] to the nearest of others [m×dimension]; ∞ where there are
/// none. Numbers must be finite.
///
/// - Complexity: O(n·m·dimension).
public func nearestDistances(
  from points: [Double], to others: [Double], dimension: Int, check: (() throws -> Void)? = nil
) rethrows -> [Double] {
  var distances = [Double](repeating: .infinity, count: points.count / dimension)
  try forEachDistanceRow(points, others, dimension: dimension, check: check) { row, squares in
    var least = Double.infinity
    for square in squares where square < least { least = square }
    distances[row] = least.squareRoot()
  }
  return distances
}
