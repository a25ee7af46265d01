import Engine
import Models
import Options
import Randomness
import Samples
import TestSupport
import Testing

/// The Wasserstein GAN on points of the plane.
@Suite struct AdversarialTests {
  static let tiny: [String: OptionValue] = [
    "width": .integer(32), "hidden_layers": .integer(2), "latent": .integer(4),
    "batch": .integer(32), "steps": .integer(40), "critic_steps": .integer(2),
  ]

  static func trial(
    _ samples: SampleSet = twoClouds(200), _ changes: [String: OptionValue] = [:]
  ) -> NeuralTrial<WGAN> {
    NeuralTrial(WGAN.self, tiny.merging(changes) { $1 }, samples)
  }

  private func weights(of critic: [String: [Double]]) -> [Double] {
    critic.filter { $0.key.hasPrefix("critic.") && !$0.key.hasSuffix("_u") && !$0.key.hasSuffix("_v") }
      .flatMap(\.value)
  }

  /// Clipped after every step no weight is larger than the bound; before it the last step may go a
  /// little beyond.
  @Test(arguments: ["after", "before"], [0, 2])
  func clippedWeights(when: String, classes: Int) throws {
    let trial = Self.trial(
      twoClouds(200),
      [
        "constraint": .text("clip"), "clip": .real(0.02), "clip_when": .text(when),
        "classes": .integer(classes),
      ])
    let (model, report) = try trial.fitted()
    let state = try #require(try model.encodedState(report: report))
    let largest = weights(of: try tensors(in: state)).map(abs).max() ?? .nan
    #expect(largest == (try report.value("largest_weight")))
    let bound = Double(Float(0.02))
    // RMSProp at 5e-5 moves a weight by at most ten times the rate, in its first step.
    #expect(when == "after" ? largest == bound : largest > bound && largest < bound + 6e-4, "\(largest)")
    #expect(!report.values.contains { $0.name == "penalty" || !$0.value.isFinite })
  }

  /// A spectrally normalised critic of so many layers and power iterations a step, and the largest singular
  /// value of a layer that it may have.
  struct SpectralCase: Sendable {
    var classes: Int
    var hiddenLayers: Int
    var iterations = 1
    var rate = 0.0
    var limit: Double
  }

  /// Every layer divided by the estimate of its norm has norm 1. At the default learning rate one power
  /// iteration a step lags behind square layers alone, whose largest singular values lie close together;
  /// at ten times that rate several are needed.
  @Test(arguments: [
    SpectralCase(classes: 0, hiddenLayers: 1, limit: 1.05),
    SpectralCase(classes: 2, hiddenLayers: 1, limit: 1.05),
    SpectralCase(classes: 0, hiddenLayers: 2, limit: 1.15),
    SpectralCase(classes: 2, hiddenLayers: 2, limit: 1.15),
    SpectralCase(classes: 0, hiddenLayers: 2, iterations: 10, rate: 2e-3, limit: 1.05),
    SpectralCase(classes: 2, hiddenLayers: 2, iterations: 10, rate: 2e-3, limit: 1.05),
  ])
  func spectralNorms(example: SpectralCase) throws {
    let (classes, hiddenLayers, limit) = (example.classes, example.hiddenLayers, example.limit)
    let trial = Self.trial(
      twoClouds(200),
      [
        "constraint": .text("spectral-norm"), "classes": .integer(classes), "steps": .integer(150),
        "hidden_layers": .integer(hiddenLayers), "learning_rate": .real(example.rate),
        "power_iterations": .integer(example.iterations),
      ])
    let (model, report) = try trial.fitted()
    let weights = try tensors(in: #require(try model.encodedState(report: report)))
    var largest = 0.0
    var layers = 0
    for (name, u) in weights where name.hasSuffix("_u") {
      layers += 1
      let base = String(name.dropLast(2))
      let matrix = try #require(weights[base + "_orig"] ?? weights[base])
      let (rows, columns) = (u.count, matrix.count / u.count)
      let values = try #require(singularValues(matrix, rows: rows, columns: columns))
      // σ from u by the steps of the power iteration.
      func norm(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      var (image, estimate) = (u, 0.0)
      for _ in 0..<example.iterations {
        let v = (0..<columns).map { column in
          (0..<rows).reduce(0) { $0 + image[$1] * matrix[$1 * columns + column] }
        }
        image = (0..<rows).map { row in
          (0..<columns).reduce(0) { $0 + matrix[row * columns + $1] * v[$1] } / norm(v)
        }
        estimate = norm(image)
      }
      largest = max(largest, values[0] / estimate)
    }
    #expect(layers == hiddenLayers + (classes == 0 ? 1 : 2))
    expectClose(try report.value("largest_singular_value"), largest, relative: 1e-9)
    #expect(largest >= 1 - 1e-9 && largest <= limit, "\(largest)")
    #expect(report.isFinite)
  }

  /// The penalty brings the slope to 1, and the critic's estimate falls as the generator learns.
  @Test func gradientPenalty() throws {
    let data = twoClouds(400)
    let trial = Self.trial(
      data,
      [
        "steps": .integer(800), "critic_steps": .integer(5), "learning_rate": .real(1e-3),
        "width": .integer(48),
      ])
    let (model, report) = try trial.fitted()
    let slope = try report.value("critic_slope")
    #expect(abs(slope - 1) < 0.2, "\(slope)")
    let (peak, end) = (
      try report.value("wasserstein_peak"), try report.value("wasserstein_estimate")
    )
    #expect(peak > 0.5 && end < peak / 2, "from \(peak) to \(end)")
    #expect(try report.value("penalty") < 0.2)
    let drawn = try model.drawn(4000, in: data.space)
    for axis in 0..<2 {
      func column(_ set: SampleSet) -> [Double] {
        stride(from: axis, to: set.reals.count, by: 2).map { set.reals[$0] }
      }
      let (real, fake) = (meanAndDeviation(column(data)), meanAndDeviation(column(drawn)))
      #expect(abs(real.mean - fake.mean) < 0.4 * real.deviation, "\(real) \(fake)")
      #expect((0.6...1.4).contains(fake.deviation / real.deviation), "\(real) \(fake)")
    }
    // λ narrows the noise.
    let narrow = try model.drawn(1000, bias: 1e-12, in: data.space)
    #expect(meanAndDeviation(stride(from: 0, to: 2000, by: 2).map { narrow.reals[$0] }).deviation < 1e-4)
  }

  @Test(arguments: [0, 1, 7, 100])
  func boostedSteps(boost: Int) throws {
    let options = try OptionValues(
      ["critic_steps": .integer(5), "critic_boost": .integer(boost)],
      specs: WGAN.component.options)
    let settings = try AdversarialSettings(options: options, space: .vectors(dimension: 2))
    var sum = 0
    for step in 0..<2100 {
      #expect(settings.criticSteps(before: step) == sum, "before step \(step)")
      sum += settings.criticSteps(in: step)
    }
    #expect(sum == (boost == 0 ? 2100 * 5 : 29 * boost + 2071 * 5))
  }

  /// With boosted steps the critic still learns in the last step of a linear schedule.
  @Test func linearScheduleCountsBoostedSteps() throws {
    let trial = Self.trial(
      twoClouds(200),
      [
        "schedule": .text("linear"), "critic_boost": .integer(20), "constraint": .text("clip"),
        "steps": .integer(28),
      ])
    func critic(after steps: Int) throws -> [Double] {
      let place = CheckpointPlace()
      #expect(throws: Interrupted.self) { try trial.fitted(place.context(stopAfter: steps)) }
      let saved = try tensors(in: #require(place.bytes))
      return try #require(saved["critic.fc2.weight"])
    }
    #expect(try critic(after: 26) != critic(after: 27))
  }

  /// While all scores are small the hinge loss is 2 − (mean D(real) − mean D(fake)).
  @Test func hinge() throws {
    let options: [String: OptionValue] = [
      "constraint": .text("clip"), "steps": .integer(1), "critic_steps": .integer(1),
    ]
    let plain = try Self.trial(twoClouds(200), options).fitted().report
    let hinge = try Self.trial(twoClouds(200), options.merging(["loss": .text("hinge")]) { $1 })
      .fitted().report
    let distance = try plain.value("wasserstein_estimate")
    expectClose(try plain.value("critic_loss"), -distance, relative: 1e-6)
    expectClose(try hinge.value("wasserstein_estimate"), distance, relative: 1e-6)
    expectClose(try hinge.value("critic_loss"), 2 - distance, relative: 1e-6)
  }

  @Test(arguments: [
    (["batch_norm": OptionValue.text("both")], "gradient penalty"),
    (["batch_norm": .text("both"), "constraint": .text("spectral-norm")], "spectral-norm"),
    (["schedule": .text("linear"), "steps": .integer(0), "epochs": .integer(1)], "length in steps"),
    (["schedule": .text("linear"), "steps": .integer(0), "budget": .integer(9)], "length in steps"),
    (["beta1": .real(-0.5)], "beta1"),
    (["networks": .text("convolutional")], "images"),
  ])
  func refusals(_ options: [String: OptionValue], _ reason: String) throws {
    #expect {
      try Self.trial(twoClouds(20), options).blank()
    } throws: {
      ($0 as? ComponentError).map { $0.component == "wgan" && "\($0)".contains(reason) } ?? false
    }
  }

  @Test func acceptedTogether() throws {
    for options: [String: OptionValue] in [
      ["batch_norm": .text("both"), "constraint": .text("clip")], ["batch_norm": .text("generator")],
      ["schedule": .text("linear")], ["optimiser": .text("rmsprop"), "loss": .text("hinge")],
    ] {
      let short = options.merging(["steps": .integer(3)]) { $1 }
      let (model, report) = try Self.trial(twoClouds(50), short).fitted()
      #expect(report.isFinite, "\(report.values)")
      let drawn = try model.drawn(10, in: .vectors(dimension: 2))
      #expect(drawn.reals.allSatisfy { $0.isFinite })
    }
  }

  @Test func notFinite() throws {
    for bad in [Double.nan, -.infinity] {
      var data = twoClouds(50)
      data.reals[20] = bad
      #expect {
        try Self.trial(data).fitted()
      } throws: {
        if case .notFinite? = $0 as? FitError { true } else { false }
      }
    }
    #expect {
      try Self.trial(twoClouds(50), ["learning_rate": .real(1e25)]).fitted()
    } throws: {
      if case .notFinite? = $0 as? FitError { true } else { false }
    }
  }

  /// Labels come in the proportion of the training set; the generator learns what they mean.
  @Test func conditionalSamples() throws {
    let data = twoClouds(400)
    let (model, _) = try Self.trial(
      data,
      [
        "classes": .integer(2), "steps": .integer(400), "critic_steps": .integer(3),
        "learning_rate": .real(1e-3),
      ]
    ).fitted()
    let drawn = try model.drawn(2000, in: data.space)
    let labels = try #require(drawn.labels)
    let share = Double(labels.count { $0 == 1 }) / 2000
    #expect(abs(share - 0.25) < 4 * (0.25 * 0.75 / 2000).squareRoot(), "\(share)")
    let means = (0..<2).map { label in
      meanAndDeviation(
        labels.indices.filter { labels[$0] == Int32(label) }.map { drawn.reals[2 * $0] }
      ).mean
    }
    #expect(means[0] < -0.75 && means[1] > 0.75, "\(means)")
    var unlabelled = data
    unlabelled.labels = nil
    #expect(throws: FitError.self) { try Self.trial(unlabelled, ["classes": .integer(2)]).fitted() }
  }

  @Test func isAFunctionOfItsKey() throws {
    var one = Self.trial()
    let state = try one.state()
    #expect(try one.state() == state)
    one.key = RandomKey(seed: 12)
    #expect(try one.state() != state)
  }
}
