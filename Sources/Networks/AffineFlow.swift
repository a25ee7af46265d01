import Engine
import Foundation
import Randomness

/// A flow of affine couplings on points of the plane (Dinh et al. 2017, equations 7 and 8).
///
/// Coupling n keeps coordinate n mod 2, a, and maps the other: b′ = b·exp(s) + t with s = tanh(r), where
/// (r, t) is a network 1-H-H-2 of a.
///
/// Axes: B batch, H hidden.
package struct AffineFlow {
  struct Coupling {
    let fc1, fc2, fc3: Linear
    var variables: [Variable] { ([fc1, fc2, fc3] as [any Layer]).variables }

    init(_ name: String, hidden: Int, key: RandomKey) {
      fc1 = Linear("\(name).fc1", inputs: 1, outputs: hidden, key: key)
      fc2 = Linear("\(name).fc2", inputs: hidden, outputs: hidden, key: key)
      fc3 = Linear("\(name).fc3", inputs: hidden, outputs: 2, key: key)
    }

    /// a [B, 1] → s and t, [B, 1] each.
    func scaleAndShift(_ a: Tensor) -> (s: Tensor, t: Tensor) {
      let both = fc3(fc2(fc1(a).relu()).relu())  // [B, 2]
      return (
        both.sliced(along: 1, from: 0, count: 1).tanh(), both.sliced(along: 1, from: 1, count: 1)
      )
    }
  }

  let couplings: [Coupling]
  package var variables: [Variable] { couplings.flatMap(\.variables) }

  package init(couplings: Int, hidden: Int, key: RandomKey) {
    self.couplings = (0..<couplings).map {
      Coupling("couplings.\($0)", hidden: hidden, key: key)
    }
  }

  /// Points [B, 2] → the two coordinates of their latents, [B, 1] each, and the logarithm of the
  /// determinant [B, 1].
  package func latent(_ x: Tensor) -> (coordinates: [Tensor], logDeterminant: Tensor) {
    var parts = (0..<2).map { x.sliced(along: 1, from: $0, count: 1) }
    var total: Tensor?
    for (index, coupling) in couplings.enumerated() {
      let moved = 1 - index % 2
      let (s, t) = coupling.scaleAndShift(parts[1 - moved])
      parts[moved] = parts[moved] * s.exp() + t
      total = total.map { $0 + s } ?? s
    }
    return (parts, total ?? x.graph.fill(0, [x.shape[0], 1]))
  }

  /// The mean over points of −log density: |z|²/2 + log 2π − log determinant.
  package func loss(_ x: Tensor) -> Tensor {
    let (z, logDeterminant) = latent(x)
    let distance = 0.5 * (z[0].square() + z[1].square())
    return (distance - logDeterminant).average() + Float(log(2 * Double.pi))
  }

  /// The inverse: latents [B, 2] → points [B, 2].
  package func points(_ z: Tensor) -> Tensor {
    var parts = (0..<2).map { z.sliced(along: 1, from: $0, count: 1) }
    for (index, coupling) in couplings.enumerated().reversed() {
      let moved = 1 - index % 2
      let (s, t) = coupling.scaleAndShift(parts[1 - moved])
      parts[moved] = (parts[moved] - t) * (-s).exp()
    }
    return concatenate(parts, along: 1)
  }
}
