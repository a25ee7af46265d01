import Glibc

// A Gaussian in one dimension, replace: Shumailov et al. 2024, theorem 3.1; Alemohammad et al. 2023.
let gaussianRows: [ClosedFormRow] =
  ["data", "statistics"].flatMap { unbiasedRows(route: $0) + biasedRows(route: $0) } + biasRows

private let gaussian = "closed-forms/gaussian"

private func unbiasedRows(route: String) -> [ClosedFormRow] {
  let m = 100
  let cell = ["model.estimator": "unbiased", "model.route": route]
  let name = "unbiased, \(route), M = 100"
  let c4 = meanStandardDeviation(m)
  let (digamma, trigamma) = polygamma(Double(m - 1) / 2)
  let drift = digamma - log(Double(m - 1) / 2)
  var rows: [ClosedFormRow] = []
  for n in [1, 10, 50] {
    rows.append(
      ClosedFormRow(
        "E s^2, \(name), n = \(n)", gaussian, cell, "moments.variance_trace", fits: n, exact: 1))
    rows.append(
      ClosedFormRow(
        "E s, \(name), n = \(n)", gaussian, cell, "moments.standard_deviation", fits: n,
        exact: pow(c4, Double(n))))
    rows.append(
      ClosedFormRow(
        "E mu^2, \(name), n = \(n)", gaussian, cell, "moments.mean_error_squared", fits: n,
        exact: Double(n) / Double(m)))
    rows.append(
      ClosedFormRow(
        "E W2^2, \(name), n = \(n)", gaussian, cell, "wasserstein.w2_squared", fits: n,
        exact: GaussianReplace.distance(m, fits: n, biased: false)))
    // ln s² has mean near 0 beside its spread at small n: its error is judged against the spread.
    let (mean, variance) = (Double(n) * drift, Double(n) * trigamma)
    rows.append(
      ClosedFormRow(
        "E ln s^2, \(name), n = \(n)", gaussian, cell, exact: mean,
        scale: max(-mean, variance.squareRoot())
      ) { log($0("moments.variance_trace", n)) })
    rows.append(
      ClosedFormRow("Var ln s^2, \(name), n = \(n)", gaussian, cell, exact: variance) {
        pow(log($0("moments.variance_trace", n)) - mean, 2)
      })
  }
  rows.append(
    ClosedFormRow(
      "E s^4, \(name), n = 10", gaussian, cell,
      exact: pow(Double(m + 1) / Double(m - 1), 10)
    ) { pow($0("moments.variance_trace", 10), 2) })
  rows.append(
    ClosedFormRow("variance of a generated point, \(name), n = 10", gaussian, cell, exact: 1.1) {
      $0("moments.variance_trace", 10) + $0("moments.mean_error_squared", 10)
    })
  return rows
}

private func biasedRows(route: String) -> [ClosedFormRow] {
  let m = 100
  let cell = ["model.estimator": "biased", "model.route": route]
  return [1, 10, 50].flatMap { n -> [ClosedFormRow] in
    let name = "biased, \(route), M = 100, n = \(n)"
    let drift = MeanDrift.replace(m, fits: n)
    return [
      ClosedFormRow(
        "E s^2, " + name, gaussian, cell, "moments.variance_trace", fits: n, exact: 1 - drift),
      ClosedFormRow(
        "E mu^2, " + name, gaussian, cell, "moments.mean_error_squared", fits: n, exact: drift),
      ClosedFormRow(
        "E W2^2, " + name, gaussian, cell, "wasserstein.w2_squared", fits: n,
        exact: GaussianReplace.distance(m, fits: n, biased: true)),
    ]
  }
}

private let biasRows: [ClosedFormRow] = [0.5, 0.8, 0.95].flatMap { bias in
  [2, 10, 20].flatMap { n -> [ClosedFormRow] in
    let name = "lambda = \(bias), M = 50, n = \(n)"
    let preset = "closed-forms/sampling-bias"
    let cell = ["loop.bias": "\(bias)"]
    return [
      ClosedFormRow(
        "E s^2, " + name, preset, cell, "moments.variance_trace", fits: n,
        exact: pow(bias, Double(n - 1))),
      ClosedFormRow(
        "E mu^2, " + name, preset, cell, "moments.mean_error_squared", fits: n,
        exact: (1 - pow(bias, Double(n))) / (50 * (1 - bias))),
    ]
  }
}

// In d dimensions, Σ0 = 4I: Shumailov et al. 2024, theorem 3.1.
let dimensionRows: [ClosedFormRow] = [3, 10].flatMap { d in
  ["unbiased", "biased"].flatMap { estimator -> [ClosedFormRow] in
    let preset = "closed-forms/gaussian-dimensions"
    let cell = ["dataset.dimension": "\(d)", "model.estimator": estimator]
    let biased = estimator == "biased"
    let start = Double(d) * log(4.0)
    return [1, 5, 10].flatMap { n -> [ClosedFormRow] in
      let name = "d = \(d), \(estimator), M = 50, n = \(n)"
      let (shift, spread) = GaussianReplace.logDeterminant(
        50, dimension: d, fits: n, biased: biased)
      let drift = biased ? MeanDrift.replace(50, fits: n) : Double(n) / 50
      let kept = biased ? 1 - drift : 1
      var rows = [
        ClosedFormRow(
          "|mu|^2, " + name, preset, cell, "moments.mean_error_squared", fits: n,
          exact: 4 * Double(d) * drift),
        ClosedFormRow(
          "tr S, " + name, preset, cell, "moments.variance_trace", fits: n,
          exact: 4 * Double(d) * kept),
        ClosedFormRow("ln det S/S0, " + name, preset, cell, exact: shift) {
          $0("moments.log_determinant", n) - start
        },
        ClosedFormRow("Var ln det S, " + name, preset, cell, exact: spread) {
          pow($0("moments.log_determinant", n) - start - shift, 2)
        },
      ]
      if !biased {
        rows.append(
          ClosedFormRow(
            "(tr S)^2, " + name, preset, cell,
            exact: 16 * GaussianReplace.traces(50, dimension: d, fits: n).squared
          ) { pow($0("moments.variance_trace", n), 2) })
      }
      if !biased, d == 3 {
        rows.append(
          ClosedFormRow(
            "det S/S0, " + name, preset, cell,
            exact: (1..<d).reduce(1.0) { $0 * pow(1 - Double($1) / 49, Double(n)) }
          ) { exp($0("moments.log_determinant", n) - start) })
      }
      return rows
    }
  }
}

// Replace, accumulate and accumulate-subsample, d = 10: Kazdan et al. 2024.
let regimeRows: [ClosedFormRow] = [10, 32, 100, 316, 1000].flatMap { m -> [ClosedFormRow] in
  let policies: [(String, @Sendable (Int, Int) -> Double)] = [
    ("replace", { MeanDrift.replace($0, fits: $1) }),
    ("accumulate", { MeanDrift.accumulate($0, fits: $1) }),
    ("accumulate-subsample", { MeanDrift.subsample($0, fits: $1) }),
  ]
  return policies.flatMap { (policy, drift) -> [ClosedFormRow] in
    // Raw second moments of the replaced chain are heavy-tailed beyond n = M − 1.
    let last = policy == "replace" ? min(100, m - 1) : 100
    let cell = ["dataset.samples": "\(m)", "loop.policy": policy]
    return Set([2, 5, last]).sorted().map { n in
      ClosedFormRow(
        "tr S/S0, \(policy), M = \(m), n = \(n)", "closed-forms/gaussian-regimes", cell,
        "moments.variance_trace_ratio", fits: n, exact: 1 - drift(m, n))
    } + [2, 100].map { n in
      ClosedFormRow(
        "|mu|^2/V0, \(policy), M = \(m), n = \(n)", "closed-forms/gaussian-regimes", cell,
        exact: drift(m, n)
      ) { $0("moments.mean_error_squared", n) / 10 }
    }
  }
}
