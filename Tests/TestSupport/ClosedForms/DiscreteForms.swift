import Glibc

/// The number of draws that fall into one category, generation after generation: a Markov chain on
/// 0 … M with k′ ~ Binomial(M, k/M) (the Wright–Fisher chain). Exact; the discrete chain of Shumailov
/// et al. 2024 seen from one category.
public struct BinomialChain: Sendable {
  public let draws: Int
  /// [(M+1)×(M+1)], row k: the law of the next count.
  private let transition: [Double]

  /// - Complexity: O(M²).
  public init(draws: Int) {
    self.draws = draws
    transition = (0...draws).flatMap {
      BinomialChain.binomial(draws, Double($0) / Double(draws))
    }
  }

  /// The laws of the count after fits 1 … n, from probability p.
  ///
  /// - Complexity: O(n·M²).
  public func laws(from p: Double, fits n: Int) -> [[Double]] {
    var laws = [BinomialChain.binomial(draws, p)]
    while laws.count < n {
      var next = [Double](repeating: 0, count: draws + 1)
      for (k, mass) in laws[laws.count - 1].enumerated() where mass > 1e-300 {
        for j in 0...draws { next[j] += mass * transition[k * (draws + 1) + j] }
      }
      laws.append(next)
    }
    return laws
  }

  /// The probability that a category of probability p has died out after fit n.
  public func lost(_ p: Double, fits n: Int) -> Double { laws(from: p, fits: n)[n - 1][0] }

  /// The probability that it alone is left after fit n; → p.
  public func fixed(_ p: Double, fits n: Int) -> Double { laws(from: p, fits: n)[n - 1][draws] }

  /// E support_n = Σ_i (1 − P(i lost by n)).
  public func support(_ probabilities: [Double], fits n: Int) -> Double {
    probabilities.reduce(0) { $0 + 1 - lost($1, fits: n) }
  }

  /// E min(T, N) of the first fit T after which a single one of K equal categories is left:
  /// Σ_{n<N} P(T > n), P(T ≤ n) = K·P(one given category is fixed by n).
  public func absorptionTime(categories: Int, upTo n: Int) -> Double {
    let k = Double(categories)
    return laws(from: 1 / k, fits: n - 1).reduce(1) { $0 + 1 - k * $1[draws] }
  }

  /// The binomial law of n draws with probability p, [n+1].
  static func binomial(_ n: Int, _ p: Double) -> [Double] {
    if p <= 0 { return [1] + [Double](repeating: 0, count: n) }
    if p >= 1 { return [Double](repeating: 0, count: n) + [1] }
    return (0...n).map { k in
      let ways = lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
      return exp(ways + Double(k) * log(p) + Double(n - k) * log1p(-p))
    }
  }
}

/// 1 − Σp².
func heterozygosity(_ p: [Double]) -> Double { 1 - p.reduce(0) { $0 + $1 * $1 } }

/// p ∝ p_0^(τ^−(n−1)): n fits of exact frequencies sampled at temperature τ (Alemohammad et al. 2023,
/// sampling bias).
func tempered(_ p: [Double], temperature: Double, fits n: Int) -> [Double] {
  let weights = p.map { pow($0, pow(temperature, -Double(n - 1))) }
  return weights.map { $0 / weights.reduce(0, +) }
}
