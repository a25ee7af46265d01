import Datasets
import Loops
import Study
import TestSupport
import Testing

/// The curves that are drawn beside the measured ones: equal to the forms that the tests judge models by,
/// and within 4 standard errors of what chains record.
@Suite struct ClosedFormCurveTests {
  private func curves(_ plan: StudyPlan) throws -> [(cell: String, forms: [String: [Double]])] {
    try plan.cells.map { spec in
      let type = try #require(DatasetRegistry.named(spec.dataset.name))
      let dataset = try type.init(
        options: spec.dataset.options, files: DataFiles(directory: plan.directory))
      let forms = try PreparedCell(spec, dataset: dataset).closedForms()
      return (
        spec.id, Dictionary(forms.map { ($0.metric, $0.values) }, uniquingKeysWith: { first, _ in first })
      )
    }
  }

  private func forms(_ preset: String, _ overrides: [String]) throws -> [String: [Double]] {
    let plan = try StudyValues.plan(preset: preset, overrides: overrides + ["seeds=[0]", "matrix={}", "exclude=[]"])
    return try #require(try curves(plan).first).forms
  }

  @Test func formsAreThoseOfTheModelTests() throws {
    let gaussian = "collapse-or-thrive/gaussian"
    for (policy, drift) in [
      ("replace", MeanDrift.replace), ("accumulate", MeanDrift.accumulate),
      ("accumulate-subsample", MeanDrift.subsample),
    ] {
      let forms = try forms(
        gaussian, ["loop.policy=\(policy)", "dataset.samples=32", "dataset.dimension=3"])
      let ratio = try #require(forms["moments.variance_trace_ratio"])
      #expect(ratio.count == 100)
      expectClose(ratio, (1...100).map { 1 - drift(32, $0) }, relative: 1e-12)
      let error = try #require(forms["moments.mean_error_squared"])
      expectClose(error, (1...100).map { 3 * drift(32, $0) }, relative: 1e-10)
    }
    for (policy, factor) in [
      ("replace", RegressionError.replace), ("accumulate", RegressionError.accumulate),
      ("growing-replace", RegressionError.growingReplace),
    ] {
      let forms = try forms(
        "gerstgrasser/linear-regression",
        ["loop.policy=\(policy)", "dataset.samples=40", "dataset.dimension=5"])
      expectClose(
        try #require(forms["regression.test_error"]),
        (1...100).map { RegressionError.first(dimension: 5, pairs: 40) * factor($0) },
        relative: 1e-12)
    }
  }

  /// No curve where the form does not hold.
  @Test func othersHaveNone() throws {
    let gaussian = "collapse-or-thrive/gaussian"
    for override in [
      "loop.policy=augment", "loop.samples=50", "model.optimisation_steps=3", "loop.bias=0.9",
      "model=kernel-density",
    ] {
      let overrides = override.hasPrefix("model=") ? [override, "metrics=[moments]"] : [override]
      #expect(try forms(gaussian, overrides).isEmpty, "\(override)")
    }
  }

  @Test(arguments: [
    ("collapse-or-thrive/gaussian", "{dataset.dimension: [1, 3], loop.policy: [replace, accumulate]}"),
    ("closed-forms/gaussian", "{model.estimator: [unbiased, biased]}"),
    ("closed-forms/heterozygosity", "{loop.policy: [replace, accumulate]}"),
    ("gerstgrasser/linear-regression", "{loop.policy: [replace, accumulate, growing-replace]}"),
  ])
  func chainsFollowThem(preset: String, matrix: String) throws {
    let plan = try StudyValues.plan(
      preset: preset,
      overrides: ["matrix=\(matrix)", "generations=8", "seeds=0..<400", "exclude=[]"])
    let measured = try StudyValues.inProcess(plan)
    var compared = 0
    for (values, cell) in zip(measured, try curves(plan)) {
      #expect(!cell.forms.isEmpty)
      for (metric, curve) in cell.forms {
        for generation in [0, 3, 7] {
          let sample = values.chains.map { $0(metric, generation + 1) }
          guard sample.allSatisfy(\.isFinite) else { continue }
          let n = Double(sample.count)
          let mean = sample.reduce(0, +) / n
          let deviation = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
          let error = (deviation / n).squareRoot()
          #expect(
            abs(mean - curve[generation]) <= 4 * error,
            "\(preset) \(metric) \(generation): \(mean) ± \(error), exact \(curve[generation])")
          compared += 1
        }
      }
    }
    #expect(compared >= 6)
  }
}
