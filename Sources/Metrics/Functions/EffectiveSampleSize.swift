import Glibc

// The effective sample size n_e of a loop (Alemohammad et al. 2024, section 4): the number of real
// samples whose fit is as far from the truth, in expectation, as the model measured. It belongs to
// a distance: different distances give different sizes. At chain level the expectation is over
// seeds, so the functions below are meant for distances averaged over seeds.

/// n_e by the mean: the mean of n real samples has E‖μ̂−μ0‖² = tr Σ0/n.
///
/// - Parameters:
///   - varianceTrace: tr Σ0 of the real law.
///   - meanErrorSquared: ‖μ−μ0‖², or its average over seeds.
/// - Returns: +∞ for an error of zero, NaN for one that is not finite.
public func effectiveSampleSize(varianceTrace: Double, meanErrorSquared: Double) -> Double {
  meanErrorSquared.isFinite ? varianceTrace / meanErrorSquared : .nan
}

/// 1 − c4(n), with c4(n) = √(2/(n−1))·Γ(n/2)/Γ((n−1)/2) the factor by which the unbiased sample
/// standard deviation of n Gaussian samples is too small. `samples` above 1, not necessarily whole.
public func standardDeviationDeficit(samples n: Double) -> Double {
  let freedom = n - 1
  if freedom < 50 {
    return -expm1(
      0.5 * log(2 / freedom) + lgamma(0.5 * n) - lgamma(0.5 * freedom))
  }
  // The difference of the two logarithms cancels for large n; this is its asymptotic series.
  let inverse = 1 / freedom
  let square = inverse * inverse
  let series = -1.0 / 4 + square * (1.0 / 24 + square * (-1.0 / 20 + square * 17.0 / 112))
  return -expm1(inverse * series)
}

/// E W2² between N(μ0, σ0²) and its unbiased Gaussian fit to n samples, in units of σ0²:
/// 1/n + 2(1 − c4(n)).
public func expectedGaussianW2Squared(samples n: Double) -> Double {
  1 / n + 2 * standardDeviationDeficit(samples: n)
}

/// n_e by W2² of one-dimensional Gaussian laws: the n whose unbiased fit has this E W2².
///
/// - Parameters:
///   - w2Squared: W2², or its average over seeds.
///   - variance: σ0² of the real law.
/// - Returns: a number above 1; +∞ for a distance of zero; NaN for distances of 3σ0² and more,
///   which no fit has.
public func effectiveSampleSize(w2Squared: Double, variance: Double) -> Double {
  let target = w2Squared / variance
  if target == 0 { return .infinity }
  guard target > 0, target < 3 else { return .nan }
  // The expectation falls from 3 at n = 1 to 0: bisection on ln(n − 1).
  var low = log(1e-12)
  var high = log(1e18)
  guard expectedGaussianW2Squared(samples: 1 + exp(low)) > target,
    expectedGaussianW2Squared(samples: 1 + exp(high)) < target
  else { return .nan }
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    if middle == low || middle == high { break }
    if expectedGaussianW2Squared(samples: 1 + exp(middle)) > target {
      low = middle
    } else {
      high = middle
    }
  }
  return 1 + exp(0.5 * (low + high))
}
