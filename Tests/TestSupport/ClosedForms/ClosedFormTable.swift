/// Every closed form that the project promises, with the preset that measures it.
public enum ClosedFormTable {
  public static let rows: [ClosedFormRow] =
    discreteRows + gaussianRows + dimensionRows + regimeRows + mixingRows + freshRows + memoryRows
    + correctionRows + regressionRows + tokenRows + kernelRows

  /// The presets of the table, in its order.
  public static let presets: [String] = rows.reduce(into: []) { names, row in
    if !names.contains(row.preset) { names.append(row.preset) }
  }
}

// The discrete chain: Shumailov et al. 2024, discrete distributions.
private let discreteRows: [ClosedFormRow] =
  heterozygosityRows + supportRows + fixationRows + absorptionRows + temperatureRows

private let heterozygosityRows: [ClosedFormRow] = [
  ("zipf", zipf(100)), ("uniform", [Double](repeating: 0.1, count: 10)),
].flatMap { (shape, law) -> [ClosedFormRow] in
  let preset = "closed-forms/heterozygosity"
  let start = heterozygosity(law)
  let policies: [(String, @Sendable (Int, Int) -> Double)] = [
    ("replace", { MeanDrift.replace($0, fits: $1) }),
    ("accumulate", { MeanDrift.accumulate($0, fits: $1) }),
  ]
  return policies.flatMap { (policy, drift) -> [ClosedFormRow] in
    let cell = ["dataset.shape": shape, "loop.policy": policy]
    return [1, 10, 20, 50, 100].map { n in
      ClosedFormRow(
        "H, \(shape), M = 100, \(policy), n = \(n)", preset, cell, "moments.variance_trace",
        fits: n, exact: start * (1 - drift(100, n)))
    } + [10, 100].map { n in
      ClosedFormRow(
        "|p - p0|^2, \(shape), M = 100, \(policy), n = \(n)", preset, cell,
        "moments.mean_error_squared", fits: n, exact: start * drift(100, n))
    }
  }
}

private let supportRows: [ClosedFormRow] = {
  let chain = BinomialChain(draws: 100)
  return [1, 2, 5, 10, 20].map { n in
    ClosedFormRow(
      "support, zipf, K = M = 100, n = \(n)", "closed-forms/support", [:], "discrete.support",
      fits: n, exact: chain.support(zipf(100), fits: n))
  }
}()

private let fixationRows: [ClosedFormRow] = {
  let chain = BinomialChain(draws: 10)
  return [0.5, 0.3, 0.2].enumerated().map { state, p in
    ClosedFormRow(
      "fixed at category \(state), p = \(p), M = 10, n = 150", "closed-forms/fixation",
      exact: chain.fixed(p, fits: 150)
    ) { $0("discrete.fixation_state", 150) == Double(state) ? 1 : 0 }
  }
}()

private let absorptionRows: [ClosedFormRow] = [(2, 50), (10, 10), (10, 100)].map { k, m in
  ClosedFormRow(
    "fits until one category is left, K = \(k), M = \(m), up to 500", "closed-forms/absorption",
    ["dataset.categories": "\(k)", "dataset.samples": "\(m)"],
    exact: BinomialChain(draws: m).absorptionTime(categories: k, upTo: 500)
  ) { chain in
    (1..<500).reduce(1) { $0 + 1 - chain("discrete.fixed", $1) }
  }
}

private let temperatureRows: [ClosedFormRow] = {
  let law = tempered([0.5, 0.3, 0.2], temperature: 0.9, fits: 6)
  let preset = "closed-forms/temperature"
  return [
    ClosedFormRow(
      "largest p, temperature .9, n = 6", preset, [:], "discrete.largest_probability", fits: 6,
      exact: law[0]),
    ClosedFormRow(
      "H, temperature .9, n = 6", preset, [:], "discrete.heterozygosity", fits: 6,
      exact: heterozygosity(law)),
  ]
}()

// Mixing α, β, γ: Shumailov et al. 2024, stochastic process.
private let mixingRows: [ClosedFormRow] = [
  (1.0, 0.0, 0.0), (0.5, 0.5, 0.0), (0.5, 0.3, 0.2), (0.6, 0.2, 0.2),
].flatMap { alpha, beta, gamma -> [ClosedFormRow] in
  let cell = [
    "loop.policy.alpha": "\(alpha)", "loop.policy.beta": "\(beta)", "loop.policy.gamma": "\(gamma)",
  ]
  return [2, 10, 40].flatMap { n -> [ClosedFormRow] in
    let drift = MeanDrift.mixing(50, alpha: alpha, gamma: gamma, fits: n)
    let name = "mixing \(alpha), \(beta), \(gamma), M = 50, n = \(n)"
    return [
      ClosedFormRow(
        "|mu|^2, " + name, "closed-forms/mixing", cell, "moments.mean_error_squared", fits: n,
        exact: 10 * drift),
      ClosedFormRow(
        "tr S, " + name, "closed-forms/mixing", cell, "moments.variance_trace", fits: n,
        exact: 10 * (1 - drift)),
    ]
  }
}

// Fresh data loop: Alemohammad et al. 2023.
private let freshRows: [ClosedFormRow] = [(20, 60, 0.8), (100, 900, 1.0), (100, 900, 0.8)].flatMap {
  real, synthetic, bias in
  [20, 200].flatMap { first -> [ClosedFormRow] in
    let cell = [
      "dataset.samples": "\(first)", "loop.real": "\(real)", "loop.samples": "\(synthetic)",
      "loop.bias": "\(bias)",
    ]
    let exact = PooledMoments(
      first: first, real: real, synthetic: synthetic, bias: bias, fits: 60)
    return [2, 5, 60].flatMap { n -> [ClosedFormRow] in
      let name = "fresh (\(real), \(synthetic), \(bias)), n_ini = \(first), n = \(n)"
      return [
        ClosedFormRow(
          "E mu^2, " + name, "closed-forms/fresh", cell, exact: exact.meanSquares[n - 1]
        ) { $0("moments.mean_error_squared", n) / 10 },
        ClosedFormRow(
          "E s^2, " + name, "closed-forms/fresh", cell, exact: exact.variances[n - 1]
        ) { $0("moments.variance_trace", n) / 10 },
      ]
    }
  }
}

private let memoryRows: [ClosedFormRow] = [1, 2, 5, 10, 20].map { memory in
  let exact = PooledMoments(
    first: 1000, real: 1000, synthetic: 10000, memory: memory, fits: 201)
  // The stationary mean over the last 101 fits: correlated, hence averaged within a chain.
  return ClosedFormRow(
    "1000 E mu^2 = n_r/n_e, memory K = \(memory), n = 101 ... 201", "closed-forms/memory",
    ["loop.policy.generations": "\(memory)"],
    exact: (100...200).reduce(0) { $0 + 1000 * exact.meanSquares[$1] } / 101
  ) { chain in
    (101...201).reduce(0) { $0 + 100 * chain("moments.mean_error_squared", $1) } / 101
  }
}

// Corrected synthetic data beside fixed real ones: Gillman et al. 2024.
private let correctionRows: [ClosedFormRow] = [25, 100].flatMap { synthetic in
  [("0.0", 0), ("0.3", 0.3), ("1.0", 1), ("5.0", 5), ("ideal", .infinity)].flatMap {
    (text: String, strength: Double) -> [ClosedFormRow] in
    let cell = ["loop.samples": "\(synthetic)", "loop.corrector.strength": text]
    return [2, 30].flatMap { n -> [ClosedFormRow] in
      let exact = MeanDrift.corrected(
        real: 50, synthetic: synthetic, strength: strength, fits: n)
      let name = "n = 50, m = \(synthetic), gamma = \(text), fits \(n)"
      return [
        ClosedFormRow(
          "n E mu^2, correction, " + name, "closed-forms/correction", cell, exact: 50 * exact
        ) { 5 * $0("moments.mean_error_squared", n) },
        ClosedFormRow(
          "E s^2, correction, " + name, "closed-forms/correction", cell, exact: 1 - exact
        ) { $0("moments.variance_trace_ratio", n) },
      ]
    }
  }
}
