import Datasets
import Glibc
import Laws
import Metrics
import Models
import Options
import Samples

extension PreparedCell {
  /// What is known in closed form of the cell's chains: fits of an exact Gaussian, categorical or linear
  /// regression model to as many samples every generation, without corrector. Empty where nothing is.
  ///
  /// - Complexity: O(generations) a curve.
  public func closedForms() -> [ClosedFormCurve] {
    let loop = spec.loop
    let m = dataset.count
    guard m > 1, !corrects, loop.statisticalError, loop.real == nil,
      (0..<max(spec.generations - 1, 1)).allSatisfy({
        loop.samples.count(generation: $0, dataCount: m) == m
      }),
      model("optimisation_steps", is: .text("exact"))
    else { return [] }
    return switch spec.model.name {
    case "gaussian": gaussianForms(Double(m))
    case "categorical": categoricalForms(Double(m))
    case "linear-regression": regressionForms(Double(m))
    default: []
    }
  }

  /// Whether an option of the model has this value; also where the model has no such option.
  private func model(_ option: String, is value: OptionValue) -> Bool {
    spec.model.options.values[option].map { $0 == value } ?? true
  }

  /// A curve over n = 1, 2, … fits.
  private func curve(
    _ metric: String, _ source: String, _ value: (Int) -> Double
  ) -> ClosedFormCurve {
    ClosedFormCurve(
      metric: metric, values: (1...spec.generations).map(value), source: source)
  }

  /// E‖μ_n − μ_0‖²/V_0 of every fit that keeps the samples' mean and second moment, for n = 1, 2, …:
  /// what the mean wanders is what the variance loses. Nil for policies without a closed form.
  private func drifts(_ m: Double) -> (values: [Double], source: String)? {
    guard spec.loop.bias == 1 else { return nil }
    let fits = 1...spec.generations
    switch spec.loop.policy.name {
    case "replace":
      return (fits.map { 1 - pow(1 - 1 / m, Double($0)) }, "(1 − 1/M)ⁿ; Shumailov et al. 2024")
    case "accumulate":
      var product = 1.0
      return (
        fits.map { n in
          product *= 1 - 1 / (m * Double(n) * Double(n))
          return 1 - product
        }, "∏ (1 − 1/(M i²)), i = 1 … n; Kazdan et al. 2024"
      )
    case "accumulate-subsample":
      var a = 1 / m
      return (
        fits.map { n in
          defer {
            let f = Double(n - 1) / (Double(n) * m - 1)
            a += (1 - a) * (f + (1 - f) / m) / pow(Double(n + 1), 2)
          }
          let f = Double(n - 1) / (Double(n) * m - 1)
          return a + (1 - a) * f
        }, "a random M of all samples so far, by recursion; Kazdan et al. 2024"
      )
    default: return nil
    }
  }

  private func gaussianForms(_ m: Double) -> [ClosedFormCurve] {
    guard case .vectors(let dimension) = dataset.space, let law = dataset.law?.moments else { return [] }
    let variance = law.varianceTrace
    if model("estimator", is: .text("biased")) {
      guard let (drifts, source) = drifts(m) else { return [] }
      var curves = [
        curve("moments.variance_trace_ratio", source) { 1 - drifts[$0 - 1] },
        curve("moments.variance_trace", source) { variance * (1 - drifts[$0 - 1]) },
        curve("moments.mean_error_squared", "1 − " + source) { variance * drifts[$0 - 1] },
      ]
      if dimension == 1, spec.loop.policy.name == "replace", measuresExactDistance {
        let c = correction(m) * (1 - 1 / m).squareRoot()
        curves.append(
          curve("wasserstein.w2_squared", "2 − 2 (c₄ √(1 − 1/M))ⁿ; Shumailov et al. 2024") {
            variance * (2 - 2 * pow(c, Double($0)))
          })
      }
      return curves
    }
    guard spec.loop.policy.name == "replace", model("covariance", is: .text("full")) else { return [] }
    let bias = spec.loop.bias
    let ratio = curve(
      "moments.variance_trace_ratio",
      bias == 1 ? "1; Shumailov et al. 2024" : "λⁿ⁻¹; Alemohammad et al. 2024"
    ) { pow(bias, Double($0 - 1)) }
    var wandered = 0.0
    var curves = [
      ratio,
      ClosedFormCurve(
        metric: "moments.variance_trace", values: ratio.values.map { variance * $0 },
        source: ratio.source),
      ClosedFormCurve(
        metric: "moments.mean_error_squared",
        values: ratio.values.map {
          wandered += variance * $0 / m
          return wandered
        },
        source: bias == 1 ? "n/M; Shumailov et al. 2024" : "Σ λᵏ/M, k < n; Alemohammad et al. 2024"),
    ]
    guard dimension == 1, bias == 1 else { return curves }
    let c = correction(m)
    curves.append(
      curve("moments.standard_deviation", "c₄ⁿ; Shumailov et al. 2024") {
        variance.squareRoot() * pow(c, Double($0))
      })
    if measuresExactDistance {
      curves.append(
        curve("wasserstein.w2_squared", "n/M + 2 (1 − c₄ⁿ); Shumailov et al. 2024") {
          variance * (Double($0) / m + 2 * (1 - pow(c, Double($0))))
        })
    }
    return curves
  }

  /// c₄(M) = E s/σ of M samples.
  private func correction(_ m: Double) -> Double {
    (2 / (m - 1)).squareRoot() * exp(lgamma(m / 2) - lgamma((m - 1) / 2))
  }

  /// Whether W₂ is that of the laws, not of samples.
  private var measuresExactDistance: Bool {
    spec.metrics.contains {
      $0.name == "wasserstein" && $0.options.values["source"] == .text("model")
    }
  }

  private func categoricalForms(_ m: Double) -> [ClosedFormCurve] {
    guard case .categorical(let law)? = dataset.law, let (drifts, source) = drifts(m),
      model("smoothing", is: .real(0))
    else { return [] }
    let variance = law.heterozygosity
    return [
      curve("discrete.heterozygosity", source) { variance * (1 - drifts[$0 - 1]) },
      curve("moments.variance_trace", source) { variance * (1 - drifts[$0 - 1]) },
      curve("moments.variance_trace_ratio", source) { 1 - drifts[$0 - 1] },
      curve("moments.mean_error_squared", "1 − " + source) { variance * drifts[$0 - 1] },
    ]
  }

  /// Test error σ²d/(T − d − 1)·…, every generation labelled by the last one on the same inputs.
  private func regressionForms(_ m: Double) -> [ClosedFormCurve] {
    guard case .regression(let dimension) = dataset.space,
      case .real(let noise)? = spec.dataset.options.values["noise_variance"],
      model("noise_variance", is: .real(noise)), model("design", is: .text("same")), m > Double(dimension) + 1, spec.loop.bias == 1
    else { return [] }
    let unit = noise * Double(dimension) / (m - Double(dimension) - 1)
    var sum = 0.0
    switch spec.loop.policy.name {
    case "replace":
      return [
        curve("regression.test_error", "σ²d/(T − d − 1)·n; Gerstgrasser et al. 2024") {
          unit * Double($0)
        }
      ]
    case "accumulate":
      return [
        curve("regression.test_error", "σ²d/(T − d − 1)·Σ 1/i²; Gerstgrasser et al. 2024") {
          sum += 1 / pow(Double($0), 2)
          return unit * sum
        }
      ]
    case "growing-replace":
      return [
        curve("regression.test_error", "σ²d/(T − d − 1)·Σ 1/i; Gerstgrasser et al. 2024") {
          sum += 1 / Double($0)
          return unit * sum
        }
      ]
    default: return []
    }
  }
}
