import Glibc

/// Fits that keep the sample's mean and second moment (categorical frequencies, Gaussians with biased
/// covariance): E‖μ_n − μ0‖² + E tr Σ_n = V0 for ever. Each function gives E‖μ_n − μ0‖²/V0 after n
/// fits with M samples a generation.
public enum MeanDrift {
  /// 1 − (1 − 1/M)^n (Shumailov et al. 2024; Alemohammad et al. 2023).
  public static func replace(_ m: Int, fits n: Int) -> Double { 1 - pow(1 - 1 / Double(m), Double(n)) }

  /// 1 − Π (1 − 1/(M i²)) (Kazdan et al. 2024).
  public static func accumulate(_ m: Int, fits n: Int) -> Double {
    var kept = 1.0
    for i in 1...n { kept *= 1 - 1 / Double(m * i * i) }
    return 1 - kept
  }

  /// A pool of n sets of which M samples are drawn without replacement (Kazdan et al. 2024). With a the
  /// squared error of the pool's mean and f = (n−1)/(nM−1): a + (1 − a) f, and
  /// a′ = a + (1 − a)[f + (1 − f)/M]/(n+1)².
  public static func subsample(_ m: Int, fits n: Int) -> Double {
    let size = Double(m)
    var pool = 1 / size
    for i in 1..<max(n, 1) {
      let f = Double(i - 1) / (Double(i) * size - 1)
      pool += (1 - pool) * (f + (1 - f) / size) / Double((i + 1) * (i + 1))
    }
    let f = Double(n - 1) / (Double(n) * size - 1)
    return pool + (1 - pool) * f
  }

  /// p′ = αθ + βp + γp_0 (Shumailov et al. 2024): b is the squared error of p's mean.
  public static func mixing(_ m: Int, alpha: Double, gamma: Double, fits n: Int) -> Double {
    let size = Double(m)
    var b = 0.0
    for _ in 1..<max(n, 1) {
      b = ((1 - gamma) * (1 - gamma) - alpha * alpha / size) * b + alpha * alpha / size
    }
    return b + (1 - b) / size
  }

  /// n real samples that stay, m synthetic ones from π_γ, biased fit (Gillman et al. 2024), with
  /// a = m/(n+m), g = 1/(1+γ), s = E μ², c = E μ x̄:
  /// s′ = (1−a)²/n + a²[1/m + (1−1/m) g² s] + 2a(1−a) g c, c′ = (1−a)/n + a g c.
  public static func corrected(
    real n: Int, synthetic m: Int, strength: Double, fits: Int
  ) -> Double {
    let (real, synthetic) = (Double(n), Double(m))
    let a = synthetic / (real + synthetic)
    let g = strength.isInfinite ? 0 : 1 / (1 + strength)
    var (s, c) = (1 / real, 1 / real)
    for _ in 1..<max(fits, 1) {
      let drawn = 1 / synthetic + (1 - 1 / synthetic) * g * g * s
      s = (1 - a) * (1 - a) / real + a * a * drawn + 2 * a * (1 - a) * g * c
      c = (1 - a) / real + a * g * c
    }
    return s
  }
}

/// A one-dimensional Gaussian refitted to its own M samples from N(0, 1), replace.
public enum GaussianReplace {
  /// E W2² to N(0, 1): n/M + 2(1 − c4^n) unbiased, 2 − 2(c4 √(1−1/M))^n biased.
  public static func distance(_ m: Int, fits n: Int, biased: Bool) -> Double {
    let c4 = meanStandardDeviation(m)
    let count = Double(n)
    return biased
      ? 2 - 2 * pow(c4 * (1 - 1 / Double(m)).squareRoot(), count)
      : count / Double(m) + 2 * (1 - pow(c4, count))
  }

  /// E and Var of ln det Σ_n/det Σ0 in d dimensions: with divisor D (M − 1 unbiased, M biased)
  /// n Σ_{i=1…d} [ψ((M−i)/2) + ln(2/D)] and n Σ ψ′((M−i)/2).
  public static func logDeterminant(
    _ m: Int, dimension d: Int, fits n: Int, biased: Bool
  ) -> (mean: Double, variance: Double) {
    let divisor = Double(biased ? m : m - 1)
    var (mean, variance) = (0.0, 0.0)
    for i in 1...d {
      let (digamma, trigamma) = polygamma(Double(m - i) / 2)
      mean += digamma + log(2 / divisor)
      variance += trigamma
    }
    return (Double(n) * mean, Double(n) * variance)
  }

  /// A = E tr Σ² and B = E (tr Σ)² from Σ0 = I_d, unbiased: A′ = (1+1/ν)A + B/ν, B′ = B + 2A/ν.
  public static func traces(_ m: Int, dimension d: Int, fits n: Int) -> (ofSquare: Double, squared: Double) {
    let nu = Double(m - 1)
    var (a, b) = (Double(d), Double(d * d))
    for _ in 0..<n { (a, b) = ((1 + 1 / nu) * a + b / nu, b + 2 * a / nu) }
    return (a, b)
  }
}
