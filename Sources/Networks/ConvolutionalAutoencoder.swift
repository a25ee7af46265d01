import Engine
import Randomness

/// The network of Shumailov et al. 2024: 4×4 convolutions of stride 2 to C and 2C channels with ReLU, two
/// linear heads; linear to the small image, transposed 4×4 convolutions of stride 2 back. With C = 64,
/// 28×28 images and a latent of 20 it has 647,081 parameters. As published, nothing stands between the
/// decoder's linear layer and its first transposed convolution. A class enters beside the flattened
/// features and beside the latent vector.
package struct ConvolutionalAutoencoder: Autoencoder {
  let down1, down2: ConvolutionLayer
  let mean, logVariance, fc: Linear
  let up1, up2: TransposedConvolutionLayer
  /// [h/4, w/4, 2·C]
  let smallShape: [Int]
  package let latent: Int
  package let dataShape: [Int]
  package let classes: Int

  package var variables: [Variable] {
    ([down1, down2, mean, logVariance, fc, up1, up2] as [any Layer]).variables
  }

  /// - Parameter image: [h, w, channels] of a sample, sides divisible by 4.
  package init(image: [Int], channels: Int, latent: Int, classes: Int = 0, key: RandomKey) {
    precondition(image[0] % 4 == 0 && image[1] % 4 == 0, "images \(image)")
    let small = [image[0] / 4, image[1] / 4, 2 * channels]
    let features = small.reduce(1, *)
    func down(_ name: String, _ inputs: Int, _ outputs: Int) -> ConvolutionLayer {
      ConvolutionLayer(
        name, inputs: inputs, outputs: outputs, kernel: 4, stride: 2, padding: 1, key: key)
    }
    func up(_ name: String, _ inputs: Int, _ outputs: Int) -> TransposedConvolutionLayer {
      TransposedConvolutionLayer(
        name, inputs: inputs, outputs: outputs, kernel: 4, stride: 2, padding: 1, key: key)
    }
    func head(_ name: String) -> Linear {
      // A file has the pixels channels first; with classes behind them the order stays ours.
      Linear(
        name, inputs: features + classes, outputs: latent, inputImage: classes == 0 ? small : nil,
        key: key)
    }
    down1 = down("encoder.conv1", image[2], channels)
    down2 = down("encoder.conv2", channels, 2 * channels)
    mean = head("encoder.fc_mu")
    logVariance = head("encoder.fc_logvar")
    fc = Linear(
      "decoder.fc", inputs: latent + classes, outputs: features, outputImage: small, key: key)
    up1 = up("decoder.conv2", 2 * channels, channels)
    up2 = up("decoder.conv1", channels, image[2])
    smallShape = small
    dataShape = image
    self.latent = latent
    self.classes = classes
  }

  package func encoded(_ x: Tensor, labels: Tensor?) -> (mean: Tensor, logVariance: Tensor) {
    let features = down2(down1(x).relu()).relu().reshaped([x.shape[0], -1]).beside(labels)
    return (mean(features), logVariance(features))
  }

  package func decoded(_ z: Tensor, labels: Tensor?) -> Tensor {
    let small = fc(z.beside(labels)).reshaped([z.shape[0]] + smallShape)  // [B, h/4, w/4, 2·C]
    return up2(up1(small).relu())
  }
}
