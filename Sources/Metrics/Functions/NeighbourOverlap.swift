/// How two sets of points cover each other by balls that reach to each point's k-th nearest
/// neighbour in its own set. Balls are closed, so that a set covers itself.
public struct NeighbourOverlap: Sendable, Hashable {
  /// Points of the two sets.
  public let realCount: Int
  public let sampleCount: Int
  public let neighbours: Int
  /// Samples within the ball of a real point.
  public let samplesInReal: Int
  /// Real points within the ball of a sample; `nil` without the samples' radii.
  public let realInSamples: Int?
  /// Pairs of a sample and a real point whose ball it lies in.
  public let pairs: Int
  /// Real points whose ball holds a sample.
  public let realReached: Int

  /// - Parameters:
  ///   - real: [n×dimension], finite.
  ///   - samples: [m×dimension], finite.
  ///   - neighbours: k of the radii.
  ///   - realRadii: squared, [n] (`squaredNeighbourRadii`).
  ///   - sampleRadii: squared, [m]; `nil` where recall is not wanted.
  /// - Complexity: O(n·m·dimension).
  public init(
    real: [Double], samples: [Double], dimension: Int, neighbours: Int, realRadii: [Double],
    sampleRadii: [Double]?, check: (() throws -> Void)? = nil
  ) rethrows {
    let n = real.count / dimension
    let m = samples.count / dimension
    precondition(realRadii.count == n, "\(realRadii.count) radii for \(n) points")
    precondition(sampleRadii.map { $0.count == m } ?? true, "radii for other than \(m) points")
    var isInside = [Bool](repeating: false, count: m)
    var pairs = 0
    var reached = 0
    var covered = 0
    try forEachDistanceRow(real, samples, dimension: dimension, check: check) { row, squares in
      let radius = realRadii[row]
      var here = 0
      for place in 0..<m where squares[place] <= radius {
        here += 1
        isInside[place] = true
      }
      pairs += here
      if here > 0 { reached += 1 }
      if let sampleRadii {
        covered += (0..<m).contains { squares[$0] <= sampleRadii[$0] } ? 1 : 0
      }
    }
    realCount = n
    sampleCount = m
    self.neighbours = neighbours
    samplesInReal = isInside.count { $0 }
    realInSamples = sampleRadii.map { _ in covered }
    self.pairs = pairs
    realReached = reached
  }

  /// The share of samples that look real (Kynkäänniemi et al. 2019, equation 2).
  public var precision: Double { Double(samplesInReal) / Double(sampleCount) }
  /// The share of real points that the samples could have produced; NaN without the samples' radii.
  public var recall: Double { realInSamples.map { Double($0) / Double(realCount) } ?? .nan }
  /// The mean number of real balls a sample lies in, divided by k: 1 for equal laws, and above it
  /// where samples crowd (Naeem et al. 2020, equation 3).
  public var density: Double { Double(pairs) / (Double(neighbours) * Double(sampleCount)) }
  /// The share of real balls with a sample (Naeem et al. 2020, equation 4).
  public var coverage: Double { Double(realReached) / Double(realCount) }
}
