/// One coordinate of a Gaussian fitted with the unbiased variance to fresh real samples and samples
/// from earlier models, in expectation: the fresh data loop of Alemohammad et al. 2023 and its
/// K-generation memory (appendix G).
///
/// With N samples in all, n_k of them from model k (mean μ_k, variance λ v_k), N μ′ is a sum of
/// independent parts given the models, so the covariances of all means follow exactly:
/// E μ′² = ΣΣ n_j n_k E μ_j μ_k/N² + (n_r + Σ n_k λ v_k)/N², E μ′ μ_j = Σ n_k E μ_k μ_j/N, and
/// (N−1) v′ = n_r + Σ n_k (λ v_k + E μ_k²) − N E μ′².
public struct PooledMoments: Sendable {
  /// E μ² and E σ² after fits 1 … n.
  public private(set) var meanSquares: [Double]
  public private(set) var variances: [Double]
  /// E μ_j μ_k, row j has entries 0 … j.
  private var products: [[Double]]

  /// - Parameters:
  ///   - first: samples of generation 0.
  ///   - memory: K; a share of `synthetic` from each of the last K models, the first shares taking
  ///     the remainder.
  /// - Complexity: O(fits²·memory).
  public init(first: Int, real: Int, synthetic: Int, bias: Double = 1, memory: Int = 1, fits: Int) {
    meanSquares = [1 / Double(first)]
    variances = [1]
    products = [[1 / Double(first)]]
    let total = Double(real + synthetic)
    while variances.count < fits {
      let fit = variances.count
      let available = min(memory, fit)
      let sources = (0..<available).map { index in
        (fit - available + index, Double(synthetic / available + (index < synthetic % available ? 1 : 0)))
      }
      var row = (0..<fit).map { j in
        sources.reduce(0) { $0 + $1.1 * product($1.0, j) } / total
      }
      let noise = sources.reduce(Double(real)) { $0 + $1.1 * bias * variances[$1.0] }
      let square =
        sources.reduce(0) { $0 + $1.1 * row[$1.0] } / total + noise / (total * total)
      row.append(square)
      products.append(row)
      let spread = sources.reduce(noise) { $0 + $1.1 * meanSquares[$1.0] }
      meanSquares.append(square)
      variances.append((spread - total * square) / (total - 1))
    }
  }

  private func product(_ j: Int, _ k: Int) -> Double { j >= k ? products[j][k] : products[k][j] }
}
