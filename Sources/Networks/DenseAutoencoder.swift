import Engine
import Randomness

/// Encoder and decoder with one hidden layer each (Kingma & Welling 2014, appendix C.2). A class enters
/// beside the encoder's hidden layer and beside the latent vector.
///
/// Axes: B batch, D data, H hidden, L latent, K classes.
package struct DenseAutoencoder: Autoencoder {
  package let latent: Int
  package let dataShape: [Int]
  package let classes: Int
  /// [H, D], [2·L, H + K], [H, L + K], [D, H]; the first L outputs of `fc2` are the mean, the others the
  /// logarithm of the variance.
  let fc1, fc2, fc3, fc4: Linear

  package var variables: [Variable] { ([fc1, fc2, fc3, fc4] as [any Layer]).variables }

  package init(data: Int, hidden: Int, latent: Int, classes: Int = 0, key: RandomKey) {
    self.latent = latent
    self.classes = classes
    dataShape = [data]
    fc1 = Linear("fc1", inputs: data, outputs: hidden, key: key)
    fc2 = Linear("fc2", inputs: hidden + classes, outputs: 2 * latent, key: key)
    fc3 = Linear("fc3", inputs: latent + classes, outputs: hidden, key: key)
    fc4 = Linear("fc4", inputs: hidden, outputs: data, key: key)
  }

  package func encoded(_ x: Tensor, labels: Tensor?) -> (mean: Tensor, logVariance: Tensor) {
    let both = fc2(fc1(x).relu().beside(labels))  // [B, 2·L]
    return (
      both.sliced(along: 1, from: 0, count: latent),
      both.sliced(along: 1, from: latent, count: latent)
    )
  }

  package func decoded(_ z: Tensor, labels: Tensor?) -> Tensor {
    fc4(fc3(z.beside(labels)).relu())
  }
}

extension Tensor {
  /// These rows [B, n] with one-hot labels [B, K] behind them, where there are any.
  func beside(_ labels: Tensor?) -> Tensor {
    labels.map { concatenate([self, $0], along: 1) } ?? self
  }
}
