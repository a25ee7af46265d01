import Glibc
import Laws
import Metrics
import Options
import Randomness
import Samples
import TestSupport
import Testing

private func named(_ name: String) -> Situation { situations.first { $0.name == name }! }

private func measure(
  _ type: any Metric.Type, _ situation: Situation, _ given: [String: OptionValue] = [:],
  law: Law? = nil, samples: SampleSet? = nil
) throws -> [String: Double] {
  let metric = try type.init(
    options: options(type.component, given), reference: situation.reference)
  let values = try metric.measure(
    situation.with(samples ?? situation.subject.samples, law: law))
  return Dictionary(uniqueKeysWithValues: zip(metric.quantities, values))
}

@Suite struct MetricValueTests {
  @Test func momentsOfLaws() throws {
    let line = try measure(MomentsMetric.self, named("Gaussian, d = 1"))
    expectClose(line["mean_error"]!, 0.2)
    expectClose(line["mean_error_squared"]!, 0.04)
    expectClose(line["variance_trace"]!, 0.8)
    expectClose(line["variance_trace_ratio"]!, 0.8)
    expectClose(line["log_determinant"]!, log(0.8))
    expectClose(line["standard_deviation"]!, 0.8.squareRoot())
    let plane = try measure(MomentsMetric.self, named("Gaussian, d = 2"), ["per_axis": .flag(true)])
    expectClose(plane["log_determinant"]!, log(1.1 * 0.7 - 0.04))
    expectClose(plane["variance_axis_0"]!, 1.1)
    expectClose(plane["variance_axis_1"]!, 0.7)
    expectClose(plane["variance_trace_ratio"]!, 0.9)
    let discrete = try measure(MomentsMetric.self, named("categories"))
    expectClose(discrete["mean_error_squared"]!, 0.01 + 0.0025 + 0.0025)
    expectClose(discrete["variance_trace"]!, 1 - 0.25 - 0.0625 - 0.04 - 0.0025)
    let tokens = try measure(MomentsMetric.self, named("tokens"))
    expectClose(tokens["mean_error_squared"]!, 0.005)
  }

  /// Some quantities alone have the values they have among all.
  @Test func chosenMoments() throws {
    let chosen = OptionValue.list([.text("variance_trace_ratio"), .text("mean_error_squared")])
    for name in ["Gaussian, d = 2", "mixture", "categories", "tokens"] {
      let all = try measure(MomentsMetric.self, named(name))
      let few = try measure(MomentsMetric.self, named(name), ["quantities": chosen])
      #expect(few.count == 2 && few.allSatisfy { all[$0.key] == $0.value }, "\(name)")
    }
  }

  @Test func momentsOfSamplesAndDegenerateLaws() throws {
    let space = SampleSpace.vectors(dimension: 2)
    let set = SampleSet(
      space: space, reals: [0, 0, 2, 4, 4, 2], provenance: Provenance(.real, count: 3))
    let values = try measure(
      MomentsMetric.self, named("Gaussian, d = 2"), ["source": .text("samples")], samples: set)
    expectClose(values["mean_error_squared"]!, 8)
    expectClose(values["variance_trace"]!, 8)
    expectClose(values["log_determinant"]!, log(12))
    let point = try measure(
      MomentsMetric.self, named("Gaussian, d = 2"),
      law: .gaussian(GaussianLaw(mean: [0, 0], covariance: [0, 0, 0, 0])))
    #expect(point["log_determinant"] == -.infinity && point["variance_trace"] == 0)
  }

  @Test func wassersteinMethods() throws {
    let line = named("Gaussian, d = 1")
    let closed = try measure(WassersteinMetric.self, line)
    expectClose(closed["w2_squared"]!, 0.04 + pow(1 - 0.8.squareRoot(), 2))
    let exact = try measure(WassersteinMetric.self, line, ["source": .text("samples")])
    expectClose(
      exact["w1"]!, try wasserstein1D(line.subject.samples.reals, line.reference.heldOut.reals, p: 1))
    let plane = named("Gaussian, d = 2")
    let transport = try measure(WassersteinMetric.self, plane, ["method": .text("exact")])
    expectClose(
      transport["w2_squared"]!,
      try exactWasserstein(
        plane.subject.samples.reals, plane.reference.heldOut.reals, dimension: 2, p: 2))
    // Fewer samples: still a distance between two subsets, fixed by the keys.
    let fewer = try measure(
      WassersteinMetric.self, plane, ["method": .text("exact"), "samples": .integer(50)])
    #expect(fewer["w2_squared"]! > 0 && fewer["w2_squared"] != transport["w2_squared"])
    let sliced = try measure(WassersteinMetric.self, plane, ["method": .text("sliced")])
    #expect(sliced["w2_squared"]! < transport["w2_squared"]!)
    // Moments of samples against the law.
    let moments = try measure(
      WassersteinMetric.self, plane, ["method": .text("gaussian"), "source": .text("samples")])
    let mean = sampleMean(plane.subject.samples.reals, dimension: 2)
    let fitted = GaussianLaw(
      mean: mean, covariance: sampleCovariance(plane.subject.samples.reals, mean: mean))
    expectClose(moments["w2_squared"]!, gaussianW2Squared(fitted, .standard(dimension: 2)))
    let discrete = try measure(WassersteinMetric.self, named("categories"))
    expectClose(discrete["w1"]!, 0.1 + 0.05 + 0.05)
  }

  /// Images: exact between some samples of each side, or sliced.
  @Test func wassersteinOfImages() throws {
    let item = named("labelled images")
    let exact = try measure(WassersteinMetric.self, item, ["method": .text("exact")])
    let (samples, real) = (item.subject.samples.reals, try item.reference.heldOut.reals)
    for p in [1, 2] {
      // Costs from the coordinates, one by one.
      var costs: [Double] = []
      for i in 0..<200 {
        for j in 0..<200 {
          let square = squaredDistance(
            Array(samples[i * 64..<(i + 1) * 64]), Array(real[j * 64..<(j + 1) * 64]))
          costs.append(p == 2 ? square : square.squareRoot())
        }
      }
      expectClose(
        exact[p == 2 ? "w2_squared" : "w1"]!,
        assignmentCost(costs: costs, rows: 200, columns: 200) / 200, relative: 1e-8)
    }
    let fewer = try measure(
      WassersteinMetric.self, item, ["method": .text("exact"), "samples": .integer(50)])
    // Fewer points leave larger gaps between the nearest.
    #expect(fewer["w2_squared"]! > exact["w2_squared"]!)
    let sliced = try measure(WassersteinMetric.self, item, ["method": .text("sliced")])
    #expect(sliced["w2_squared"]! > 0 && sliced["w2_squared"]! < exact["w2_squared"]! / 10)
    let automatic = try measure(WassersteinMetric.self, item)
    #expect(automatic["w2_squared"] == sliced["w2_squared"])
  }

  @Test func wassersteinRefusals() throws {
    let kernel = named("kernel density")
    #expect(throws: ComponentError.self) {
      try measure(WassersteinMetric.self, kernel, ["source": .text("model")])
    }
    #expect(throws: ComponentError.self) {
      try measure(
        WassersteinMetric.self, named("Gaussian, d = 2"),
        ["method": .text("exact"), "samples": .integer(6000)])
    }
    #expect(throws: ComponentError.self) {
      try measure(WassersteinMetric.self, named("unknown laws"), ["source": .text("model")])
    }
    let lawOnly = try WassersteinMetric(
      options: options(WassersteinMetric.component, ["source": .text("model")]),
      reference: named("Gaussian, d = 1").reference)
    #expect(!lawOnly.needsSamples)
  }

  @Test func discreteQuantities() throws {
    let item = named("categories")
    let values = try measure(
      DiscreteMetric.self, item,
      law: .categorical(CategoricalLaw(probabilities: [0, 0.25, 0.75, 0])))
    expectClose(values["heterozygosity"]!, 0.375)
    expectClose(values["entropy"]!, 2 * log(2) - 0.75 * log(3))
    #expect(values["support"] == 2 && values["fixed"] == 0 && values["fixation_state"]!.isNaN)
    #expect(values["largest_probability"] == 0.75)
    // To generation 0's model, which is the real law here.
    guard case .categorical(let first)? = item.subject.firstLaw else {
      Issue.record("the situation has no law of generation 0")
      return
    }
    let gaps = zip([0, 0.25, 0.75, 0], first.probabilities).map { $0 - $1 }
    expectClose(values["first_l2_squared"]!, gaps.reduce(0) { $0 + $1 * $1 })
    expectClose(values["first_l1"]!, gaps.reduce(0) { $0 + abs($1) })
    let fixed = try measure(
      DiscreteMetric.self, item, law: .categorical(CategoricalLaw(probabilities: [0, 0, 1, 0])))
    #expect(fixed["support"] == 1 && fixed["fixed"] == 1 && fixed["fixation_state"] == 2)
    #expect(fixed["entropy"] == 0 && fixed["heterozygosity"] == 0)
    // Tokens never seen after a context leave that context out.
    let set = SampleSet(
      space: .tokens(contexts: 2, vocabulary: 3), indices: [1, 0, 1, 0, 1, 2, 1, 2],
      provenance: Provenance(.real, count: 4))
    let tokens = try measure(
      DiscreteMetric.self, named("tokens"), ["source": .text("samples")], samples: set)
    expectClose(tokens["heterozygosity"]!, 0.5)
    #expect(tokens["support"] == 2)
  }

  @Test func divergences() throws {
    let values = try measure(
      DivergenceMetric.self, named("categories"),
      law: .categorical(CategoricalLaw(probabilities: [0.5, 0.5, 0, 0])))
    #expect(values["kl"] == .infinity)
    expectClose(values["reverse_kl"]!, 0.5 * log(0.5 / 0.4) + 0.5 * log(0.5 / 0.3))
    expectClose(values["l1"]!, 0.6)
    expectClose(values["total_variation"]!, 0.3)
    expectClose(values["l2_squared"]!, 0.01 + 0.04 + 0.04 + 0.01)
    let line = try measure(DivergenceMetric.self, named("Gaussian, d = 1"))
    expectClose(line["reverse_kl"]!, 0.5 * (0.8 + 0.04 - 1 - log(0.8)))
    expectClose(line["kl"]!, 0.5 * (1 / 0.8 + 0.04 / 0.8 - 1 + log(0.8)))
  }

  @Test func regressionAndLikelihood() throws {
    let item = named("regression")
    let values = try measure(RegressionMetric.self, item)
    expectClose(values["test_error"]!, 0.02)
    let likelihood = try measure(LikelihoodMetric.self, item)
    expectClose(
      likelihood["mean"]!, 0.5 * log(2 * .pi * 0.6) + values["held_out_mse"]! / 1.2)
    let discrete = named("categories")
    let nll = try measure(LikelihoodMetric.self, discrete)
    let p = [0.5, 0.25, 0.2, 0.05]
    let expected = try discrete.reference.heldOut.indices.reduce(0) { $0 - log(p[Int($1)]) } / 200
    expectClose(nll["mean"]!, expected)
  }

  @Test func modesOfAMixture() throws {
    // Two samples near the left mode, one far from both, nearest to the right.
    let set = SampleSet(
      space: .vectors(dimension: 2), reals: [-3, 0.1, -2, 0.1, 30, 0.1],
      provenance: Provenance(.real, count: 3))
    let values = try measure(ModeCoverageMetric.self, named("mixture"), samples: set)
    #expect(values["modes"] == 1)
    expectClose(values["high_quality_share"]!, 2.0 / 3)
    expectClose(values["mean_modal_variance"]!, 0.5)
    expectClose(values["within_mode_standard_deviation"]!, 0.5)
    let distance = try measure(MixtureDistanceMetric.self, named("mixture"))
    expectClose(distance["smallest_component_sd"]!, 0.3.squareRoot())
    expectClose(distance["to_first"]!, distance["to_real"]!)
    let same = named("mixture").subject.firstLaw
    let zero = try measure(MixtureDistanceMetric.self, named("mixture"), law: same)
    expectClose(zero["to_first"]!, 0, absolute: 1e-15)
  }
}
