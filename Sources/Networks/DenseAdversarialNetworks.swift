import Engine
import Randomness

/// Generator L-H-…-H-D, ReLU; critic D-H-…-H-1, ReLU. A class enters the generator beside the noise and
/// the critic by projection.
package struct DenseAdversarialNetworks: AdversarialNetworks {
  let generator, critic: [Linear]
  let generatorNorms, criticNorms: [BatchNormalisation]
  let head: CriticHead
  let output: OutputRange
  package let latent: Int
  package let classes: Int
  package let imageShape: [Int]
  package let spectra: [SpectralNormalisation]

  package var criticSeesBatch: Bool { !criticNorms.isEmpty }

  package var generatorVariables: [Variable] {
    generator.flatMap(\.variables) + generatorNorms.flatMap(\.variables)
  }
  package var criticVariables: [Variable] {
    critic.flatMap(\.variables) + head.variables + criticNorms.flatMap(\.variables)
      + spectra.flatMap(\.variables)
  }

  /// - Parameters:
  ///   - hidden: the widths of the hidden layers, the same in both networks.
  ///   - data: numbers a sample.
  ///   - powerIterations: in each step of a spectrally normalised critic; nil for other critics.
  package init(
    latent: Int, hidden: [Int], data: Int, output: OutputRange = .sigmoid, classes: Int = 0,
    normalised: BatchNormalised = .none, powerIterations: Int? = nil, key: RandomKey
  ) {
    func chain(_ name: String, _ widths: [Int], _ weightName: String) -> [Linear] {
      (1..<widths.count).map {
        Linear(
          "\(name).fc\($0)", inputs: widths[$0 - 1], outputs: widths[$0], weightName: weightName,
          key: key)
      }
    }
    func norms(_ name: String) -> [BatchNormalisation] {
      hidden.indices.map { BatchNormalisation("\(name).norm\($0 + 1)", channels: hidden[$0]) }
    }
    generator = chain("generator", [latent + classes] + hidden + [data], "weight")
    let layers = chain("critic", [data] + hidden + [1], powerIterations != nil ? "weight_orig" : "weight")
    critic = Array(layers.dropLast())
    head = CriticHead(layers[layers.count - 1], classes: classes, key: key)
    generatorNorms = normalised == .none ? [] : norms("generator")
    criticNorms = normalised == .both ? norms("critic") : []
    let weights = critic.map(\.weight) + head.weights
    spectra = powerIterations.map { count in
      weights.map { SpectralNormalisation($0, iterations: count, key: key) }
    } ?? []
    imageShape = [data]
    self.latent = latent
    self.classes = classes
    self.output = output
  }

  package func generated(
    _ z: Tensor, labels: Tensor?, running: inout RunningValues?
  ) -> Tensor {
    var h = labels.map { concatenate([z, $0], along: 1) } ?? z
    for (index, layer) in generator.enumerated() {
      h = layer(h)
      if index + 1 == generator.count { break }
      h = h.normalised(generatorNorms.isEmpty ? nil : generatorNorms[index], &running).relu()
    }
    return output(h)
  }

  package func scores(
    _ images: Tensor, labels: Tensor?, weights: [Tensor], running: inout RunningValues?
  ) -> Tensor {
    var h = images
    for (index, layer) in critic.enumerated() {
      h = layer(h, weight: weights.isEmpty ? nil : weights[index])
        .normalised(criticNorms.isEmpty ? nil : criticNorms[index], &running).relu()
    }
    return head(h, labels: labels, weights: weights.dropFirst(critic.count))
  }
}
