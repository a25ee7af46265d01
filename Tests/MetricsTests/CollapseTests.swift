import Glibc
import Laws
import Metrics
import Options
import Randomness
import Samples
import TestSupport
import Testing

private func measure(
  _ metric: any Metric, _ law: Law, samples: SampleSet? = nil
) throws -> [String: Double] {
  let empty = SampleSet(emptyIn: .vectors(dimension: 1))
  let values = try metric.measure(
    Subject(
      generation: 1, law: law, firstLaw: nil, samples: samples ?? empty, key: RandomKey(seed: 1)))
  return Dictionary(uniqueKeysWithValues: zip(metric.quantities, values))
}

@Suite struct CollapseTests {
  let line = situations.first { $0.name == "Gaussian, d = 1" }!
  let plane = situations.first { $0.name == "Gaussian, d = 2" }!
  let categories = situations.first { $0.name == "categories" }!

  @Test func tailsOfAGaussian() throws {
    let metric = try TailMetric(options: options(TailMetric.component), reference: line.reference)
    #expect(
      metric.quantities == [
        "mass_p1", "mass_p5", "mass_p95", "mass_p99", "ratio_p1", "ratio_p5", "ratio_p95",
        "ratio_p99",
      ])
    let same = try measure(metric, .gaussian(.standard(dimension: 1)))
    expectClose(same["mass_p1"]!, 0.01, relative: 1e-12)
    expectClose(same["ratio_p99"]!, 1, relative: 1e-12)
    // Half the width: the 95 % quantile 1.6448536… lies at 3.2897072….
    let narrow = try measure(metric, .gaussian(GaussianLaw(mean: [0], covariance: [0.25])))
    expectClose(narrow["mass_p95"]!, normalCumulative(-3.289707253902945), relative: 1e-10)
    expectClose(narrow["ratio_p5"]!, normalCumulative(-3.289707253902945) / 0.05, relative: 1e-10)
    // A point mass at the centre has no tails.
    let point = try measure(metric, .gaussian(GaussianLaw(mean: [0], covariance: [0])))
    #expect(point["ratio_p1"] == 0 && point["ratio_p99"] == 0)
  }

  @Test func radialTailsByMonteCarlo() throws {
    let given: [String: OptionValue] = ["quantiles": .list([.real(0.9), .real(0.995)])]
    let metric = try TailMetric(
      options: options(TailMetric.component, given), reference: plane.reference)
    #expect(metric.needsSamples)
    #expect(metric.quantities == ["mass_p90", "mass_p99_5", "ratio_p90", "ratio_p99_5"])
    // P(‖√s·z‖² > r²) = exp(−r²/2s) in the plane, so the tail of mass t keeps t^(1/s).
    let law = Law.gaussian(GaussianLaw(mean: [0, 0], covariance: [0.5, 0, 0, 0.5]))
    let masses = try (0..<100).map {
      try measure(
        metric, law, samples: draw(law, 2000, .vectors(dimension: 2), seed: UInt64($0)))[
          "mass_p90"]!
    }
    expectWithinFourStandardErrors(masses, exact: 0.01)
  }

  @Test func rareCategoriesOfALaw() {
    #expect(rareCategories([0.5, 0.3, 0.15, 0.05], mass: 0.05) == [false, false, false, true])
    #expect(rareCategories([0.5, 0.3, 0.15, 0.05], mass: 0.1) == [false, false, true, true])
    #expect(rareCategories([0.25, 0.25, 0.25, 0.25], mass: 0.2) == [false, false, false, true])
    #expect(rareCategories([0.9, 0.1, 0], mass: 0.05) == [false, true, true])
  }

  /// Tails go first, variance later: the order of the flags on a narrowing Gaussian and on a law
  /// that loses its rare categories.
  @Test func flagsInOrder() throws {
    let metric = try CollapseFlagsMetric(
      options: options(CollapseFlagsMetric.component), reference: line.reference)
    #expect(!metric.needsSamples)
    var states: [[Double]] = []
    for variance in [1.0, 0.5, 0.05] {
      let values = try measure(metric, .gaussian(GaussianLaw(mean: [0], covariance: [variance])))
      states.append([values["early"]!, values["late"]!])
      expectClose(values["variance_ratio"]!, variance)
    }
    #expect(states == [[0, 0], [1, 0], [0, 1]])
    let discrete = try CollapseFlagsMetric(
      options: options(CollapseFlagsMetric.component), reference: categories.reference)
    states = []
    for law in [[0.4, 0.3, 0.2, 0.1], [0.5, 0.3, 0.2, 0], [1, 0, 0, 0]] {
      let values = try measure(discrete, .categorical(CategoricalLaw(probabilities: law)))
      states.append([values["early"]!, values["late"]!])
    }
    #expect(states == [[0, 0], [1, 0], [0, 1]])
  }

  /// The effective size of fits to real data alone is their number of samples.
  @Test(arguments: [10, 40]) func effectiveSizeOfRealFits(samples: Int) throws {
    let real = GaussianLaw(mean: [1], covariance: [4])
    let chains = 40_000
    var stream = RandomStream(key: RandomKey(seed: 17))
    var errors: [Double] = []
    var distances: [Double] = []
    for _ in 0..<chains {
      let points = real.sample(samples, stream: &stream)
      let mean = sampleMean(points, dimension: 1)
      let fit = GaussianLaw(mean: mean, covariance: sampleCovariance(points, mean: mean))
      errors.append(squaredDistance(mean, real.mean))
      distances.append(gaussianW2Squared(fit, real))
    }
    let n = Double(samples)
    expectWithinFourStandardErrors(errors, exact: 4 / n)
    expectWithinFourStandardErrors(distances, exact: 4 * expectedGaussianW2Squared(samples: n))
    let meanError = errors.reduce(0, +) / Double(chains)
    let meanDistance = distances.reduce(0, +) / Double(chains)
    // Within 3 %, as the effective size is inversely proportional to the distance.
    expectClose(
      effectiveSampleSize(varianceTrace: 4, meanErrorSquared: meanError), n, relative: 0.03)
    expectClose(effectiveSampleSize(w2Squared: meanDistance, variance: 4), n, relative: 0.03)
  }

  @Test func effectiveSizeInvertsTheExpectation() {
    for n in [1.01, 2, 3.5, 30, 51, 1000, 1e6, 1e9] {
      let distance = 2.5 * expectedGaussianW2Squared(samples: n)
      expectClose(effectiveSampleSize(w2Squared: distance, variance: 2.5), n, relative: 1e-9)
    }
    #expect(effectiveSampleSize(w2Squared: 0, variance: 1) == .infinity)
    #expect(effectiveSampleSize(w2Squared: 3.1, variance: 1).isNaN)
    #expect(effectiveSampleSize(w2Squared: .nan, variance: 1).isNaN)
  }

  @Test func kernelDensityAtNarrowBandwidths() {
    // Far from the origin and with a bandwidth far below the spread no digit is lost.
    let law = KernelDensityLaw(dimension: 1, points: [1e4, 1e4 + 1], bandwidth: 1e-5)
    let x = 1e4 + 2e-5
    let gap = (x - 1e4) / 1e-5
    expectClose(
      law.logDensity([x], rows: 1)[0], -0.5 * gap * gap - 0.5 * log(2 * .pi) - log(1e-5) - log(2),
      relative: 1e-9)
    // A query far from every point still has a finite log density.
    expectClose(
      law.logDensity([1e4 - 1], rows: 1)[0], -0.5e10 - 0.5 * log(2 * .pi) - log(1e-5) - log(2))
    #expect(law.logDensity([.nan], rows: 1)[0].isNaN)
  }

  @Test func mmdIsUnbiased() {
    // Two sets from one law: zero on average, on both sides.
    var stream = RandomStream(key: RandomKey(seed: 3))
    var values: [Double] = []
    for _ in 0..<4000 {
      let x = (0..<20).map { _ in stream.normal() }
      let y = (0..<20).map { _ in stream.normal() }
      values.append(mmdSquared(x, y, dimension: 1, kernel: .gaussian(bandwidth: 1)))
    }
    #expect(values.contains { $0 < 0 } && values.contains { $0 > 0 })
    expectWithinFourStandardErrors(values, exact: 0, scale: 0.02)
  }

  @Test func mmdOfGaussiansByMonteCarlo() {
    // Between N(0, 1) and N(1, 1) with bandwidth 1: 2(1 − e^(−1/6))/√3.
    var stream = RandomStream(key: RandomKey(seed: 4))
    let values = (0..<2000).map { _ in
      mmdSquared(
        (0..<30).map { _ in stream.normal() }, (0..<30).map { _ in 1 + stream.normal() },
        dimension: 1, kernel: .gaussian(bandwidth: 1))
    }
    expectWithinFourStandardErrors(values, exact: 2 * (1 - exp(-1.0 / 6)) / 3.0.squareRoot())
  }
}
