import Engine
import Foundation

extension GoldenCase {
  static let images: [GoldenCase] = [
    classified("convolution") {
      let conv = ConvolutionLayer(
        "conv", inputs: 2, outputs: 4, kernel: 3, stride: 2, padding: 1, key: key)
      let fc = Linear("fc", inputs: 80, outputs: 3, inputImage: [5, 4, 4], key: key)
      return ([conv, fc], { (fc(conv($0).leakyRelu(slope: 0.2).reshaped([3, -1])), []) })
    },
    classified("convolution_dilated_groups") {
      let window = Window(
        kernel: [3, 2], stride: [1, 2], padding: [[1, 1], [2, 2]], dilation: [2, 1])
      let conv1 = ConvolutionLayer("conv1", inputs: 2, outputs: 4, window: window, key: key)
      let conv2 = ConvolutionLayer(
        "conv2", inputs: 4, outputs: 6, kernel: 3, groups: 2, hasBias: false, key: key)
      let fc = Linear("fc", inputs: 90, outputs: 3, inputImage: [5, 3, 6], key: key)
      return (
        [conv1, conv2, fc], { (fc(conv2(conv1($0).tanh()).tanh().reshaped([3, -1])), []) }
      )
    },
    squared("transposed_convolution") {
      let fc = Linear("fc", inputs: 5, outputs: 36, outputImage: [3, 3, 4], key: key)
      let conv1 = TransposedConvolutionLayer(
        "conv1", inputs: 4, outputs: 3, kernel: 4, stride: 2, padding: 1, key: key)
      let conv2 = TransposedConvolutionLayer(
        "conv2", inputs: 3, outputs: 1, kernel: 3, stride: 2, padding: 1, outputPadding: 1, key: key)
      return (
        [fc, conv1, conv2],
        { x in
          let image = fc(x).reshaped([3, 3, 3, 4]).leakyRelu(slope: 0.2)
          return conv2(conv1(image).leakyRelu(slope: 0.2)).sigmoid()
        }
      )
    },
    classified("batch_norm_image") {
      let conv = ConvolutionLayer(
        "conv", inputs: 1, outputs: 4, kernel: 3, hasBias: false, key: key)
      let norm = BatchNormalisation("norm", channels: 4)
      let fc = Linear("fc", inputs: 64, outputs: 3, inputImage: [4, 4, 4], key: key)
      return (
        [conv, norm, fc],
        { x in
          let (image, updates) = norm.training(conv(x))
          return (fc(image.silu().reshaped([4, -1])), updates)
        }
      )
    },
    classified("pooling") {
      let conv1 = ConvolutionLayer("conv1", inputs: 1, outputs: 3, kernel: 3, padding: 1, key: key)
      let conv2 = ConvolutionLayer("conv2", inputs: 3, outputs: 3, kernel: 3, padding: 1, key: key)
      let fc = Linear("fc", inputs: 48, outputs: 3, inputImage: [4, 4, 3], key: key)
      return (
        [conv1, conv2, fc],
        { x in
          let small = conv2(conv1(x).maximumPooled(2).tanh())
          let pooled = small.upsampled(by: 2).averagePooled(4, stride: 2, padding: 1)
          return (fc(pooled.reshaped([3, -1])), [])
        }
      )
    },
    GoldenCase(name: "residual_block") {
      let block = ResidualBlock("", inputs: 4, outputs: 6, embedding: 5, groups: 2, key: key)
      return Model(variables: block.variables) { _, inputs in
        let y = block(inputs["x"]!, embedding: inputs["embedding"]!)
        return Pass(outputs: ["y": y], loss: y.meanSquaredError(inputs["target"]!))
      }
    },
    squared("image_attention") {
      let attention = ImageAttention("", channels: 6, groups: 2, key: key)
      return ([attention], { attention($0) })
    },
    GoldenCase(name: "unet", indices: ["class"]) {
      let net = UNet()
      return Model(variables: net.variables) { _, inputs in
        let y = net(inputs["x"]!, time: inputs["time"]!, label: inputs["class"]!)
        return Pass(outputs: ["y": y], loss: y.meanSquaredError(inputs["target"]!))
      }
    },
  ]

  /// `Tests/Peers/training/ddpm.py`'s network with 4 and 8 channels on images 8×8.
  private struct UNet: Layer {
    let time1 = Linear("time1", inputs: 4, outputs: 6, key: key)
    let time2 = Linear("time2", inputs: 6, outputs: 6, key: key)
    let classes = Embedding("class_embedding", rows: 3, width: 6, key: key)
    let convIn = ConvolutionLayer("conv_in", inputs: 1, outputs: 4, kernel: 3, padding: 1, key: key)
    let down1 = block("down1.block", 4, 4)
    let sample1 = sample("down1", 4, 4, 2)
    let down2 = block("down2.block", 4, 8)
    let sample2 = sample("down2", 8, 8, 2)
    let middle1 = block("middle1", 8, 8)
    let attention = ImageAttention("attention", channels: 8, groups: 2, key: key)
    let middle2 = block("middle2", 8, 8)
    let up2 = block("up2.block", 16, 8)
    let upSample2 = sample("up2", 8, 8, 1)
    let up1 = block("up1.block", 8, 4)
    let upSample1 = sample("up1", 8, 4, 1)
    let normOut = GroupNormalisation("norm_out", groups: 2, channels: 4)
    let convOut = ConvolutionLayer("conv_out", inputs: 4, outputs: 1, kernel: 3, padding: 1, key: key)

    var variables: [Variable] {
      let layers: [any Layer] = [
        time1, time2, classes, convIn, down1, sample1, down2, sample2, middle1, attention, middle2,
        up2, upSample2, up1, upSample1, normOut, convOut,
      ]
      return layers.variables
    }

    static func block(_ name: String, _ inputs: Int, _ outputs: Int) -> ResidualBlock {
      ResidualBlock(name, inputs: inputs, outputs: outputs, embedding: 6, groups: 2, key: key)
    }

    static func sample(_ name: String, _ inputs: Int, _ outputs: Int, _ stride: Int)
      -> ConvolutionLayer
    {
      ConvolutionLayer(
        "\(name).sample", inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1,
        key: key)
    }

    /// x [2, 8, 8, 1], time [2], label int32[2] → [2, 8, 8, 1].
    func callAsFunction(_ x: Tensor, time: Tensor, label: Tensor) -> Tensor {
      let frequencies = (0..<2).map { Float(exp(-log(10000.0) / 2 * Double($0))) }
      let angles = time.reshaped([2, 1]) * x.graph.constant(frequencies, [1, 2])
      let waves = concatenate([angles.cos(), angles.sin()], along: 1)
      let e = (time2(time1(waves).silu()) + classes(label)).silu()
      let kept1 = down1(convIn(x), embedding: e)
      let kept2 = down2(sample1(kept1), embedding: e)
      var h = middle2(attention(middle1(sample2(kept2), embedding: e)), embedding: e)
      h = up2(concatenate([upSample2(h.upsampled(by: 2)), kept2], along: 3), embedding: e)
      h = up1(concatenate([upSample1(h.upsampled(by: 2)), kept1], along: 3), embedding: e)
      return convOut(normOut(h).silu())
    }
  }
}
