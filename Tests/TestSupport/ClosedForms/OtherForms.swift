/// Test error ‖w_n − w‖² of a regression refitted to its own labels on one and the same design, in
/// units of the first fit's c = σ²d/(T − d − 1) (Gerstgrasser et al. 2024, theorems 1 and 2).
public enum RegressionError {
  public static func first(dimension d: Int, pairs t: Int, noise: Double = 1) -> Double {
    noise * Double(d) / Double(t - d - 1)
  }

  public static func replace(fits n: Int) -> Double { Double(n) }

  /// Σ 1/i² → π²/6.
  public static func accumulate(fits n: Int) -> Double {
    (1...n).reduce(0) { $0 + 1 / Double($1 * $1) }
  }

  /// Σ 1/i.
  public static func growingReplace(fits n: Int) -> Double { harmonic(n) }

  /// Subsets of the accumulated pool, T ≫ d:
  /// 1 + Σ_{k<n} 1/(k+1)² + 2 Σ_{k<n} (H_k − 1)/(k(k+1)) + 2(H_n − 1)/n → π²/2 − 2.
  public static func subsample(fits n: Int) -> Double {
    var sum = 1 + 2 * (harmonic(n) - 1) / Double(n)
    for k in 1..<max(n, 1) {
      sum += 1 / Double((k + 1) * (k + 1)) + 2 * (harmonic(k) - 1) / Double(k * (k + 1))
    }
    return sum
  }
}

/// A token law fitted to N real and n synthetic tokens of one context (Seddik et al. 2024),
/// α = n/(N+n), S0 = Σp².
public enum PartiallySynthetic {
  /// E‖p_m − p_1‖² with the same real tokens every time: D_1 = 0,
  /// D′ = α²[E(1 − S_1)/n + (1 − 1/n) D], E(1 − S_1) = (1 − S0)(1 − 1/N).
  public static func excess(real: Int, synthetic: Int, diversity: Double, fits: Int) -> Double {
    let (big, small) = (Double(real), Double(synthetic))
    let alpha = small / (big + small)
    var d = 0.0
    for _ in 1..<max(fits, 1) {
      d = alpha * alpha * (diversity * (1 - 1 / big) / small + (1 - 1 / small) * d)
    }
    return d
  }

  /// E‖p_m − p‖² with new real tokens every time: E_1 = (1 − S0)/N,
  /// E′ = (1−α)²(1 − S0)/N + α²[(1 − S0 − E)/n + E].
  public static func freshError(real: Int, synthetic: Int, diversity: Double, fits: Int) -> Double {
    let (big, small) = (Double(real), Double(synthetic))
    let alpha = small / (big + small)
    var e = diversity / big
    for _ in 1..<max(fits, 1) {
      e = (1 - alpha) * (1 - alpha) * diversity / big + alpha * alpha * ((diversity - e) / small + e)
    }
    return e
  }
}

/// A Gaussian kernel density of width h refitted to its own samples, per coordinate, N(0, 1) data
/// (Kazdan et al. 2024).
public enum KernelSpread {
  /// The biased variance of the points after n fits: V_1 = 1 − 1/M, V′ = (1 − 1/M)(V + h²)
  /// → (M − 1)h².
  public static func replace(_ m: Int, bandwidth h: Double, fits n: Int) -> Double {
    let kept = 1 - 1 / Double(m)
    var v = kept
    for _ in 1..<max(n, 1) { v = kept * (v + h * h) }
    return v
  }

  /// E x² of the pooled points after n fits: 1 + h²(H_n − 1).
  public static func accumulate(bandwidth h: Double, fits n: Int) -> Double {
    1 + h * h * (harmonic(n) - 1)
  }
}
