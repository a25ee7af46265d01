import Foundation
import Metrics
import Samples
import TestSupport
import Testing

/// Values made by `Tests/Golden/metrics_features.py` from SciPy, scikit-learn, prdc and 40-digit
/// eigenvalues.
private struct FeatureGolden: Decodable {
  struct Case: Decodable {
    let name: String
    let dimension, neighbours, subsets: Int
    let x, y: [Double]
    let frechet_mean, frechet_covariance, kernel_mean, kernel_error, nearest_p5: Double
    let kernel_distances, radii, nearest: [Double]
    let samples_in_real, real_in_samples, pairs, real_reached: Int
  }
  struct Classes: Decodable {
    let width, classes, present: Int
    let features, shares: [Double]
    let predictions: [Int]
    let entropy, total_variation, mean_variance: Double
  }
  let cases: [Case]
  let classes: Classes

  static func load() throws -> FeatureGolden {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Golden/metrics_features.json")
    return try JSONDecoder().decode(FeatureGolden.self, from: Data(contentsOf: file))
  }
}

@Suite struct FeatureGoldenTests {
  private let golden: FeatureGolden
  init() throws { golden = try FeatureGolden.load() }

  @Test func frechetDistances() throws {
    #expect(golden.cases.count == 6)
    for item in golden.cases {
      let x = try #require(FeatureMoments(item.x, width: item.dimension))
      let y = try #require(FeatureMoments(item.y, width: item.dimension))
      for terms in [frechetDistance(x, y), frechetDistance(y, x)] {
        expectClose(terms.mean, item.frechet_mean, relative: 1e-9)
        expectClose(terms.covariance, item.frechet_covariance, relative: 1e-9)
      }
    }
    // From given covariances: the same as the distance of Gaussian laws.
    for item in try Golden.load().bures {
      let a = try #require(FeatureMoments(mean: item.mean_a, covariance: item.covariance_a))
      let b = try #require(FeatureMoments(mean: item.mean_b, covariance: item.covariance_b))
      let terms = frechetDistance(a, b)
      expectClose(terms.mean + terms.covariance, item.w2_squared, relative: 1e-8)
    }
  }

  @Test func kernelDistances() {
    for item in golden.cases {
      let found = Metrics.kernelDistances(
        item.x, item.y, dimension: item.dimension, subsets: item.subsets)
      // What is left of kernels as large as (‖x‖²/d)³ when they cancel.
      let largest = item.x.map(abs).max() ?? 0
      expectClose(
        found, item.kernel_distances, relative: 1e-9,
        absolute: 1e-14 * pow(largest * largest + 1, 3))
      expectClose(
        found.reduce(0, +) / Double(item.subsets), item.kernel_mean, relative: 1e-6)
      let error = axisVariances(found, mean: [found.reduce(0, +) / Double(item.subsets)])[0]
      expectClose((error / Double(item.subsets)).squareRoot(), item.kernel_error, relative: 1e-6)
    }
  }

  @Test func neighbourhoods() {
    for item in golden.cases {
      let d = item.dimension
      let real = squaredNeighbourRadii(item.x, dimension: d, neighbours: item.neighbours)
      expectClose(real.map { $0.squareRoot() }, item.radii, relative: 1e-9)
      let overlap = NeighbourOverlap(
        real: item.x, samples: item.y, dimension: d, neighbours: item.neighbours, realRadii: real,
        sampleRadii: squaredNeighbourRadii(item.y, dimension: d, neighbours: item.neighbours))
      #expect(overlap.samplesInReal == item.samples_in_real, "\(item.name)")
      #expect(overlap.realInSamples == item.real_in_samples, "\(item.name)")
      #expect(overlap.pairs == item.pairs && overlap.realReached == item.real_reached)
      let (n, m) = (Double(item.x.count / d), Double(item.y.count / d))
      expectClose(overlap.precision, Double(item.samples_in_real) / m)
      expectClose(overlap.recall, Double(item.real_in_samples) / n)
      expectClose(overlap.density, Double(item.pairs) / (m * Double(item.neighbours)))
      expectClose(overlap.coverage, Double(item.real_reached) / n)
      let nearest = nearestDistances(from: item.y, to: item.x, dimension: d)
      expectClose(nearest, item.nearest, relative: 1e-9)
      expectClose(quantile(0.05, ofSorted: nearest.sorted()), item.nearest_p5, relative: 1e-9)
    }
  }

  @Test func classShares() {
    let item = golden.classes
    let found = ClassShares(
      item.features, width: item.width, predictions: item.predictions, classes: item.classes)
    expectClose(found.shares, item.shares)
    expectClose(found.entropy, item.entropy)
    expectClose(found.meanVariance, item.mean_variance)
    #expect(found.present == item.present && found.smallest == 0)
    let even = ClassShares(
      [Double](repeating: 0, count: 15), width: 3, predictions: [0, 1, 2, 3, 4], classes: 5)
    expectClose(found.totalVariation(to: even), item.total_variation)
    #expect(even.meanVariance.isNaN)
  }

  /// Against plain loops, at sizes that take several blocks and end within one.
  @Test func distancesOfManyPoints() {
    let d = 7
    let x = FeatureFixtures.vectors(530, dimension: d, seed: 1).reals
    var y = FeatureFixtures.vectors(1303, dimension: d, seed: 2).reals
    y.replaceSubrange(0..<d, with: x[40 * d..<41 * d])
    let costs = pointCosts(x, y, dimension: d, p: 2)
    let expected = (0..<530).map { row in
      costs[row * 1303..<(row + 1) * 1303].min()!.squareRoot()
    }
    let found = nearestDistances(from: x, to: y, dimension: d)
    #expect(found[40] == 0)
    expectClose(found, expected, relative: 1e-9)
    let own = pointCosts(y, y, dimension: d, p: 2)
    let radii = (0..<1303).map { row in own[row * 1303..<(row + 1) * 1303].sorted()[9] }
    expectClose(squaredNeighbourRadii(y, dimension: d, neighbours: 9), radii, relative: 1e-9)
    let none = nearestDistances(from: x, to: [], dimension: d)
    #expect(none == [Double](repeating: .infinity, count: 530))
  }
}
