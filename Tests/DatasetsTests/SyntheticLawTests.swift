import Datasets
import Foundation
import Laws
import Options
import Randomness
import Samples
import TestSupport
import Testing

@Suite struct SyntheticLawTests {
  /// Training, fresh and held-out sets of 250 seeds against the same expectations: they follow the
  /// law, and therefore one and the same law.
  @Test(arguments: LawCases.all)
  func followsItsLaw(_ given: LawCase) throws {
    var options = given.options
    options["samples"] = .integer(200)
    options["held_out"] = .integer(200)
    let dataset = try Fixtures.dataset(given.dataset, options)
    var sets: [String: [SampleSet]] = ["training": [], "fresh": [], "held out": []]
    for seed in 0..<250 {
      let key = RandomKey(seed: UInt64(seed))
      sets["training"]?.append(try dataset.training(key: key.folding(.realData)))
      sets["fresh"]?.append(try dataset.fresh(200, key: key.folding(.freshData)))
      sets["held out"]?.append(try dataset.heldOut(key: key.folding(.heldOutData)))
    }
    for part in ["training", "fresh", "held out"] {
      for expectation in given.expectations {
        let values = (sets[part] ?? []).map(expectation.statistic)
        #expect(values.count == 250)
        #expect(
          values.allSatisfy { $0.isFinite }, "\(given.dataset), \(part), \(expectation.name)")
        if expectation.exact == 0 || expectation.exact == 1, Set(values) == [expectation.exact] {
          continue  // a share that is certain
        }
        expectWithinFourStandardErrors(values, exact: expectation.exact, scale: expectation.scale)
      }
    }
  }

  /// The declared laws have the moments that the samples were checked for.
  @Test func declaresItsLaw() throws {
    guard
      case .gaussian(let gaussian) = try Fixtures.dataset(
        "gaussian", ["dimension": .integer(2), "mean": .integer(3), "standard_deviation": .real(2)]
      ).law
    else { throw FixtureError.noSuchDataset("gaussian") }
    #expect(gaussian.mean == [3, 3])
    #expect(gaussian.covariance == [4, 0, 0, 4])
    guard case .mixture(let grid) = try Fixtures.dataset("gaussian-grid").law else {
      throw FixtureError.noSuchDataset("gaussian-grid")
    }
    #expect(grid.components.count == 25)
    expectClose(grid.moments.covariance, [8.0025, 0, 0, 8.0025], absolute: 1e-12)
    expectClose(grid.moments.mean, [0, 0], absolute: 1e-12)
    #expect(grid.components[0].mean == [-4, -4] && grid.components[1].mean == [-4, -2])
    guard case .mixture(let ring) = try Fixtures.dataset("gaussian-ring").law else {
      throw FixtureError.noSuchDataset("gaussian-ring")
    }
    #expect(ring.components.count == 8)
    expectClose(ring.moments.covariance, [2.0004, 0, 0, 2.0004], absolute: 1e-12)
    guard
      case .regression(let regression) = try Fixtures.dataset(
        "linear-regression", ["dimension": .integer(4)]
      ).law
    else { throw FixtureError.noSuchDataset("linear-regression") }
    #expect(regression.coefficients == [0.5, 0.5, 0.5, 0.5] && regression.noiseVariance == 1)
    guard
      case .categorical(let zipf) = try Fixtures.dataset(
        "categorical",
        ["categories": .integer(3), "shape": .text("zipf"), "exponent": .integer(2)]
      ).law
    else { throw FixtureError.noSuchDataset("categorical") }
    expectClose(zipf.probabilities, [36.0 / 49, 9.0 / 49, 4.0 / 49], relative: 1e-14)
    for name in ["two-moons", "circles", "swiss-roll", "rosenbrock"] {
      #expect(try Fixtures.dataset(name).law == nil)
    }
  }

  /// Several blobs: the random centres belong to the law, so training and held-out samples lie
  /// around the same ones.
  @Test func blobsShareTheirCentres() throws {
    let options: [String: OptionValue] = [
      "blobs": .integer(3), "layout": .integer(7), "samples": .integer(2000),
    ]
    let dataset = try Fixtures.dataset("gaussian-blob", options)
    guard case .mixture(let mixture) = dataset.law else { throw FixtureError.noSuchDataset("blob") }
    #expect(mixture.components.count == 3)
    let centres = mixture.components.map(\.mean)
    #expect(centres.joined().allSatisfy { abs($0) <= 10 })
    #expect(Set(centres).count == 3)
    for set in [
      try dataset.training(key: RandomKey(seed: 1)), try dataset.heldOut(key: RandomKey(seed: 2)),
    ] {
      let distances = (0..<set.count).map { row in
        let centre = centres[Int((set.labels ?? [])[row])]
        return pow(set.reals[2 * row] - centre[0], 2) + pow(set.reals[2 * row + 1] - centre[1], 2)
      }
      expectWithinFourStandardErrors(distances, exact: 2)
    }
    let other = try Fixtures.dataset(
      "gaussian-blob", ["blobs": .integer(3), "layout": .integer(8)])
    guard case .mixture(let moved) = other.law else { throw FixtureError.noSuchDataset("blob") }
    #expect(moved.components[0].mean != centres[0])
  }
}
