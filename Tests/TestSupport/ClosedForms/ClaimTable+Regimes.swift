import Foundation

// Gerstgrasser et al. 2024; Kazdan et al. 2024.
let regimeClaims: [Claim] = [
  Claim(
    "C4.1",
    "linear regression: replace n, accumulate <= pi^2/6, growing-replace sum 1/i, subsample "
      + "-> pi^2/2 - 2 times the first error",
    "closed-forms/linear-regression"
  ) { cells in
    let first = RegressionError.first(dimension: 10, pairs: 1000)
    func factor(_ policy: String, _ n: Int) -> (mean: Double, error: Double) {
      let cell = cells.cell(["dataset.samples": "1000", "loop.policy": policy])
      let (mean, error) = cell.mean("regression.test_error", n)
      return (mean / first, error / first)
    }
    let replaced = [5, 10, 20].map { factor("replace", $0) }
    let accumulated = factor("accumulate", 20)
    let grown = [5, 10, 20].map { factor("growing-replace", $0) }
    let subsampled = factor("accumulate-subsample", 20)
    func near(_ value: (mean: Double, error: Double), _ exact: Double) -> Bool {
      abs(value.mean - exact) <= 4 * value.error
    }
    let holds =
      zip(replaced, [5, 10, 20]).allSatisfy { near($0, Double($1)) }
      && zip(grown, [5, 10, 20]).allSatisfy { near($0, harmonic($1)) }
      && accumulated.mean - 4 * accumulated.error <= .pi * .pi / 6
      && near(accumulated, RegressionError.accumulate(fits: 20))
      && near(subsampled, RegressionError.subsample(fits: 20))
    return Claim.Finding(
      holds,
      "T = 1000, d = 10, over c: replace n = 5, 10, 20 \(shown(replaced.map(\.mean))); "
        + "accumulate n = 20 \(shown(accumulated)) (1.596, bound 1.645); "
        + "growing-replace \(shown(grown.map(\.mean))) (2.283, 2.929, 3.598); "
        + "subsample n = 20 \(shown(subsampled)) (2.79, limit 2.935)")
  },
  Claim(
    "C4.2", "Gaussian: replaced variance goes to 0, accumulate and subsample keep theirs",
    "closed-forms/gaussian-regimes"
  ) { cells in
    func ratio(_ policy: String, _ m: Int, _ n: Int) -> (mean: Double, error: Double) {
      cells.cell(["dataset.samples": "\(m)", "loop.policy": policy])
        .mean("moments.variance_trace_ratio", n)
    }
    let replaced = [10, 32, 100].map { ratio("replace", $0, 100).mean }
    let accumulated = [10, 32, 100].map { ratio("accumulate", $0, 100) }
    let subsampled = [10, 32, 100].map { ratio("accumulate-subsample", $0, 100) }
    let kept =
      zip(accumulated, [10, 32, 100]).allSatisfy {
        abs($0.mean - 1 + MeanDrift.accumulate($1, fits: 100)) <= 4 * $0.error
      }
      && zip(subsampled, [10, 32, 100]).allSatisfy {
        abs($0.mean - 1 + MeanDrift.subsample($1, fits: 100)) <= 4 * $0.error
      }
    let falls = [10, 32, 100].allSatisfy { m in
      zip([1, 20, 50], [20, 50, 100]).allSatisfy {
        ratio("replace", m, $1).mean < ratio("replace", m, $0).mean
      }
    }
    return Claim.Finding(
      kept && falls && replaced[0] < 1e-2,
      "tr S_100/S_0 at T = 10, 32, 100: replace \(shown(replaced)); accumulate "
        + "\(shown(accumulated.map(\.mean))) (.8443, .9497, .9837); subsample "
        + "\(shown(subsampled.map(\.mean))) (.7411, .9125, .9713)")
  },
  Claim(
    "C4.3a", "error replace >= subsample >= accumulate: Gaussian", "closed-forms/gaussian-regimes"
  ) { cells in
    order(
      [10, 32, 100, 316, 1000].map { ["dataset.samples": "\($0)"] }, cells,
      "moments.mean_error_squared", fits: 100)
  },
  Claim(
    "C4.3b", "error replace >= subsample >= accumulate: linear regression",
    "closed-forms/linear-regression"
  ) { cells in
    order(
      [100, 1000].map { ["dataset.samples": "\($0)"] }, cells, "regression.test_error", fits: 20)
  },
  Claim(
    "C4.3c", "error replace >= subsample >= accumulate: kernel density", "collapse-or-thrive/kde"
  ) { cells in
    let selectors = ["gaussian-blob", "circles", "two-moons", "swiss-roll"].flatMap { data in
      ["0.1", "0.5", "1.0"].map { ["dataset": data, "model.bandwidth": $0] }
    }
    return order(selectors, cells, "nll.mean", fits: 20)
  },
  Claim(
    "C4.7", "kernel density: the replaced points spread to a variance of (M - 1) h^2",
    "closed-forms/kernel-density"
  ) { cells in
    let cell = cells.cell(["loop.policy": "replace"])
    let spread = sampleMoments(cell.values { $0("moments.variance_trace", 100) / 4 - 0.25 })
    let limit = 19 * 0.25
    let exact = KernelSpread.replace(20, bandwidth: 0.5, fits: 100)
    return Claim.Finding(
      abs(spread.mean - exact) <= 4 * spread.standardError && abs(exact - limit) < 0.01 * limit,
      String(
        format: "M = 20, h = .5, n = 100: %.4f ± %.4f, exact %.4f, limit %.4f", spread.mean,
        spread.standardError, exact, limit))
  },
]

/// The order of the three policies in every situation, paired by seed: no step may be reversed by
/// more
/// than four standard errors, and at least half of them must be right by as much.
private func order(
  _ selectors: [[String: String]], _ cells: [CellValues], _ metric: String, fits n: Int
) -> Claim.Finding {
  var gaps: [Double] = []
  for selector in selectors {
    let arms = ["replace", "accumulate-subsample", "accumulate"].map { policy in
      cells.cell(selector.merging(["loop.policy": policy]) { $1 })
    }
    for (worse, better) in zip(arms, arms.dropFirst()) {
      let gap = pairedGap(worse, better) { $0(metric, n) }
      gaps.append(gap.mean / gap.error)
    }
  }
  let right = gaps.count { $0 >= 4 }
  let reversed = gaps.count { $0 <= -4 }
  return Claim.Finding(
    reversed == 0 && 2 * right >= gaps.count,
    "\(metric), n = \(n), \(selectors.count) situations: \(right) of \(gaps.count) steps right by 4 "
      + "s.e. or more, \(reversed) reversed; gaps in s.e., replace - subsample and "
      + "subsample - accumulate in turn: " + gaps.map { String(format: "%.1f", $0) }.joined(separator: " "))
}
