import Laws
import Metrics
import Randomness
import TestSupport
import Testing

private func normals(_ count: Int, _ seed: UInt64, scale: Double = 1, shift: Double = 0) -> [Double]
{
  var stream = RandomStream(key: RandomKey(seed: seed))
  return (0..<count).map { _ in shift + scale * stream.normal() }
}

private func law(_ dimension: Int, _ seed: UInt64) -> GaussianLaw {
  let points = normals(dimension * (dimension + 3), seed)
  let mean = sampleMean(points, dimension: dimension)
  return GaussianLaw(mean: mean, covariance: sampleCovariance(points, mean: mean))
}

/// The least cost over all permutations.
private func bruteForce(_ costs: [Double], _ n: Int) -> Double {
  var best = Double.infinity
  func extend(_ row: Int, _ used: Int, _ cost: Double) {
    if row == n {
      best = min(best, cost)
      return
    }
    for column in 0..<n where used & (1 << column) == 0 {
      extend(row + 1, used | (1 << column), cost + costs[row * n + column])
    }
  }
  extend(0, 0, 0)
  return best
}

@Suite struct TransportIdentityTests {
  @Test func assignmentAgreesWithBruteForce() throws {
    var stream = RandomStream(key: RandomKey(seed: 1))
    for trial in 0..<140 {
      let n = 1 + trial % 7
      // Every second case has many equal costs.
      let costs = (0..<n * n).map { _ in
        trial % 2 == 0 ? 10 * stream.uniform() - 5 : Double(stream.integer(below: 3))
      }
      let exact = bruteForce(costs, n)
      expectClose(assignmentCost(costs: costs, rows: n, columns: n), exact, absolute: 1e-12)
      let ones = [Double](repeating: 1, count: n)
      let plan = try #require(optimalTransport(costs: costs, supply: ones, demand: ones))
      expectClose(plan.cost, exact, absolute: 1e-12)
    }
  }

  @Test func assignmentEqualsTransportOnPoints() throws {
    let n = 80
    let costs = pointCosts(normals(3 * n, 2), normals(3 * n, 3), dimension: 3, p: 2)
    let ones = [Double](repeating: 1, count: n)
    let plan = try #require(optimalTransport(costs: costs, supply: ones, demand: ones))
    expectClose(plan.cost, assignmentCost(costs: costs, rows: n, columns: n))
  }

  @Test func oneDimensionEqualsTransport() throws {
    let a = normals(30, 4)
    let b = normals(47, 5, scale: 2)
    for p in [1, 2] {
      let plan = try #require(
        optimalTransport(
          costs: pointCosts(a, b, dimension: 1, p: p), supply: [Double](repeating: 47, count: 30),
          demand: [Double](repeating: 30, count: 47)))
      expectClose(wasserstein1D(a, b, p: Double(p)), plan.cost / (30 * 47))
    }
  }

  @Test func indexLineEqualsTransport() throws {
    let p = [0.1, 0.0, 0.6, 0.3]
    let q = [0.4, 0.35, 0.0, 0.25]
    for order in [1, 2] {
      let plan = try #require(
        optimalTransport(
          costs: pointCosts([0, 1, 2, 3], [0, 1, 2, 3], dimension: 1, p: order), supply: p,
          demand: q))
      expectClose(indexLineWasserstein(p, q, p: Double(order)), plan.cost)
    }
  }

  @Test func zeroSymmetryTriangle() {
    let x = normals(60, 6)
    let y = normals(60, 7, scale: 1.5)
    let z = normals(60, 8, shift: 1)
    let distances: [([Double], [Double]) -> Double] = [
      { wasserstein1D($0, $1, p: 1) }, { wasserstein1D($0, $1, p: 2).squareRoot() },
      { exactWasserstein($0, $1, dimension: 2, p: 1) },
      { exactWasserstein($0, $1, dimension: 3, p: 2).squareRoot() },
      {
        slicedW2Squared($0, $1, dimension: 2, projections: 20, key: RandomKey(seed: 9)).squareRoot()
      },
      { energyDistance($0, $1, dimension: 2) },
    ]
    for distance in distances {
      #expect(distance(x, x) == 0)
      #expect(distance(x, y) > 0)
      expectClose(distance(x, y), distance(y, x), relative: 1e-12)
      #expect(distance(x, z) <= distance(x, y) + distance(y, z) + 1e-12)
    }
  }

  @Test(arguments: [1, 2, 7]) func gaussianIdentities(dimension: Int) {
    let a = law(dimension, 10)
    let b = law(dimension, 11)
    let c = law(dimension, 12)
    expectClose(gaussianW2Squared(a, a), 0, absolute: 1e-13 * a.varianceTrace)
    expectClose(gaussianW2Squared(a, b), gaussianW2Squared(b, a), relative: 1e-12)
    let ab = gaussianW2Squared(a, b).squareRoot()
    let bc = gaussianW2Squared(b, c).squareRoot()
    #expect(gaussianW2Squared(a, c).squareRoot() <= ab + bc)
    // A shift adds its square.
    let moved = GaussianLaw(mean: a.mean.map { $0 + 2 }, covariance: a.covariance)
    expectClose(gaussianW2Squared(a, moved), 4 * Double(dimension), relative: 1e-12)
    // Scaling the covariance by s² costs (1 − s)² tr Σ.
    let wide = GaussianLaw(mean: a.mean, covariance: a.covariance.map { 9 * $0 })
    expectClose(gaussianW2Squared(a, wide), 4 * a.varianceTrace, relative: 1e-12)
    // Against a point mass: ‖Δμ‖² + tr Σ.
    let point = GaussianLaw(
      mean: moved.mean, covariance: [Double](repeating: 0, count: dimension * dimension))
    expectClose(
      gaussianW2Squared(a, point), 4 * Double(dimension) + a.varianceTrace, relative: 1e-12)
    #expect(klDivergence(a, point) == .infinity && klDivergence(point, a) == .infinity)
    expectClose(klDivergence(a, a), 0, absolute: 1e-12)
  }

  @Test func singularCovariances() {
    // Rank one in two dimensions: both on the same line.
    let a = GaussianLaw(mean: [0, 0], covariance: [1, 1, 1, 1])
    let b = GaussianLaw(mean: [0, 0], covariance: [4, 4, 4, 4])
    expectClose(gaussianW2Squared(a, b), 2, relative: 1e-12)
    // On perpendicular lines nothing is shared.
    let c = GaussianLaw(mean: [0, 0], covariance: [1, -1, -1, 1])
    expectClose(gaussianW2Squared(a, c), 4, relative: 1e-12)
  }

  @Test func gaussianSamplesApproachTheClosedForm() {
    // W1 between N(0, 1) and N(1, 4) as a mean over the quantile coupling |1 + z|.
    let a = GaussianLaw(mean: [0], covariance: [1])
    let b = GaussianLaw(mean: [1], covariance: [4])
    let values = normals(200_000, 13).map { abs(1 + $0) }
    expectWithinFourStandardErrors(values, exact: gaussianW1(a, b))
  }

  @Test func slicedDistanceOfAShift() {
    // E over directions of (θ·δ)² is ‖δ‖²/d.
    let x = normals(5 * 20, 14)
    let y = x.enumerated().map { $0.element + Double($0.offset % 5) }
    let values = (0..<400).map {
      slicedW2Squared(x, y, dimension: 5, projections: 50, key: RandomKey(seed: UInt64($0)))
    }
    expectWithinFourStandardErrors(values, exact: (0 + 1 + 4 + 9 + 16) / 5)
  }

  @Test func badInputIsRefused() {
    #expect(wasserstein1D([1, .nan], [1], p: 1).isNaN)
    #expect(wasserstein1D([], [1], p: 2).isNaN)
    #expect(exactWasserstein([1, .infinity], [1, 2], dimension: 2, p: 2).isNaN)
    #expect(cheapestAssignment(costs: [.nan], rows: 1, columns: 1) == nil)
    #expect(optimalTransport(costs: [1, 2], supply: [1], demand: [0.5, 0.4]) == nil)
    #expect(optimalTransport(costs: [1, 2], supply: [-1], demand: [-0.5, -0.5]) == nil)
    let bad = GaussianLaw(mean: [.nan, 0], covariance: [1, 0, 0, 1])
    #expect(gaussianW2Squared(bad, .standard(dimension: 2)).isNaN)
    #expect(klDivergence(bad, .standard(dimension: 2)).isNaN)
  }
}
