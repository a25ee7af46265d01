import Glibc

extension CategoricalLaw {
  /// The law at temperature `bias`: probabilities p^(1/λ), normalised. λ = 1 returns the law itself;
  /// towards 0 only the most probable categories remain (Shumailov et al. 2024, sampling with
  /// temperature).
  public func biased(by bias: Double) -> CategoricalLaw {
    bias == 1
      ? self : CategoricalLaw(probabilities: sharpened(probabilities[...], temperature: bias))
  }
}

extension TokenLaw {
  /// The token law of every context at temperature `bias`; the contexts' law stays.
  public func biased(by bias: Double) -> TokenLaw {
    guard bias != 1 else { return self }
    var tokens: [Double] = []
    tokens.reserveCapacity(tokenProbabilities.count)
    for context in 0..<contexts {
      let row = tokenProbabilities[context * vocabulary..<(context + 1) * vocabulary]
      tokens += sharpened(row, temperature: bias)
    }
    return TokenLaw(
      contexts: contexts, vocabulary: vocabulary, contextProbabilities: contextProbabilities,
      tokenProbabilities: tokens)
  }
}

extension GaussianLaw {
  /// The law with its covariance multiplied by `bias` (Alemohammad et al. 2023, section 3).
  public func biased(by bias: Double) -> GaussianLaw {
    bias == 1 ? self : GaussianLaw(mean: mean, covariance: covariance.map { $0 * bias })
  }
}

extension Law {
  /// The law that a model with this fitted law samples under the sampling bias λ = `bias`:
  /// covariances, kernel variances and noise variances times λ, discrete laws at temperature λ.
  public func biased(by bias: Double) -> Law {
    guard bias != 1 else { return self }
    switch self {
    case .gaussian(let law): return .gaussian(law.biased(by: bias))
    case .mixture(let law):
      return .mixture(
        MixtureLaw(
          weights: law.weights, components: law.components.map { $0.biased(by: bias) }))
    case .categorical(let law): return .categorical(law.biased(by: bias))
    case .kernelDensity(let law):
      return .kernelDensity(
        KernelDensityLaw(
          dimension: law.dimension, points: law.points,
          bandwidth: law.bandwidth * bias.squareRoot()))
    case .regression(let law):
      return .regression(
        RegressionLaw(
          coefficients: law.coefficients, noiseVariance: law.noiseVariance * bias))
    case .tokens(let law): return .tokens(law.biased(by: bias))
    }
  }
}

/// p^(1/temperature), normalised; computed relative to the largest entry so that nothing overflows.
private func sharpened(_ probabilities: ArraySlice<Double>, temperature: Double) -> [Double] {
  let top = probabilities.max() ?? 0
  guard top > 0 else { return Array(probabilities) }
  var sum = 0.0
  var result: [Double] = []
  result.reserveCapacity(probabilities.count)
  for probability in probabilities {
    let value = probability > 0 ? exp(log(probability / top) / temperature) : 0
    result.append(value)
    sum += value
  }
  for index in result.indices { result[index] /= sum }
  return result
}
