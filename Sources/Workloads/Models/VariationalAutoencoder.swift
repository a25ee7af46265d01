import Engine
import Randomness

/// A variational autoencoder with one hidden layer each way (Kingma & Welling 2014, appendix C.2).
///
/// Axes: B batch, D data, H hidden, L latent.
package struct VariationalAutoencoder {
  let latent: Int
  /// [H, D], [2·L, H], [H, L], [D, H]; the first L outputs of `fc2` are the mean, the others the
  /// logarithm of the variance.
  let fc1, fc2, fc3, fc4: Linear

  package var variables: [Variable] { ([fc1, fc2, fc3, fc4] as [any Layer]).variables }

  package init(data: Int, hidden: Int, latent: Int, key: RandomKey) {
    self.latent = latent
    fc1 = Linear("fc1", inputs: data, outputs: hidden, key: key)
    fc2 = Linear("fc2", inputs: hidden, outputs: 2 * latent, key: key)
    fc3 = Linear("fc3", inputs: latent, outputs: hidden, key: key)
    fc4 = Linear("fc4", inputs: hidden, outputs: data, key: key)
  }

  /// x [B, D] → mean and log variance of the latent, [B, L] each.
  package func encoded(_ x: Tensor) -> (mean: Tensor, logVariance: Tensor) {
    let both = fc2(fc1(x).relu())  // [B, 2·L]
    return (
      both.sliced(along: 1, from: 0, count: latent),
      both.sliced(along: 1, from: latent, count: latent)
    )
  }

  /// z [B, L] → logits [B, D].
  package func decoded(_ z: Tensor) -> Tensor { fc4(fc3(z).relu()) }

  /// The negative evidence bound of x [B, D] for standard normal `noise` [B, L]: cross-entropy summed
  /// over pixels plus the divergence from N(0, I), the mean over the batch.
  package func loss(_ x: Tensor, noise: Tensor) -> Tensor {
    let (mean, logVariance) = encoded(x)
    let logits = decoded(mean + (0.5 * logVariance).exp() * noise)
    let reconstruction = logits.binaryCrossEntropy(x).total()
    let divergence = (1 + logVariance - mean.square() - logVariance.exp()).total() * -0.5
    return (reconstruction + divergence) * (1 / Float(x.shape[0]))
  }
}
