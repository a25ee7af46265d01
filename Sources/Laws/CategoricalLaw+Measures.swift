import Glibc

extension CategoricalLaw {
  /// Shannon entropy in nats, with 0·ln 0 = 0.
  public var entropy: Double {
    probabilities.reduce(0) { $1 == 0 ? $0 : $0 - $1 * log($1) }
  }

  /// 1 − Σp²: the probability that two draws differ, and the total variance of a one-hot draw.
  public var heterozygosity: Double { 1 - probabilities.reduce(0) { $0 + $1 * $1 } }

  /// The number of categories with p > 0.
  public var support: Int { probabilities.reduce(0) { $1 > 0 ? $0 + 1 : $0 } }

  /// The index of the only category left; `nil` while there are several.
  public var fixedState: Int? {
    support == 1 ? probabilities.firstIndex { $0 > 0 } : nil
  }

  /// The largest probability.
  public var largestProbability: Double { probabilities.max() ?? .nan }
}
