import Engine

/// Encoder and decoder of a variational autoencoder (Kingma & Welling 2014).
///
/// Axes: B batch, L latent, K classes.
package protocol Autoencoder {
  var latent: Int { get }
  /// The extents of one sample, channels last.
  var dataShape: [Int] { get }
  /// The number of classes that both networks are told; 0 for none.
  var classes: Int { get }
  var variables: [Variable] { get }

  /// x [B] + `dataShape` → mean and log variance of the latent, [B, L] each.
  ///
  /// - Parameter labels: one-hot [B, K]; nil without classes.
  func encoded(_ x: Tensor, labels: Tensor?) -> (mean: Tensor, logVariance: Tensor)

  /// z [B, L] → [B] + `dataShape`: logits of a Bernoulli likelihood, or means of a Gaussian one.
  func decoded(_ z: Tensor, labels: Tensor?) -> Tensor
}

/// The law of a sample given its latent vector.
package enum Likelihood: Sendable, Hashable {
  /// Every number is the probability of a one: the cross-entropy with values in [0, 1].
  case bernoulli
  /// Normal with this standard deviation, the same for every number.
  case gaussian(deviation: Float)
}

extension Autoencoder {
  /// The two terms of the negative evidence bound of x [B] + `dataShape`, in nats a sample: the mean over
  /// the batch of −log p(x|z) summed over the numbers of a sample (of a Gaussian without its constant),
  /// and of the divergence of the latent's law from N(0, I).
  ///
  /// - Parameter noise: standard normal [B, L].
  package func bound(
    _ x: Tensor, noise: Tensor, labels: Tensor?, likelihood: Likelihood
  ) -> (reconstruction: Tensor, divergence: Tensor) {
    let (mean, logVariance) = encoded(x, labels: labels)
    let decoded = decoded(mean + (0.5 * logVariance).exp() * noise, labels: labels)
    let share = 1 / Float(x.shape[0])
    let reconstruction =
      switch likelihood {
      case .bernoulli: decoded.binaryCrossEntropy(x).total()
      case .gaussian(let deviation):
        (decoded - x).square().total() * (0.5 / (deviation * deviation))
      }
    let divergence = (1 + logVariance - mean.square() - logVariance.exp()).total() * -0.5
    return (reconstruction * share, divergence * share)
  }

  /// The negative evidence bound of x with a Bernoulli likelihood.
  package func loss(_ x: Tensor, noise: Tensor) -> Tensor {
    let (reconstruction, divergence) = bound(x, noise: noise, labels: nil, likelihood: .bernoulli)
    return reconstruction + divergence
  }
}
