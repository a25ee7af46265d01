import Engine

/// The two networks of a generative adversarial network (Goodfellow et al. 2014).
///
/// Axes: B batch, L latent.
package protocol AdversarialNetworks {
  /// The extents of one image, channels last.
  var imageShape: [Int] { get }
  var generatorVariables: [Variable] { get }
  var criticVariables: [Variable] { get }

  /// z [B, L] → images [B] + `imageShape` in (0, 1).
  func generated(_ z: Tensor) -> Tensor

  /// Images [B] + `imageShape` → scores [B, 1].
  func scores(_ images: Tensor) -> Tensor
}

extension AdversarialNetworks {
  /// The mean over samples of (|∇ₓ D(x)| − 1)² (Gulrajani et al. 2017, equation 3); the norm runs over
  /// all pixels of a sample.
  package func penalty(_ images: Tensor) -> Tensor {
    let slope = gradients(of: scores(images), withRespectTo: [images])[0]
    let squares = slope.square().sum(along: Array(1..<slope.rank))
    // The root has no slope at 0: there the penalty takes none.
    return (squares.maximum(1e-30).sqrt() - 1).square().average()
  }

  /// What the critic minimises (Gulrajani et al. 2017, algorithm 1): mean D(fake) − mean D(real) +
  /// weight·penalty between them. Real and fake images go through the critic as one batch: nothing in
  /// it connects samples, and one product over 2·B rows is faster than two.
  ///
  /// - Parameters:
  ///   - mix: [B, 1…] in [0, 1), the share of the real image where the penalty is taken; nil for none.
  package func criticLoss(real: Tensor, fake: Tensor, mix: Tensor?, penaltyWeight: Float) -> Tensor {
    let batch = real.shape[0]
    let share = 1 / Float(batch)
    let signs = real.graph.constant(
      [Float](repeating: -share, count: batch) + [Float](repeating: share, count: batch),
      [2 * batch, 1])
    let distance = (scores(concatenate([real, fake], along: 0)) * signs).total()
    guard let mix else { return distance }
    return distance + penaltyWeight * penalty(fake + mix * (real - fake))
  }
}
