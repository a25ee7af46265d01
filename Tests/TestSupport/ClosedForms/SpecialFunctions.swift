import Glibc

/// c4(M): the mean of the sample standard deviation of M standard normal numbers,
/// √(2/(M−1)) Γ(M/2)/Γ((M−1)/2).
public func meanStandardDeviation(_ samples: Int) -> Double {
  let m = Double(samples)
  return (2 / (m - 1)).squareRoot() * exp(lgamma(m / 2) - lgamma((m - 1) / 2))
}

/// ψ(x) and ψ′(x) for x > 0, by their recurrences and asymptotic series; about 1e-15 relative.
public func polygamma(_ x: Double) -> (digamma: Double, trigamma: Double) {
  precondition(x > 0, "ψ at \(x)")
  var x = x
  var digamma = 0.0
  var trigamma = 0.0
  while x < 30 {
    digamma -= 1 / x
    trigamma += 1 / (x * x)
    x += 1
  }
  let s = 1 / (x * x)
  digamma += log(x) - 1 / (2 * x) - s * (1.0 / 12 - s * (1.0 / 120 - s / 252))
  trigamma += 1 / x + s / 2 + (s / x) * (1.0 / 6 - s * (1.0 / 30 - s / 42))
  return (digamma, trigamma)
}

/// H_n = Σ 1/i for i = 1 … n.
func harmonic(_ n: Int) -> Double { (1..<(n + 1)).reduce(0) { $0 + 1 / Double($1) } }

/// p_k ∝ 1/k on K categories.
func zipf(_ categories: Int) -> [Double] {
  let sum = harmonic(categories)
  return (1...categories).map { 1 / (Double($0) * sum) }
}
