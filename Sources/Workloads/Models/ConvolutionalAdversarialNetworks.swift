import Engine
import Randomness

/// Generator: linear L → S×S×2C, ReLU, two transposed 4×4 convolutions of stride 2 to C channels, ReLU,
/// and to one, sigmoid. Critic: 4×4 convolutions of stride 2, 1 → C → 2C, leaky ReLU 0.2, linear to
/// the score. Images are [4·S, 4·S, 1].
package struct ConvolutionalAdversarialNetworks: AdversarialNetworks {
  let fc: Linear
  let up1, up2: TransposedConvolutionLayer
  let down1, down2: ConvolutionLayer
  let score: Linear
  /// [S, S, 2·C]
  let smallShape: [Int]
  package let imageShape: [Int]

  package var generatorVariables: [Variable] { ([fc, up1, up2] as [any Layer]).variables }
  package var criticVariables: [Variable] { ([down1, down2, score] as [any Layer]).variables }

  package init(latent: Int, channels: Int, side: Int, key: RandomKey) {
    smallShape = [side, side, 2 * channels]
    imageShape = [4 * side, 4 * side, 1]
    let pixels = smallShape.reduce(1, *)
    fc = Linear(
      "generator.fc", inputs: latent, outputs: pixels, outputImage: smallShape, key: key)
    up1 = TransposedConvolutionLayer(
      "generator.conv1", inputs: 2 * channels, outputs: channels, kernel: 4, stride: 2, padding: 1,
      key: key)
    up2 = TransposedConvolutionLayer(
      "generator.conv2", inputs: channels, outputs: 1, kernel: 4, stride: 2, padding: 1, key: key)
    down1 = ConvolutionLayer(
      "critic.conv1", inputs: 1, outputs: channels, kernel: 4, stride: 2, padding: 1, key: key)
    down2 = ConvolutionLayer(
      "critic.conv2", inputs: channels, outputs: 2 * channels, kernel: 4, stride: 2, padding: 1,
      key: key)
    score = Linear("critic.fc", inputs: pixels, outputs: 1, inputImage: smallShape, key: key)
  }

  package func generated(_ z: Tensor) -> Tensor {
    let small = fc(z).relu().reshaped([z.shape[0]] + smallShape)  // [B, S, S, 2·C]
    return up2(up1(small).relu()).sigmoid()
  }

  package func scores(_ images: Tensor) -> Tensor {
    let small = down2(down1(images).leakyRelu(slope: 0.2)).leakyRelu(slope: 0.2)  // [B, S, S, 2·C]
    return score(small.reshaped([images.shape[0], -1]))
  }
}
