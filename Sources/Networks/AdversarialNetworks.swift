import Engine

/// The two networks of a generative adversarial network (Goodfellow et al. 2014).
///
/// Axes: B batch, L latent, K classes.
package protocol AdversarialNetworks {
  var latent: Int { get }
  /// The extents of one sample, channels last.
  var imageShape: [Int] { get }
  /// The number of classes that both networks are told; 0 for none.
  var classes: Int { get }
  var generatorVariables: [Variable] { get }
  var criticVariables: [Variable] { get }
  /// One for each layer of a spectrally normalised critic, in order, and behind them that of the table of
  /// classes where there is one; empty for other critics.
  var spectra: [SpectralNormalisation] { get }
  /// Whether the critic's score of a sample depends on the others of its batch.
  var criticSeesBatch: Bool { get }

  /// z [B, L] → samples [B] + `imageShape`.
  ///
  /// - Parameters:
  ///   - labels: one-hot [B, K]; nil without classes.
  ///   - running: collects the new running means of batch normalisation, which then uses the batch's
  ///     own moments; nil for a trained network, which uses the running ones.
  func generated(_ z: Tensor, labels: Tensor?, running: inout RunningValues?) -> Tensor

  /// Samples [B] + `imageShape` → scores [B, 1].
  ///
  /// - Parameter weights: stand in for the weights of the layers, as `spectra` give them; empty for
  ///   the variables' own.
  func scores(
    _ images: Tensor, labels: Tensor?, weights: [Tensor], running: inout RunningValues?
  ) -> Tensor
}

/// Running means and what they become after this batch.
package typealias RunningValues = [(variable: Variable, newest: Tensor)]

/// Which layers of an adversarial pair are followed by batch normalisation (Ioffe & Szegedy 2015).
package enum BatchNormalised: String, CaseIterable, Sendable {
  case none, generator, both
}

/// How a generator's last layer is bounded: samples in (0, 1) or anywhere.
package enum OutputRange: String, CaseIterable, Sendable {
  case sigmoid, linear

  package func callAsFunction(_ x: Tensor) -> Tensor { self == .sigmoid ? x.sigmoid() : x }
}

extension AdversarialNetworks {
  /// Trained networks without classes.
  package func generated(_ z: Tensor) -> Tensor {
    var none: RunningValues?
    return generated(z, labels: nil, running: &none)
  }

  /// Scores by the variables' own weights, without classes.
  package func scores(_ images: Tensor) -> Tensor {
    var none: RunningValues?
    return scores(images, labels: nil, weights: [], running: &none)
  }

  /// The Euclidean norm of ∇ₓ D(x) for each of B samples, [B, 1…]: over all numbers of a sample, not
  /// along one axis.
  package func slopes(
    _ images: Tensor, labels: Tensor? = nil, weights: [Tensor] = []
  ) -> Tensor {
    var none: RunningValues?
    let scores = scores(images, labels: labels, weights: weights, running: &none)
    let slope = gradients(of: scores, withRespectTo: [images])[0]
    let squares = slope.square().sum(along: Array(1..<slope.rank))
    // The root has no slope at 0: there the penalty takes none.
    return squares.maximum(1e-30).sqrt()
  }

  /// The mean over samples of (|∇ₓ D(x)| − 1)² (Gulrajani et al. 2017, equation 3).
  package func penalty(_ images: Tensor) -> Tensor {
    (slopes(images) - 1).square().average()
  }

  /// What the critic minimises (Gulrajani et al. 2017, algorithm 1): mean D(fake) − mean D(real) +
  /// weight·penalty between them.
  ///
  /// - Parameters:
  ///   - mix: [B, 1…] in [0, 1), the share of the real image where the penalty is taken; nil for none.
  package func criticLoss(real: Tensor, fake: Tensor, mix: Tensor?, penaltyWeight: Float) -> Tensor {
    var none: RunningValues?
    let (ofReal, ofFake) = scores(real: real, fake: fake, labels: nil, weights: [], running: &none)
    let distance = ofFake.average() - ofReal.average()
    guard let mix else { return distance }
    return distance + penaltyWeight * penalty(fake + mix * (real - fake))
  }

  /// Scores of real and of fake images, [B, 1] each. Where nothing in the critic connects samples they
  /// go through it as one batch: one product over 2·B rows is faster than two.
  package func scores(
    real: Tensor, fake: Tensor, labels: Tensor?, weights: [Tensor], running: inout RunningValues?
  ) -> (real: Tensor, fake: Tensor) {
    if criticSeesBatch {
      return (
        scores(real, labels: labels, weights: weights, running: &running),
        scores(fake, labels: labels, weights: weights, running: &running)
      )
    }
    let batch = real.shape[0]
    let both = scores(
      concatenate([real, fake], along: 0),
      labels: labels.map { concatenate([$0, $0], along: 0) }, weights: weights, running: &running)
    return (
      both.sliced(along: 0, from: 0, count: batch), both.sliced(along: 0, from: batch, count: batch)
    )
  }
}

extension Tensor {
  /// int32 labels [B] as rows of zeros with a one, [B, classes].
  package func oneHot(_ classes: Int) -> Tensor {
    let places = graph.indices(along: -1, [shape[0], classes])
    let wanted = cast(to: .float32).reshaped([shape[0], 1])
    return (places .== wanted).select(graph.fill(1, places.shape), 0)
  }
}
