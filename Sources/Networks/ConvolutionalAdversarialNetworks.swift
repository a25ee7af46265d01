import Engine
import Randomness

/// Generator: linear L → h/4×w/4×2C, ReLU, two transposed 4×4 convolutions of stride 2 to C channels,
/// ReLU, and to the image's. Critic: 4×4 convolutions of stride 2 to C and 2C channels, leaky ReLU 0.2,
/// linear to the score. A class enters the generator beside the noise and the critic by projection.
package struct ConvolutionalAdversarialNetworks: AdversarialNetworks {
  let fc: Linear
  let up1, up2: TransposedConvolutionLayer
  let down1, down2: ConvolutionLayer
  let head: CriticHead
  /// After `fc` and after `up1`; empty without batch normalisation.
  let generatorNorms: [BatchNormalisation]
  /// After `down2`: the critic's first layer has none (Radford et al. 2016).
  let criticNorm: BatchNormalisation?
  let output: OutputRange
  /// [h/4, w/4, 2·C]
  let smallShape: [Int]
  package let latent: Int
  package let classes: Int
  package let imageShape: [Int]
  package let spectra: [SpectralNormalisation]

  package var criticSeesBatch: Bool { criticNorm != nil }

  package var generatorVariables: [Variable] {
    ([fc, up1, up2] as [any Layer]).variables + generatorNorms.flatMap(\.variables)
  }
  package var criticVariables: [Variable] {
    down1.variables + down2.variables + head.variables + (criticNorm?.variables ?? [])
      + spectra.flatMap(\.variables)
  }

  /// - Parameters:
  ///   - image: [h, w, channels] of a sample, sides divisible by 4.
  ///   - powerIterations: in each step of a spectrally normalised critic; nil for other critics.
  package init(
    latent: Int, channels: Int, image: [Int], output: OutputRange = .sigmoid, classes: Int = 0,
    normalised: BatchNormalised = .none, powerIterations: Int? = nil, key: RandomKey
  ) {
    precondition(image[0] % 4 == 0 && image[1] % 4 == 0, "images \(image)")
    let small = [image[0] / 4, image[1] / 4, 2 * channels]
    let pixels = small.reduce(1, *)
    fc = Linear(
      "generator.fc", inputs: latent + classes, outputs: pixels, outputImage: small, key: key)
    up1 = TransposedConvolutionLayer(
      "generator.conv1", inputs: 2 * channels, outputs: channels, kernel: 4, stride: 2, padding: 1,
      key: key)
    up2 = TransposedConvolutionLayer(
      "generator.conv2", inputs: channels, outputs: image[2], kernel: 4, stride: 2, padding: 1,
      key: key)
    let weightName = powerIterations != nil ? "weight_orig" : "weight"
    down1 = ConvolutionLayer(
      "critic.conv1", inputs: image[2], outputs: channels, kernel: 4, stride: 2, padding: 1,
      weightName: weightName, key: key)
    down2 = ConvolutionLayer(
      "critic.conv2", inputs: channels, outputs: 2 * channels, kernel: 4, stride: 2, padding: 1,
      weightName: weightName, key: key)
    let score = Linear(
      "critic.fc", inputs: pixels, outputs: 1, inputImage: small, weightName: weightName, key: key)
    head = CriticHead(score, classes: classes, key: key)
    generatorNorms =
      normalised == .none
      ? []
      : [
        BatchNormalisation("generator.norm1", channels: 2 * channels),
        BatchNormalisation("generator.norm2", channels: channels),
      ]
    criticNorm =
      normalised == .both ? BatchNormalisation("critic.norm2", channels: 2 * channels) : nil
    let weights = [down1.weight, down2.weight] + head.weights
    spectra = powerIterations.map { count in
      weights.map { SpectralNormalisation($0, iterations: count, key: key) }
    } ?? []
    smallShape = small
    imageShape = image
    self.latent = latent
    self.classes = classes
    self.output = output
  }

  package func generated(
    _ z: Tensor, labels: Tensor?, running: inout RunningValues?
  ) -> Tensor {
    let input = labels.map { concatenate([z, $0], along: 1) } ?? z
    let small = fc(input).reshaped([z.shape[0]] + smallShape)  // [B, h/4, w/4, 2·C]
      .normalised(generatorNorms.first, &running).relu()
    return output(up2(up1(small).normalised(generatorNorms.last, &running).relu()))
  }

  package func scores(
    _ images: Tensor, labels: Tensor?, weights: [Tensor], running: inout RunningValues?
  ) -> Tensor {
    func weight(_ layer: Int) -> Tensor? { weights.isEmpty ? nil : weights[layer] }
    let first = down1(images, weight: weight(0)).leakyRelu(slope: 0.2)
    let small = down2(first, weight: weight(1)).normalised(criticNorm, &running)
      .leakyRelu(slope: 0.2)  // [B, h/4, w/4, 2·C]
    return head(small.reshaped([images.shape[0], -1]), labels: labels, weights: weights.dropFirst(2))
  }
}
