import Glibc
import Metrics
import Options
import Randomness
import Samples
import TestSupport
import Testing

private typealias Fixtures = FeatureFixtures

/// What the metrics on features must say of sets whose relation is known.
@Suite struct FeatureMetricTests {
  private static let names = [
    "frechet", "kernel-distance", "precision-recall", "density-coverage", "nearest-real",
  ]
  private let real = Fixtures.vectors(400, dimension: 3, seed: 1)
  private let other = Fixtures.vectors(400, dimension: 3, seed: 2, scale: 1.2)
  private let training = Fixtures.vectors(600, dimension: 3, seed: 3)

  /// All quantities of all metrics as `metric.quantity`.
  private func all(
    _ reference: Reference, _ samples: SampleSet, _ given: [String: OptionValue] = [:]
  ) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for name in Self.names {
      let type = try #require(MetricRegistry.named(name))
      for (quantity, value) in try Fixtures.measure(
        type, reference, Fixtures.subject(samples), given)
      { values["\(name).\(quantity)"] = value }
    }
    return values
  }

  @Test func aSetWithItself() throws {
    let reference = Fixtures.reference(training: real, heldOut: real)
    let values = try all(reference, real)
    // Rounding of a trace of about 3.
    #expect(values["frechet.distance"]! >= 0 && values["frechet.distance"]! < 1e-12)
    #expect(values["precision-recall.precision"] == 1 && values["precision-recall.recall"] == 1)
    #expect(values["density-coverage.coverage"] == 1 && values["density-coverage.density"]! >= 1)
    #expect(values["nearest-real.distance"] == 0 && values["nearest-real.distance_p5"] == 0)
    // Held-out data that are training data: no distance to compare with.
    #expect(values["nearest-real.ratio"]!.isNaN)
  }

  /// Points that coincide have balls of radius 0, which still hold each other.
  @Test func collapseToAPoint() throws {
    let point = Fixtures.vectors(
      (0..<100).flatMap { _ in [1e3 + 0.1, 0.2, 1.0 / 3] }, dimension: 3)
    let values = try all(Fixtures.reference(training: point, heldOut: point), point)
    #expect(values["precision-recall.precision"] == 1 && values["precision-recall.recall"] == 1)
    #expect(values["frechet.distance"] == 0 && values["nearest-real.distance"] == 0)
    let collapsed = try all(Fixtures.reference(training: training, heldOut: real), point)
    #expect(collapsed["precision-recall.recall"] == 0 && collapsed["density-coverage.coverage"] == 0)
    expectClose(
      collapsed["frechet.covariance"]!,
      axisVariances(real.reals, mean: sampleMean(real.reals, dimension: 3)).reduce(0, +),
      relative: 1e-9)
  }

  @Test func movingBothSidesChangesNothing() throws {
    let before = try all(Fixtures.reference(training: training, heldOut: real), other)
    func moved(_ samples: SampleSet) -> SampleSet {
      // A rotation in the first two axes, then a shift.
      var values = samples.reals
      for row in 0..<samples.count {
        let (x, y) = (values[3 * row], values[3 * row + 1])
        values[3 * row] = 0.6 * x - 0.8 * y + 10
        values[3 * row + 1] = 0.8 * x + 0.6 * y - 20
        values[3 * row + 2] += 30
      }
      return Fixtures.with(values, like: samples)
    }
    // Which samples belong to a subset depends on the bits: without a limit all of them count.
    let after = try all(
      Fixtures.reference(training: moved(training), heldOut: moved(real)), moved(other))
    #expect(before.count == 12)
    for (name, value) in before where !name.hasPrefix("kernel") {
      expectClose(after[name]!, value, relative: 1e-9, absolute: 1e-12)
    }
  }

  @Test func shiftedSamples() throws {
    let reference = Fixtures.reference(training: training, heldOut: real)
    func shifted(_ step: Double) -> SampleSet {
      Fixtures.with(
        real.reals.enumerated().map { $0.offset % 3 == 0 ? $0.element + step : $0.element },
        like: real)
    }
    for step in [0.5, 2, 40] {
      let values = try all(reference, shifted(step))
      expectClose(values["frechet.mean"]!, step * step, relative: 1e-9)
      expectClose(values["frechet.covariance"]!, 0, absolute: 1e-12)
      expectClose(values["frechet.distance"]!, step * step, relative: 1e-9)
    }
    let far = try all(reference, shifted(40))
    #expect(far["precision-recall.precision"] == 0 && far["precision-recall.recall"] == 0)
    #expect(far["density-coverage.density"] == 0 && far["density-coverage.coverage"] == 0)
    #expect(far["nearest-real.ratio"]! > 20)
  }

  @Test func scaling() throws {
    let before = try all(Fixtures.reference(training: training, heldOut: real), other)
    func scaled(_ samples: SampleSet) -> SampleSet {
      Fixtures.with(samples.reals.map { 4 * $0 }, like: samples)
    }
    let after = try all(
      Fixtures.reference(training: scaled(training), heldOut: scaled(real)), scaled(other))
    expectClose(after["frechet.distance"]!, 16 * before["frechet.distance"]!, relative: 1e-9)
    expectClose(
      after["nearest-real.distance"]!, 4 * before["nearest-real.distance"]!, relative: 1e-9)
    let shares = [
      "precision-recall.precision", "precision-recall.recall", "density-coverage.coverage",
    ]
    for name in shares {
      #expect(after[name] == before[name])
    }
  }

  /// Four modes far apart, samples in two of them: half of the real data is out of reach.
  @Test func droppedModes() throws {
    let centres = [[0.0, 0], [20, 0], [0, 20], [20, 20]]
    let held = Fixtures.vectors(800, dimension: 2, seed: 4, centres: centres)
    let reference = Fixtures.reference(
      training: Fixtures.vectors(800, dimension: 2, seed: 5, centres: centres), heldOut: held)
    let whole = try all(
      reference, Fixtures.vectors(800, dimension: 2, seed: 6, centres: centres))
    let half = try all(
      reference, Fixtures.vectors(800, dimension: 2, seed: 6, centres: [centres[0], centres[3]]))
    #expect(whole["precision-recall.recall"]! > 0.9 && whole["density-coverage.coverage"]! > 0.9)
    #expect(half["precision-recall.precision"]! > 0.9)
    #expect(half["precision-recall.recall"]! <= 0.5 && half["density-coverage.coverage"]! <= 0.5)
    #expect(half["precision-recall.recall"]! > 0.4 && half["density-coverage.coverage"]! > 0.4)
    #expect(half["frechet.distance"]! > 50 * whole["frechet.distance"]!)
  }

  @Test func memorisation() throws {
    let reference = Fixtures.reference(training: training, heldOut: real)
    let copied = try all(reference, training.selecting(Array(0..<400)))
    #expect(copied["nearest-real.distance"] == 0 && copied["nearest-real.ratio"] == 0)
    // One sample in ten is a copy: the 5 % quantile sees it, the mean hardly.
    let fresh = Fixtures.vectors(400, dimension: 3, seed: 7)
    var mixed = fresh.reals
    for row in stride(from: 0, to: 400, by: 10) {
      mixed.replaceSubrange(3 * row..<3 * row + 3, with: training.reals[3 * row..<3 * row + 3])
    }
    let some = try all(reference, Fixtures.with(mixed, like: fresh))
    let none = try all(reference, fresh)
    #expect(some["nearest-real.distance_p5"] == 0 && none["nearest-real.distance_p5"]! > 0.05)
    // Means of 400 distances with a spread below their mean: 5 % each, four standard errors.
    expectClose(none["nearest-real.ratio"]!, 1, absolute: 0.28)
    #expect(some["nearest-real.ratio"]! < none["nearest-real.ratio"]!)
    let nothing = try Fixtures.measure(
      NearestRealMetric.self,
      Fixtures.reference(training: training, heldOut: SampleSet(emptyIn: training.space)),
      Fixtures.subject(fresh))
    #expect(nothing["ratio"]!.isNaN && nothing["distance"] == none["nearest-real.distance"])
  }

  /// In one dimension (xy + 1)³ = 1 + 3xy + 3x²y² + x³y³, so that MMD² = 3Δ₁² + 3Δ₂² + Δ₃² with the
  /// gaps of the moments: 3.578125 for N(0, 1) and N(½, 1).
  @Test func kernelDistanceOfKnownLaws() throws {
    let exact = 3 * 0.25 + 3 * 0.0625 + 1.625 * 1.625
    let held = Fixtures.vectors(10_000, dimension: 1, seed: 8)
    let reference = Fixtures.reference(training: held, heldOut: held)
    let shifted = try Fixtures.measure(
      KernelDistanceMetric.self, reference,
      Fixtures.subject(Fixtures.vectors(10_000, dimension: 1, seed: 9, centres: [[0.5]])),
      ["subsets": .integer(20)])
    // Four standard errors, from 20 subsets: false alarm 8e-4 by Student's law, key fixed.
    #expect(abs(shifted["mmd_squared"]! - exact) < 4 * shifted["standard_error"]!)
    #expect(shifted["standard_error"]! < 0.1 * exact)
    let same = try Fixtures.measure(
      KernelDistanceMetric.self, reference,
      Fixtures.subject(Fixtures.vectors(10_000, dimension: 1, seed: 10)), ["subsets": .integer(20)])
    #expect(abs(same["mmd_squared"]!) < 4 * same["standard_error"]!)
  }

  @Test func limitsTakeSubsets() throws {
    let reference = Fixtures.reference(training: training, heldOut: real)
    let few = try all(reference, other, ["samples": .integer(100)])
    let many = try all(reference, other)
    for (name, value) in few {
      #expect(value.isFinite && value != many[name], "\(name)")
      #expect(try all(reference, other, ["samples": .integer(100)])[name] == value)
    }
    // Too few for the neighbours and the subsets: no value.
    let tiny = try all(reference, Fixtures.vectors(5, dimension: 3, seed: 1))
    #expect(tiny["precision-recall.recall"]!.isNaN && tiny["kernel-distance.mmd_squared"]!.isNaN)
    #expect(tiny["density-coverage.density"]!.isFinite && tiny["frechet.distance"]!.isFinite)
    for (type, given) in [
      (PrecisionRecallMetric.self as any Metric.Type, ["neighbours": OptionValue.integer(400)]),
      (KernelDistanceMetric.self, ["subsets": .integer(201)]),
    ] {
      #expect(throws: ComponentError.self) {
        try Fixtures.measure(type, reference, Fixtures.subject(other), given)
      }
    }
  }

  /// All components are a rotation: distances stay. Fewer lose some of the covariance.
  @Test func principalComponents() throws {
    let reference = Fixtures.reference(training: training, heldOut: real)
    func components(_ count: Int) -> [String: OptionValue] {
      ["features": .text("principal-components"), "components": .integer(count)]
    }
    let plain = try all(reference, other)
    let rotated = try all(reference, other, components(3))
    for name in ["frechet.distance", "precision-recall.recall", "nearest-real.distance"] {
      expectClose(rotated[name]!, plain[name]!, relative: 1e-9)
    }
    let fewer = try all(reference, other, components(1))
    #expect(fewer["frechet.distance"]! < plain["frechet.distance"]!)
    #expect(throws: ComponentError.self) { try all(reference, other, components(4)) }
  }

  /// The classifier is sure of these images, so that shares are known.
  @Test func classesOfImages() throws {
    let reference = Fixtures.reference(
      training: Fixtures.images(1000, seed: 20), heldOut: Fixtures.images(400, seed: 21))
    func measure(_ classes: [Int], noise: Double = 0.2) throws -> [String: Double] {
      try Fixtures.measure(
        ClassesMetric.self, reference,
        Fixtures.subject(Fixtures.images(400, seed: 22, noise: noise, classes: classes)))
    }
    let even = try measure([0, 1, 2, 3])
    expectClose(even["entropy"]!, log(4), absolute: 0.01)
    #expect(even["classes"] == 4 && even["total_variation"]! < 0.03)
    #expect(even["smallest_share"]! > 0.22)
    let two = try measure([1, 3, 3, 3])
    expectClose(two["total_variation"]!, 0.5, absolute: 0.03)
    expectClose(two["entropy"]!, -0.25 * log(0.25) - 0.75 * log(0.75), absolute: 0.1)
    #expect(two["smallest_share"]! < 0.02)
    // Copies of one image: one class without variance.
    let first = Fixtures.images(1, seed: 23)
    let one = try Fixtures.measure(
      ClassesMetric.self, reference,
      Fixtures.subject(first.selecting([Int](repeating: 0, count: 50))))
    #expect(one["classes"] == 1 && one["entropy"] == 0 && one["smallest_share"] == 0)
    expectClose(one["within_class_variance"]!, 0, absolute: 1e-9)
    #expect(even["within_class_variance"]! > 1)
  }
}
