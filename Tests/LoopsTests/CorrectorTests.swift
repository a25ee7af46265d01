import Laws
import Loops
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// Correctors against the laws they are defined by (Gillman et al. 2024).
@Suite struct CorrectorTests {
  let space = SampleSpace.vectors(dimension: 1)

  /// `count` samples far below zero; the real law is N(100, 1).
  private func batch(_ count: Int, seed: UInt64 = 1) -> SampleSet {
    var stream = RandomStream(key: RandomKey(seed: seed))
    let values = (0..<count).map { _ in -10 + stream.normal() }
    return SampleSet(
      space: space, reals: values, provenance: Provenance(.generation(2), count: count))
  }

  private func corrector(
    _ name: String, _ options: [String: OptionValue], law: Law? = nil
  ) throws -> any Corrector {
    let type = try #require(CorrectorRegistry.named(name))
    let training = SampleSet(
      space: space, reals: [100, 101, 102], provenance: Provenance(.real, count: 3))
    return try type.init(
      options: OptionValues(options, specs: type.component.options),
      reference: CorrectionReference(space: space, law: law, training: training))
  }

  private let far = Law.gaussian(GaussianLaw(mean: [100], covariance: [1]))

  @Test func noneChangesNothing() throws {
    let batch = batch(20)
    let same = try corrector("none", [:]).correct(batch, generation: 2, key: RandomKey(seed: 1))
    #expect(same.reals == batch.reals && same.provenance == batch.provenance)
  }

  @Test func idealOfStrengthZeroChangesTheOriginAlone() throws {
    let batch = batch(20)
    let same = try corrector("ideal", ["strength": .real(0)], law: far)
      .correct(batch, generation: 2, key: RandomKey(seed: 1))
    #expect(same.reals.map(\.bitPattern) == batch.reals.map(\.bitPattern))
    #expect(same.provenance == Provenance(.corrected(2), count: 20))
  }

  @Test func idealReplacesAll() throws {
    let fixed = try corrector("ideal", ["strength": .text("ideal")], law: far)
      .correct(batch(1000), generation: 0, key: RandomKey(seed: 1))
    #expect(fixed.reals.allSatisfy { abs($0 - 100) < 6 })
    // Without a law the training set stands for it.
    let empirical = try corrector("ideal", [:])
      .correct(batch(1000), generation: 0, key: RandomKey(seed: 1))
    #expect(Set(empirical.reals) == [100, 101, 102])
  }

  /// The share γ/(1+γ) of the batch comes from the real law; the others stay where they were.
  @Test(arguments: [0.25, 1, 3], ["ideal", "histogram"])
  func shareOfTheRealLaw(strength: Double, name: String) throws {
    let corrector = try corrector(name, ["strength": .real(strength)], law: far)
    let count = 500
    let shares = try (0..<40).map { seed in
      let batch = batch(count, seed: UInt64(seed))
      let corrected = try corrector.correct(
        batch, generation: 1, key: RandomKey(seed: 9).folding(UInt64(seed)))
      #expect(corrected.provenance == Provenance(.corrected(1), count: count))
      let replaced = zip(corrected.reals, batch.reals).count { $0.0 > 50 }
      if name == "ideal" {
        let untouched = zip(corrected.reals, batch.reals).count { $0.0 == $0.1 }
        #expect(untouched == count - replaced)
      }
      return Double(replaced) / Double(count)
    }
    expectWithinFourStandardErrors(shares, exact: strength / (1 + strength))
  }

  /// Without the real law the new batch follows the histogram of the old one: bins by their counts,
  /// uniform inside a bin, nothing outside the old range.
  @Test func histogramFollowsTheBatch() throws {
    let values = [0.0, 0.1, 0.1, 0.2, 0.6, 0.7, 0.95, 1.0]
    let old = SampleSet(
      space: space, reals: values, provenance: Provenance(.generation(0), count: values.count))
    let corrector = try corrector(
      "histogram", ["strength": .real(0), "bins": .integer(4)], law: far)
    // [0, ¼): 4 of 8; [¼, ½): none; [½, ¾): 2; [¾, 1]: 2.
    var bins: [[Double]] = Array(repeating: [], count: 4)
    var means: [Double] = []
    for seed in 0..<4000 {
      let drawn = try corrector.correct(old, generation: 0, key: RandomKey(seed: UInt64(seed))).reals
      #expect(drawn.count == 8 && drawn.allSatisfy { (0...1).contains($0) })
      for bin in 0..<4 {
        bins[bin].append(
          Double(drawn.count { min(3, Int($0 * 4)) == bin }) / 8)
      }
      means += drawn.filter { $0 < 0.25 }
    }
    expectWithinFourStandardErrors(bins[0], exact: 0.5)
    #expect(bins[1].allSatisfy { $0 == 0 })
    expectWithinFourStandardErrors(bins[2], exact: 0.25)
    expectWithinFourStandardErrors(bins[3], exact: 0.25)
    expectWithinFourStandardErrors(means, exact: 0.125)
  }

  @Test func histogramOfOnePoint() throws {
    let old = SampleSet(
      space: space, reals: [5, 5, 5], provenance: Provenance(.generation(0), count: 3))
    let drawn = try corrector("histogram", ["strength": .real(0)], law: far)
      .correct(old, generation: 0, key: RandomKey(seed: 1))
    #expect(drawn.reals == [5, 5, 5])
  }

  /// Labels stay where both sides have them.
  @Test func labels() throws {
    var old = batch(50)
    old.labels = [Int32](repeating: 7, count: 50)
    let kept = try corrector("ideal", ["strength": .real(0)], law: far)
      .correct(old, generation: 0, key: RandomKey(seed: 1))
    #expect(kept.labels == old.labels)
    let lost = try corrector("ideal", ["strength": .real(1)], law: far)
      .correct(old, generation: 0, key: RandomKey(seed: 1))
    #expect(lost.labels == nil)
  }
}
