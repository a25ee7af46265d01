import Engine
import Laws
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

private let key = RandomKey(seed: 2_718)

/// Points of an affine plane of `rank` dimensions in space, [count×dimension].
private func flat(_ count: Int, dimension d: Int, rank: Int, _ stream: inout RandomStream) -> [Double] {
  var axes = [Double](repeating: 0, count: rank * d)
  stream.fillNormals(&axes)
  return (0..<count).flatMap { _ in
    var point = (0..<d).map { Double($0) / 3 - 1 }
    for axis in 0..<rank {
      let share = stream.normal()
      for column in 0..<d { point[column] += share * axes[axis * d + column] }
    }
    return point
  }
}

private func statistics(_ points: [Double], _ d: Int) -> GaussianStatistics {
  GaussianStatistics(
    of: SampleSet(
      space: .vectors(dimension: d), reals: points,
      provenance: Provenance(.real, count: points.count / d)))
}

/// A point and a matrix taken into the hull and out again are the same; what lies beside it is refused.
@Test(arguments: [(3, 1), (5, 4), (20, 7), (40, 39)])
func hullCoordinates(dimension d: Int, rank: Int) throws {
  var stream = RandomStream(key: key.folding(UInt64(d)))
  let set = statistics(flat(3 * d, dimension: d, rank: rank, &stream), d)
  let factor = SemidefiniteFactor(set.scatter, dimension: d, maximumRank: rank)
  try #require(factor.rank == rank)
  let (hull, inside) = AffineHull.spanned(by: factor, at: set.mean)
  for i in 0..<rank {
    for j in 0...i {
      let dot = (0..<d).reduce(0.0) { $0 + hull.basis[$1 * rank + i] * hull.basis[$1 * rank + j] }
      expectClose(dot, i == j ? 1 : 0, absolute: 1e-13)
    }
    #expect(inside.values[i * rank + i] > 0)
  }
  let size = factor.trace
  expectClose(hull.embedding(inside).square, set.scatter, relative: 0, absolute: 1e-13 * size)
  let found = try #require(hull.coordinates(mean: set.mean, scatter: set.scatter))
  expectClose(found.mean, [Double](repeating: 0, count: rank), absolute: 1e-13)
  expectClose(hull.embedding(symmetric: found.scatter), set.scatter, relative: 0, absolute: 1e-13 * size)
  let y = (0..<rank).map { _ in stream.normal() }
  let point = hull.point(y)
  #expect(hull.coordinates(mean: point, scatter: set.scatter) != nil)
  var beside = point
  beside[0] += 1e-6
  #expect(hull.coordinates(mean: beside, scatter: set.scatter) == nil)
  var thick = set.scatter
  for index in 0..<d { thick[index * (d + 1)] += 1e-6 }
  #expect(hull.coordinates(mean: set.mean, scatter: thick) == nil)
}

/// Few points in many dimensions: what is drawn from their fit stays in their hull, on both routes,
/// and merges with them and with sets outside to what the dense formulas give.
@Test(arguments: ["data", "statistics"])
func hullsInTheLoop(route: String) throws {
  let d = 12
  let m = 5
  var stream = RandomStream(key: key)
  let real = flat(m, dimension: d, rank: m - 1, &stream)
  let first = statistics(real, d)
  func fitted(_ set: GaussianStatistics, _ count: Int) throws -> Gaussian {
    var model = try Gaussian(
      options: OptionValues(["route": .text(route)], specs: Gaussian.component.options),
      space: .vectors(dimension: d))
    _ = try model.fit(
      TrainingSet(
        space: .vectors(dimension: d), provenance: Provenance(.real, count: count), parts: [],
        statistics: set), key: key)
    return model
  }
  let model = try fitted(first, m)
  guard case .gaussian(let law)? = model.law else { throw FitError.degenerate("no law") }
  #expect(law.rank == m - 1 && law.hull != nil && law.logDeterminant == -.infinity)
  let size = law.varianceTrace
  expectClose(law.mean, first.mean, absolute: 1e-13)
  expectClose(law.covariance, first.scatter.map { $0 / Double(m - 1) }, relative: 0, absolute: 1e-13 * size)
  expectClose(size, (0..<d).reduce(0) { $0 + law.covariance[$1 * (d + 1)] })
  let sample = SampleRequest(
    count: 7, bias: 1, key: key, generation: 0, needsValues: false,
    real: SampleSet(emptyIn: .vectors(dimension: d)))
  let drawn = try #require(try model.synthesize(sample).statistics)
  #expect(SemidefiniteFactor(drawn.scatter, dimension: d).rank == m - 1)
  let other = statistics(flat(9, dimension: d, rank: d, &stream), d)
  for (one, two) in [(first, drawn), (drawn, first), (drawn, other), (other, drawn), (drawn, drawn)] {
    var merged = one
    merged.merge(two)
    let a = Double(one.count)
    let b = Double(two.count)
    let mean = zip(one.mean, two.mean).map { ($0 * a + $1 * b) / (a + b) }
    var scatter = zip(one.scatter, two.scatter).map { $0 + $1 }
    for i in 0..<d {
      for j in 0..<d {
        scatter[i * d + j] += a * b / (a + b) * (one.mean[i] - two.mean[i]) * (one.mean[j] - two.mean[j])
      }
    }
    let most = scatter.reduce(0) { max($0, abs($1)) }
    expectClose(merged.mean, mean, absolute: 1e-12)
    expectClose(merged.scatter, scatter, relative: 0, absolute: 1e-12 * most)
    guard case .gaussian(let law)? = try fitted(merged, merged.count).law else { continue }
    let outside = one.scatter == other.scatter || two.scatter == other.scatter
    #expect(law.rank == (outside ? d : m - 1))
  }
}
