import Engine
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// Fits whose batches are divided into shards.
@Suite struct ShardTests {
  private func sharded(_ shards: Int) -> TrainingContext {
    TrainingContext(exchange: LocalShards(shards: shards))
  }

  /// Shards draw noise of their own. With a likelihood so wide that it does not matter the first step is
  /// the same but for rounding.
  @Test func firstStep() throws {
    let trial = NeuralTrial(
      VAE.self,
      [
        "width": .integer(8), "latent": .integer(3), "batch": .integer(64), "steps": .integer(1),
        "deviation": .real(1e4),
      ], twoClouds(100))
    let one = try trial.fitted(sharded(1)).report
    let four = try trial.fitted(sharded(4)).report
    #expect(try one.value("divergence") > 0.01)
    expectClose(try four.value("divergence"), try one.value("divergence"), relative: 1e-5)
    expectClose(try four.value("loss"), try one.value("loss"), relative: 1e-5)
    expectClose(try four.value("gradient_norm"), try one.value("gradient_norm"), relative: 1e-4)
  }

  @Test func laterSteps() throws {
    let autoencoder = NeuralTrial(
      VAE.self, AutoencoderTests.tiny.merging(["steps": .integer(600)]) { $1 }, twoClouds(400))
    let (one, four) = (
      try autoencoder.fitted(sharded(1)).report, try autoencoder.fitted(sharded(4)).report
    )
    #expect(try one.value("loss").bitPattern != four.value("loss").bitPattern)
    expectClose(try four.value("loss"), try one.value("loss"), relative: 0.15)

    // Adversaries drift apart: means over keys, of differences between fits that begin alike.
    var differences: [String: [Double]] = [:]
    for seed in 0..<8 {
      var pair = AdversarialTests.trial(
        twoClouds(200),
        ["classes": .integer(2), "steps": .integer(150), "learning_rate": .real(1e-3)])
      pair.key = RandomKey(seed: UInt64(seed))
      let (whole, parts) = (try pair.fitted(sharded(1)).report, try pair.fitted(sharded(4)).report)
      for name in ["critic_slope", "wasserstein_mean"] {
        differences[name, default: []].append(try parts.value(name) - whole.value(name))
      }
    }
    for (name, limit) in [("critic_slope", 0.1), ("wasserstein_mean", 0.4)] {
      let (mean, deviation) = meanAndDeviation(try #require(differences[name]))
      let error = deviation / 7.0.squareRoot()
      #expect(abs(mean) <= 4 * error && error < limit, "\(name): \(mean) ± \(error)")
    }
  }

  /// Interrupted and taken up again, as with one shard.
  @Test func resumes() throws {
    for (name, trial) in FitResumeTests.adversaries
    where ["spectral norm", "both normalised"].contains(name) {
      let whole = try trial.state(sharded(2))
      let place = CheckpointPlace()
      var context = place.context(stopAfter: 5)
      context.exchange = LocalShards(shards: 2)
      #expect(throws: Interrupted.self) { try trial.fitted(context) }
      context = place.context()
      context.exchange = LocalShards(shards: 2)
      #expect(try trial.state(context) == whole)
      #expect(try trial.state() != whole, "the number of shards is part of the result")
    }
  }

  /// A model that has been fitted with other shards before builds its programs again.
  @Test func oneModelWithDifferentShards() throws {
    let trial = FitResumeTests.autoencoders[0].1
    let blank = try trial.blank()
    for shards in [1, 4, 2, 1] {
      var model = blank
      let report = try model.fit(trial.training, key: trial.key, context: sharded(shards))
      #expect(try model.encodedState(report: report) == trial.state(sharded(shards)))
    }
  }

  @Test func indivisibleBatches() throws {
    func isRefusal(_ error: any Error, _ model: String) -> Bool {
      guard let error = error as? ComponentError else { return false }
      return error.component == model && "\(error)".contains("3 shards")
    }
    #expect { try FitResumeTests.autoencoders[0].1.fitted(sharded(3)) } throws: { isRefusal($0, "vae") }
    #expect { try FitResumeTests.adversaries[0].1.fitted(sharded(3)) } throws: { isRefusal($0, "wgan") }
  }
}
