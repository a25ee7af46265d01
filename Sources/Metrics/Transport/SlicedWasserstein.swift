import Engine
import Randomness

/// `count` directions uniform on the unit sphere, [count×dimension].
public func randomDirections(_ count: Int, dimension: Int, key: RandomKey) -> [Double] {
  var stream = RandomStream(key: key)
  var directions = [Double](repeating: 0, count: count * dimension)
  stream.fillNormals(&directions)
  for row in 0..<count {
    var sum = 0.0
    for axis in 0..<dimension {
      sum += directions[row * dimension + axis] * directions[row * dimension + axis]
    }
    let norm = sum.squareRoot()
    for axis in 0..<dimension { directions[row * dimension + axis] /= norm }
  }
  return directions
}

/// A set of points projected on directions, each projection in ascending order: the part of a
/// sliced distance that need not be repeated for a fixed set.
public struct SlicedSet: Sendable {
  /// One ascending array of [points] a direction.
  public let projections: [[Double]]
  /// Whether every projection is finite.
  public let isFinite: Bool

  /// - Parameters: points: [points×dimension]; directions: [directions×dimension].
  /// - Complexity: O(points · directions · (dimension + log points)).
  public init(_ points: [Double], dimension: Int, directions: [Double]) {
    let count = points.count / dimension
    let slices = directions.count / dimension
    var values = [Double](repeating: 0, count: slices * count)  // [directions×points]
    multiply(
      directions, points, transposingB: true, m: slices, n: count, k: dimension, into: &values)
    isFinite = values.allSatisfy(\.isFinite)
    projections = (0..<slices).map { values[$0 * count..<($0 + 1) * count].sorted() }
  }

  /// The mean of W_p^p over the directions (Bonneel et al. 2015); NaN where a number is not finite.
  public func wasserstein(to other: SlicedSet, p: Double) -> Double {
    precondition(projections.count == other.projections.count, "different directions")
    guard isFinite, other.isFinite, !projections.isEmpty else { return .nan }
    var sum = 0.0
    for index in projections.indices {
      sum += wassersteinSorted1D(projections[index], other.projections[index], p: p)
    }
    return sum / Double(projections.count)
  }
}

/// Sliced W2² between two sets of points [rows×dimension], estimated with `projections` directions
/// drawn from `key`.
public func slicedW2Squared(
  _ x: [Double], _ y: [Double], dimension: Int, projections: Int, key: RandomKey
) -> Double {
  let directions = randomDirections(projections, dimension: dimension, key: key)
  return SlicedSet(x, dimension: dimension, directions: directions)
    .wasserstein(to: SlicedSet(y, dimension: dimension, directions: directions), p: 2)
}
