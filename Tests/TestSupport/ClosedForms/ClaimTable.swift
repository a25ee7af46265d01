import Foundation

/// The claims of the papers that the shipped studies of statistical models must show.
public enum ClaimTable {
  public static let claims: [Claim] = driftClaims + mixtureClaims + regimeClaims + tokenClaims
}

// Shumailov et al. 2024.
private let driftClaims: [Claim] = [
  Claim(
    "C1.1", "support never grows, every chain ends in one category, in i with probability p_i",
    "closed-forms/fixation"
  ) { cells in
    let chains = cells[0].chains
    let growths = chains.reduce(0) { sum, chain -> Int in
      let support = (1...chain.fits).map { chain("discrete.support", $0) }
      return sum + zip(support, support.dropFirst()).count { $1 > $0 }
    }
    let last = chains[0].fits
    let ended = chains.count { $0("discrete.fixed", last) == 1 }
    let p = [0.5, 0.3, 0.2]
    let counts = p.indices.map { state in
      Double(chains.count { $0("discrete.fixation_state", last) == Double(state) })
    }
    let square = zip(counts, p).reduce(0.0) { sum, pair in
      let expected = pair.1 * Double(chains.count)
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    // χ² with two degrees of freedom exceeds 19.3 with probability 6.4e-5.
    return Claim.Finding(
      growths == 0 && ended == chains.count && square < 19.3,
      "growths \(growths), ended \(ended) of \(chains.count), end states "
        + shown(counts.map { $0 / Double(chains.count) })
        + String(format: " for .5, .3, .2: chi2(2) = %.2f", square))
  },
  Claim(
    "C1.2", "unbiased: E s^2 constant while the median falls; E W2^2 grows as n/M + 2(1 - c4^n)",
    "closed-forms/gaussian"
  ) { cells in
    let cell = cells.cell(["model.estimator": "unbiased", "model.route": "data"])
    let fits = [1, 10, 20, 30]
    let variances = fits.map { cell.mean("moments.variance_trace", $0) }
    let medians = fits.map { cell.median("moments.variance_trace", $0) }
    let distances = fits.map { cell.mean("wasserstein.w2_squared", $0) }
    let exact = fits.map { GaussianReplace.distance(100, fits: $0, biased: false) }
    let constant = variances.allSatisfy { abs($0.mean - 1) <= 4 * $0.error }
    let falling = zip(medians, medians.dropFirst()).allSatisfy { $1 < $0 }
    let growing = zip(distances, distances.dropFirst()).allSatisfy { $1.mean > $0.mean }
    let close = zip(distances, exact).allSatisfy { abs($0.mean - $1) <= 4 * $0.error }
    return Claim.Finding(
      constant && falling && growing && close,
      "n = 1, 10, 20, 30: mean s^2 \(shown(variances.map(\.mean))); median s^2 \(shown(medians)); "
        + "mean W2^2 \(shown(distances.map(\.mean))) (exact \(shown(exact)))")
  },
  Claim(
    "C1.2b", "biased: E W2^2 stays bounded, at 2 in the limit", "shumailov/gaussian",
    overrides: [
      "matrix.model.estimator=[biased]", "matrix.dataset.samples=[3]", "generations=40",
      "seeds=0..<6000",
    ]
  ) { cells in
    // The larger M, the heavier the tails of the limit: few samples show it with few seeds.
    let fits = [5, 10, 20, 40]
    let distances = fits.map { cells[0].mean("wasserstein.w2_squared", $0) }
    let exact = fits.map { GaussianReplace.distance(3, fits: $0, biased: true) }
    let close = zip(distances, exact).allSatisfy {
      abs($0.mean - $1) <= 4 * $0.error && $0.error <= 0.05 * $1
    }
    return Claim.Finding(
      close && abs(exact[3] - 2) < 0.01,
      "M = 3, n = 5, 10, 20, 40: mean W2^2 "
        + distances.map { shown($0) }.joined(separator: ", ") + "; exact " + shown(exact))
  },
]

// Shumailov et al. 2024, mixtures by expectation maximisation.
private let mixtureClaims: [Claim] = [
  Claim(
    "C1.3s", "L2^2 to generation 0 rises and is larger for fewer samples (small)",
    "shumailov/gmm-small"
  ) { cells in
    let fits = [26, 51, 101, 201]
    let sizes = [50, 200, 1000]
    let medians = sizes.map { size in
      fits.map { cells.cell(["dataset.samples": "\(size)"]).median("mixture_l2.to_first", $0) }
    }
    let rising = medians.allSatisfy { zip($0, $0.dropFirst()).allSatisfy { $1 > $0 } }
    let ordered = fits.indices.allSatisfy { n in
      medians[0][n] > medians[1][n] && medians[1][n] > medians[2][n]
    }
    return Claim.Finding(
      rising && ordered,
      "medians at generations 25, 50, 100, 200: "
        + zip(sizes, medians).map { "N = \($0): \(shown($1))" }.joined(separator: "; "))
  },
  Claim(
    "C1.3", "L2^2 rises, >= 2 decades between N = 1000 and 10000 at generation 2050, component "
      + "standard deviation falls >= 10x at N = 1000", "shumailov/gmm",
    overrides: ["matrix.dataset.samples=[500,1000,10000]", "seeds=0..<8"], isQuick: false
  ) { cells in
    let sizes = [500, 1000, 10000]
    let arms = sizes.map { cells.cell(["dataset.samples": "\($0)"]) }
    let medians = arms.map { arm in [101, 501, 2051].map { arm.median("mixture_l2.to_first", $0) } }
    let rising = medians.allSatisfy { zip($0, $0.dropFirst()).allSatisfy { $1 > $0 } }
    let ordered = medians[0][2] > medians[1][2] && medians[1][2] > medians[2][2]
    let decades = log10(medians[1][2] / medians[2][2])
    let falls = ["largest", "smallest"].map { name in
      let metric = "mixture_l2.\(name)_component_sd"
      return arms[1].median(metric, 1) / arms[1].median(metric, 2051)
    }
    return Claim.Finding(
      rising && ordered && decades >= 2 && falls.allSatisfy { $0 >= 10 },
      "medians of L2^2 at generations 100, 500, 2050: "
        + zip(sizes, medians).map { "N = \($0): \(shown($1))" }.joined(separator: "; ")
        + String(format: "; %.2f decades; component sd falls %@ times", decades, shown(falls)))
  },
]

// Seddik et al. 2024.
private let tokenClaims: [Claim] = [
  Claim(
    "C7.1", "fully synthetic: total collapse for every n, after a time proportional to n",
    "seddik/count-softmax-replace"
  ) { cells in
    let sizes = [10, 20, 40]
    let arms = sizes.map { cells.cell(["dataset.samples": "\($0)"]) }
    let last = arms[0].chains[0].fits
    let collapsed = arms.allSatisfy { $0.chains.allSatisfy { $0("discrete.fixed", last) == 1 } }
    let times = arms.map { arm in
      sampleMoments(
        arm.values { chain in (1..<last).reduce(1) { $0 + 1 - chain("discrete.fixed", $1) } }
      ).mean
    }
    let slope = log(times[2] / times[0]) / log(4)
    return Claim.Finding(
      collapsed && abs(slope - 1) < 0.15,
      "all collapsed: \(collapsed); mean fits for n = 10, 20, 40: \(shown(times)), over n "
        + shown(zip(times, sizes).map { $0 / Double($1) })
        + String(format: "; exponent of n %.3f", slope))
  },
  Claim(
    "C7.2", "partially synthetic: excess |p - p1|^2 converges to its limit, at most half of the "
      + "statistical error", "seddik/count-softmax"
  ) { cells in
    let diversity = heterozygosity(zipf(50))
    var holds = true
    var ratios: [String] = []
    for size in [25, 50, 100, 200, 400, 800] {
      let excess = cells.cell(["loop.samples": "\(size)"]).mean("discrete.first_l2_squared", 40)
      let exact = PartiallySynthetic.excess(
        real: 200, synthetic: size, diversity: diversity, fits: 2000)
      let statistical = diversity / 200
      holds = holds && abs(excess.mean - exact) <= 4 * excess.error
      holds = holds && excess.mean - 4 * excess.error <= statistical / 2
      ratios.append(
        String(
          format: "n = %d: %.4f (exact %.4f, n/(N+2n) = %.4f)", size, excess.mean / statistical,
          exact / statistical, Double(size) / Double(200 + 2 * size)))
    }
    return Claim.Finding(holds, "excess over statistical error, " + ratios.joined(separator: "; "))
  },
  Claim("C7.3", "the L1 distance to the real fit grows with n at fixed N", "seddik/count-softmax") {
    cells in
    let arms = [25, 50, 100, 200, 400, 800].map { cells.cell(["loop.samples": "\($0)"]) }
    let means = arms.map { $0.mean("discrete.first_l1", 40) }
    let gaps = zip(arms.dropFirst(), arms).map { pairedGap($0, $1) { $0("discrete.first_l1", 40) } }
    return Claim.Finding(
      gaps.allSatisfy { $0.mean > 4 * $0.error },
      "n = 25 ... 800: " + shown(means.map(\.mean)) + "; smallest step "
        + shown([gaps.map { $0.mean / $0.error }.min() ?? .nan]) + " standard errors")
  },
]
