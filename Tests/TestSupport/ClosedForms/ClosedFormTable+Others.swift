// Linear regression: Gerstgrasser et al. 2024.
let regressionRows: [ClosedFormRow] = sameDesignRows + freshDesignRows

private let sameDesignRows: [ClosedFormRow] = [100, 1000].flatMap { pairs -> [ClosedFormRow] in
  let forms: [(String, @Sendable (Int) -> Double)] = [
    ("replace", { RegressionError.replace(fits: $0) }),
    ("accumulate", { RegressionError.accumulate(fits: $0) }),
    ("growing-replace", { RegressionError.growingReplace(fits: $0) }),
    ("accumulate-subsample", { RegressionError.subsample(fits: $0) }),
  ]
  let first = RegressionError.first(dimension: 10, pairs: pairs)
  // The form of the subsets holds for T ≫ d.
  return forms.filter { pairs == 1000 || $0.0 != "accumulate-subsample" }.flatMap {
    (policy, factor) -> [ClosedFormRow] in
    [1, 2, 5, 10, 20].map { n in
      ClosedFormRow(
        "|w_n - w|^2/c, \(policy), d = 10, T = \(pairs), n = \(n)", "closed-forms/linear-regression",
        ["dataset.samples": "\(pairs)", "loop.policy": policy], exact: factor(n)
      ) { $0("regression.test_error", n) / first }
    }
  }
}

private let freshDesignRows: [ClosedFormRow] = {
  let first = RegressionError.first(dimension: 5, pairs: 40)
  let preset = "closed-forms/linear-regression-fresh"
  let replaced = ["fresh", "same"].flatMap { design -> [ClosedFormRow] in
    [5, 20].map { n in
      ClosedFormRow(
        "|w_n - w|^2/c, replace, \(design) inputs, d = 5, T = 40, n = \(n)", preset,
        ["model.design": design, "loop.policy": "replace"], exact: Double(n)
      ) { $0("regression.test_error", n) / first }
    }
  }
  return replaced + [
    ClosedFormRow(
      "|w_n - w|^2, accumulate, same inputs, d = 5, T = 40, n = 20", preset,
      ["model.design": "same", "loop.policy": "accumulate"], "regression.test_error", fits: 20,
      exact: first * RegressionError.accumulate(fits: 20)),
    // No closed form: the value of an independent simulation, below the one of the same inputs.
    ClosedFormRow(
      "|w_n - w|^2, accumulate, fresh inputs, d = 5, T = 40, n = 20", preset,
      ["model.design": "fresh", "loop.policy": "accumulate"], "regression.test_error", fits: 20,
      exact: 0.2265),
  ]
}()

// Count-based softmax: Seddik et al. 2024.
let tokenRows: [ClosedFormRow] = [25, 100, 400].flatMap { synthetic -> [ClosedFormRow] in
  let preset = "closed-forms/count-softmax"
  let diversity = heterozygosity(zipf(20))
  return [2, 5, 30].flatMap { n -> [ClosedFormRow] in
    let name = "N = 100, n = \(synthetic), fits \(n)"
    let excess = PartiallySynthetic.excess(
      real: 100, synthetic: synthetic, diversity: diversity, fits: n)
    let fixed = ["loop.policy": "augment", "loop.samples": "\(synthetic)"]
    return [
      ClosedFormRow(
        "|p - p1|^2, fixed real, " + name, preset, fixed, "discrete.first_l2_squared", fits: n,
        exact: excess),
      ClosedFormRow(
        "|p - p*|^2, fixed real, " + name, preset, fixed, "discrete.l2_squared", fits: n,
        exact: excess + diversity / 100),
      ClosedFormRow(
        "|p - p*|^2, fresh real, " + name, preset,
        ["loop.policy": "fresh", "loop.samples": "\(synthetic)"], "discrete.l2_squared", fits: n,
        exact: PartiallySynthetic.freshError(
          real: 100, synthetic: synthetic, diversity: diversity, fits: n)),
    ]
  }
}

// Kernel densities: Kazdan et al. 2024.
let kernelRows: [ClosedFormRow] = [2, 10, 50, 100].flatMap { n -> [ClosedFormRow] in
  let preset = "closed-forms/kernel-density"
  return [
    ClosedFormRow(
      "variance per axis, replace, h = .5, M = 20, n = \(n)", preset, ["loop.policy": "replace"],
      exact: KernelSpread.replace(20, bandwidth: 0.5, fits: n) + 0.25
    ) { $0("moments.variance_trace", n) / 4 },
    ClosedFormRow(
      "E x^2 + h^2 per axis, accumulate, h = .5, M = 20, n = \(n)", preset,
      ["loop.policy": "accumulate"],
      exact: KernelSpread.accumulate(bandwidth: 0.5, fits: n) + 0.25
    ) { ($0("moments.variance_trace", n) + $0("moments.mean_error_squared", n)) / 4 },
  ]
}
