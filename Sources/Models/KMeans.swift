import Engine
import Randomness

/// k-means clustering: the start of a mixture fit.
struct KMeans {
  let dimension: Int
  /// [clusters×dimension]
  private(set) var centres: [Double]
  /// [count]
  private(set) var labels: [Int32]
  /// Lloyd steps taken.
  private(set) var steps = 0

  /// Starts with k-means++ (Arthur & Vassilvitskii, SODA 2007) and takes Lloyd steps until the centres
  /// move less than 1e-4 of the data's mean variance in square, or 300 steps, as scikit-learn does.
  /// A cluster that runs empty is moved to the point farthest from its centre.
  ///
  /// - Parameters:
  ///   - points: [count×dimension], finite, at least `clusters` of them.
  ///   - check: called before every step; what it throws ends the search.
  /// - Complexity: O(count · clusters · dimension) a step.
  init(
    _ points: [Double], dimension: Int, clusters: Int, stream: inout RandomStream,
    check: () throws -> Void
  ) rethrows {
    let count = points.count / dimension
    precondition(count >= clusters && clusters > 0, "\(clusters) clusters of \(count) points")
    self.dimension = dimension
    labels = [Int32](repeating: 0, count: count)
    centres = KMeans.spread(points, dimension, clusters, &stream)
    let tolerance = 1e-4 * KMeans.meanVariance(points, dimension)
    var distances = [Double](repeating: 0, count: count)
    while steps < 300 {
      try check()
      steps += 1
      let changed = assign(points, &distances)
      let moved = update(points, distances)
      if !changed || moved <= tolerance { break }
    }
    _ = assign(points, &distances)
  }

  /// Every further centre is a point drawn with probability proportional to its squared distance to
  /// the nearest centre so far.
  private static func spread(
    _ points: [Double], _ d: Int, _ clusters: Int, _ stream: inout RandomStream
  ) -> [Double] {
    let count = points.count / d
    let first = stream.integer(below: count)
    var centres = Array(points[first * d..<(first + 1) * d])
    var nearest = [Double](repeating: .infinity, count: count)
    for cluster in 1..<max(clusters, 1) {
      var total = 0.0
      for row in 0..<count {
        let distance = squaredDistance(points, row * d, centres, (cluster - 1) * d, d)
        nearest[row] = min(nearest[row], distance)
        total += nearest[row]
      }
      var chosen = stream.integer(below: count)
      if total > 0 {
        var left = stream.uniform() * total
        chosen = nearest.lastIndex { $0 > 0 } ?? chosen
        for row in 0..<count where nearest[row] > 0 {
          if left < nearest[row] {
            chosen = row
            break
          }
          left -= nearest[row]
        }
      }
      centres += points[chosen * d..<(chosen + 1) * d]
    }
    return centres
  }

  private static func meanVariance(_ points: [Double], _ d: Int) -> Double {
    let count = points.count / d
    var total = 0.0
    for column in 0..<d {
      var x = stride(from: column, to: points.count, by: d).map { points[$0] }
      x.withUnsafeMutableBufferPointer { x in
        guard let base = x.baseAddress else { return }
        _ = centre(base, count: count)
        total += laneDot(base, base, count: count)
      }
    }
    return total / Double(points.count)
  }

  /// Labels every point with its nearest centre; returns whether a label changed.
  private mutating func assign(_ points: [Double], _ distances: inout [Double]) -> Bool {
    let d = dimension
    let clusters = centres.count / d
    var changed = false
    for row in labels.indices {
      var best: Int32 = 0
      var least = Double.infinity
      for cluster in 0..<clusters {
        let distance = squaredDistance(points, row * d, centres, cluster * d, d)
        if distance < least {
          least = distance
          best = Int32(cluster)
        }
      }
      changed = changed || best != labels[row]
      labels[row] = best
      distances[row] = least
    }
    return changed
  }

  /// Moves the centres to their points' means; returns the sum of their squared moves.
  private mutating func update(_ points: [Double], _ distances: [Double]) -> Double {
    let d = dimension
    let clusters = centres.count / d
    var sums = [Double](repeating: 0, count: clusters * d)
    var sizes = [Int](repeating: 0, count: clusters)
    for row in labels.indices {
      let cluster = Int(labels[row])
      sizes[cluster] += 1
      for column in 0..<d { sums[cluster * d + column] += points[row * d + column] }
    }
    var moved = 0.0
    var distances = distances
    for cluster in 0..<clusters {
      var target = [Double](repeating: 0, count: d)
      if sizes[cluster] > 0 {
        for column in 0..<d {
          target[column] = sums[cluster * d + column] / Double(sizes[cluster])
        }
      } else {
        var farthest = 0
        for row in distances.indices where distances[row] > distances[farthest] { farthest = row }
        distances[farthest] = 0
        for column in 0..<d { target[column] = points[farthest * d + column] }
      }
      moved += squaredDistance(target, 0, centres, cluster * d, d)
      for column in 0..<d { centres[cluster * d + column] = target[column] }
    }
    return moved
  }
}

/// ‖a[i…] − b[j…]‖² over `d` numbers.
@inline(__always)
private func squaredDistance(_ a: [Double], _ i: Int, _ b: [Double], _ j: Int, _ d: Int) -> Double {
  var sum = 0.0
  for column in 0..<d {
    let gap = a[i + column] - b[j + column]
    sum += gap * gap
  }
  return sum
}
