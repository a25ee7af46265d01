import Engine
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// The variational autoencoder on data of a few numbers.
@Suite struct AutoencoderTests {
  static let tiny: [String: OptionValue] = [
    "width": .integer(16), "latent": .integer(2), "batch": .integer(32), "deviation": .real(0.3),
    "learning_rate": .real(5e-3), "steps": .integer(400),
  ]

  func trial(
    _ samples: SampleSet, _ changes: [String: OptionValue] = [:]
  ) -> NeuralTrial<VAE> {
    NeuralTrial(VAE.self, Self.tiny.merging(changes) { $1 }, samples)
  }

  /// Two clouds: the loss falls, and samples have their means and spread.
  @Test func learnsVectors() throws {
    let data = twoClouds(400)
    let (model, report) = try trial(data, ["steps": .integer(1500)]).fitted()
    #expect(report.values.allSatisfy { $0.value.isFinite && !$0.name.isEmpty })
    let (first, last) = (try report.value("first_loss"), try report.value("loss"))
    #expect(last < first / 4, "\(first) to \(last)")
    expectClose(
      last, try report.value("reconstruction") + report.value("divergence"), relative: 1e-5)
    let drawn = try model.drawn(4000, in: data.space)
    for axis in 0..<2 {
      func column(_ set: SampleSet) -> [Double] {
        stride(from: axis, to: set.reals.count, by: 2).map { set.reals[$0] }
      }
      let (real, synthetic) = (meanAndDeviation(column(data)), meanAndDeviation(column(drawn)))
      #expect(abs(real.mean - synthetic.mean) < 0.25 * real.deviation, "\(real) \(synthetic)")
      #expect((0.6...1.2).contains(synthetic.deviation / real.deviation), "\(real) \(synthetic)")
    }
  }

  /// A published convolutional network, smaller, on images with one and with three channels: what has
  /// different channels comes back with them in their places.
  @Test(arguments: [1, 3])
  func learnsImages(channels: Int) throws {
    let space = SampleSpace.images(channels: channels, height: 4, width: 4)
    // Channel c is c/4 + 1/8 everywhere.
    let image = (0..<16 * channels).map { Double($0 / 16) / 4 + 0.125 }
    let data = SampleSet(
      space: space, reals: (0..<32).flatMap { _ in image }, provenance: Provenance(.real, count: 32))
    let (model, report) = try trial(
      data, ["width": .integer(4), "steps": .integer(300), "learning_rate": .real(2e-2)]).fitted()
    #expect(try report.value("loss") < report.value("first_loss"))
    let drawn = try model.drawn(8, in: space)
    let gap = drawn.reals.indices.map { abs(drawn.reals[$0] - image[$0 % image.count]) }.max() ?? 1
    #expect(gap < 0.06, "\(gap)")
  }

  @Test func refusesValuesThatAreNoProbabilities() throws {
    for wrong in [-0.01, 1.01] {
      var images = grayImages(20)
      images.reals[37] = wrong
      #expect {
        try trial(images).fitted()
      } throws: {
        guard case .degenerate(let reason) = $0 as? FitError else { return false }
        return reason.contains("Bernoulli") && reason.contains("[0, 1]")
      }
      // A Gaussian has no such limit.
      _ = try trial(images, ["likelihood": .text("gaussian"), "steps": .integer(2)]).fitted()
    }
    var unnumbered = twoClouds(20)
    unnumbered.reals[7] = .nan
    #expect {
      try trial(unnumbered).fitted()
    } throws: {
      if case .notFinite? = $0 as? FitError { true } else { false }
    }
  }

  private func isNotFinite(_ error: any Error, _ what: String) -> Bool {
    guard case .notFinite(let quantity) = error as? FitError else { return false }
    return quantity.contains(what)
  }

  /// A loss that overflows ends the fit, and a gradient that does while the loss does not.
  @Test func divergence() throws {
    #expect {
      try trial(twoClouds(40), ["learning_rate": .real(1e20)]).fitted()
    } throws: { isNotFinite($0, "the loss") }
    // Outputs of 0 from a hidden layer of 1e10: the loss is 80 · 5e29, a gradient 1e40.
    let wide = trial(twoClouds(40), ["deviation": .real(1e-15), "steps": .integer(1)])
    let file = try SafetensorsFile(wide.state(), path: "a state")
    let tensors = try file.entries.map { entry in
      let value: Float? = ["fc3.bias": 1e10, "fc4.weight": 0, "fc4.bias": 0][entry.name]
      guard let value else { return try file.tensor(entry) }
      return SafetensorsTensor(
        entry.name, shape: entry.shape, .float32([Float](repeating: value, count: entry.count)))
    }
    var model = try wide.blank()
    _ = try model.restore(
      state: SafetensorsFile.encode(
        tensors, metadata: Dictionary(uniqueKeysWithValues: file.metadata.map { ($0.key, $0.value) }),
        isChecked: true))
    #expect {
      try model.fit(wide.training, key: wide.key)
    } throws: { isNotFinite($0, "the gradient") }
  }

  /// A draw is the mean with the likelihood's noise.
  @Test func drawsFromTheLikelihood() throws {
    let points = twoClouds(100)
    let mean = try trial(points, ["steps": .integer(20)]).fitted().model.drawn(4000, in: points.space)
    let draw = try trial(points, ["steps": .integer(20), "output": .text("draw")]).fitted().model
      .drawn(4000, in: points.space)
    let noise = meanAndDeviation(zip(draw.reals, mean.reals).map { $0 - $1 })
    // 8,000 draws of deviation 0.3: four standard errors.
    #expect(abs(noise.mean) < 4 * 0.3 / 8000.0.squareRoot())
    #expect(abs(noise.deviation - 0.3) < 4 * 0.3 / 16_000.0.squareRoot(), "\(noise)")

    let images = grayImages(60)
    let options: [String: OptionValue] = ["width": .integer(2), "steps": .integer(5)]
    let gray = try trial(images, options).fitted().model.drawn(2000, in: images.space)
    let black = try trial(images, options.merging(["output": .text("draw")]) { $1 }).fitted().model
      .drawn(2000, in: images.space)
    #expect(gray.reals.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(black.reals.allSatisfy { $0 == 0 || $0 == 1 })
    let gap = meanAndDeviation(black.reals).mean - meanAndDeviation(gray.reals).mean
    #expect(abs(gap) < 4 * 0.5 / 32_000.0.squareRoot(), "\(gap)")
  }

  /// Labels come in the proportion of the training set, and samples are those of their class.
  @Test func classes() throws {
    let data = twoClouds(400)
    let (model, _) = try trial(data, ["classes": .integer(3), "steps": .integer(800)]).fitted()
    let drawn = try model.drawn(4000, in: data.space)
    let labels = try #require(drawn.labels)
    let share = Double(labels.count { $0 == 1 }) / 4000
    #expect(abs(share - 0.25) < 4 * (0.25 * 0.75 / 4000).squareRoot(), "\(share)")
    #expect(labels.allSatisfy { $0 == 0 || $0 == 1 }, "nothing was of class 2")
    for label in 0..<2 {
      let own = labels.indices.filter { labels[$0] == Int32(label) }.map { drawn.reals[2 * $0] }
      #expect(abs(meanAndDeviation(own).mean - (label == 0 ? -1.5 : 1.5)) < 0.3)
    }
    #expect(throws: FitError.self) { try trial(data, ["classes": .integer(1)]).fitted() }
    var unlabelled = data
    unlabelled.labels = nil
    #expect(throws: FitError.self) { try trial(unlabelled, ["classes": .integer(2)]).fitted() }
    #expect(throws: FitError.self) { try model.view(of: unlabelled) }
  }

  /// λ scales the variance of the latent vector: towards 0 all samples are the decoder's at its mode.
  @Test func biasShrinksTheSpread() throws {
    let data = twoClouds(400)
    let (model, _) = try trial(data).fitted()
    let deviations = try [1, 0.25, 1e-2, 1e-12].map { bias in
      let drawn = try model.drawn(2000, bias: bias, in: data.space).reals
      return meanAndDeviation(stride(from: 0, to: 4000, by: 2).map { drawn[$0] }).deviation
    }
    #expect(deviations[1] < deviations[0] && deviations[2] < deviations[1], "\(deviations)")
    #expect(deviations[3] < 1e-4, "\(deviations)")
  }

  @Test func isAFunctionOfItsKey() throws {
    var one = trial(twoClouds(100), ["steps": .integer(30)])
    let state = try one.state()
    #expect(try one.state() == state)
    let (model, _) = try one.fitted()
    let space = one.samples.space
    #expect(try model.drawn(50, in: space).reals == model.drawn(50, in: space).reals)
    #expect(try model.drawn(50, in: space).reals != model.drawn(50, seed: 2, in: space).reals)
    // A batch is drawn whole: fewer samples are the first of more.
    #expect(try model.drawn(300, in: space).reals.prefix(100) == model.drawn(50, in: space).reals[...])
    one.key = RandomKey(seed: 12)
    #expect(try one.state() != state)
  }

  /// A second fit goes on from the first one's weights; a cold one does not know of it.
  @Test func warmStart() throws {
    let trial = trial(twoClouds(200))
    var (model, report) = try trial.fitted()
    let blank = try trial.blank()
    let again = try model.fit(trial.training, key: RandomKey(seed: 9))
    let (before, after) = (try report.value("loss"), try report.value("first_loss"))
    #expect(try again.value("first_loss") < before + 0.2 * (after - before), "\(before) \(after)")
    report = again
    // Copies share their programs, not their values.
    var cold = blank
    var other = try trial.blank()
    #expect(
      try cold.fit(trial.training, key: RandomKey(seed: 9)).value("loss")
        == other.fit(trial.training, key: RandomKey(seed: 9)).value("loss"))
  }

  /// The latent means of the first hundred samples, calculated from the saved weights.
  @Test func view() throws {
    let trial = trial(twoClouds(130), ["steps": .integer(10), "width": .integer(3)])
    let (model, report) = try trial.fitted()
    let weights = try tensors(in: #require(try model.encodedState(report: report)))
    func linear(_ name: String, _ x: [Double]) throws -> [Double] {
      let (matrix, bias) = (
        try #require(weights[name + ".weight"]), try #require(weights[name + ".bias"])
      )
      return bias.indices.map { row in
        bias[row] + x.indices.reduce(0) { $0 + matrix[row * x.count + $1] * x[$1] }
      }
    }
    for count in [1, 7, 130] {
      let samples = trial.samples.selecting(Array(0..<count))
      let means = try (0..<min(count, 100)).flatMap { row in
        try linear("fc2", linear("fc1", Array(samples.reals[2 * row..<2 * row + 2])).map { max($0, 0) })
          .prefix(2)
      }
      let expected = meanAndDeviation(means)
      let seen = try model.view(of: samples)
      #expect(seen.map(\.name) == ["latent_mean", "latent_std"])
      expectClose(
        seen.map(\.value), [expected.mean, expected.deviation], relative: 1e-4, absolute: 1e-6)
    }
    let nothing = try model.view(of: SampleSet(emptyIn: trial.samples.space))
    #expect(nothing.map(\.name) == ["latent_mean", "latent_std"] && nothing.allSatisfy { $0.value.isNaN })
  }

  /// Fits as long as asked for, and refuses two lengths.
  @Test func lengths() throws {
    let data = twoClouds(100)
    func steps(_ options: [String: OptionValue]) throws -> Double {
      var trial = trial(data, options)
      trial.options["steps"] = options["steps"] ?? .integer(0)
      return try trial.fitted().report.value("steps")
    }
    #expect(try steps(["steps": .integer(3)]) == 3)
    #expect(try steps(["epochs": .integer(2)]) == 7, "200 samples, 32 a step")
    #expect(try steps(["budget": .integer(64)]) == 2)
    #expect(throws: ComponentError.self) {
      try steps(["steps": .integer(3), "epochs": .integer(1)])
    }
  }
}
