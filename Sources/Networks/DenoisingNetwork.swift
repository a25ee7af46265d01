import Engine
import Foundation
import Randomness

/// A small conditional U-Net (Ronneberger et al. 2015; Ho et al. 2020) of two resolutions below the
/// image's, with attention at the lowest.
///
/// Axes: B batch, H and W extents of an image, multiples of 4; a and b the two numbers of channels, E
/// width of the embedding. Images are channels-last, [B, H, W, 1].
package struct DenoisingNetwork {
  /// A residual block and the convolution that leads to the next resolution or from the last.
  struct Level {
    let block: ResidualBlock
    let sample: ConvolutionLayer
    var variables: [Variable] { block.variables + sample.variables }
  }

  let time1, time2: Linear
  let classes: Embedding
  let input: ConvolutionLayer
  let down1, down2: Level
  let middle1, middle2: ResidualBlock
  let attention: ImageAttention
  let up2, up1: Level
  let outputNorm: GroupNormalisation
  let output: ConvolutionLayer
  /// a/2 frequencies of the embedded time.
  private let frequencies: [Float]

  package var variables: [Variable] {
    let head: [any Layer] = [time1, time2, classes, input]
    let middle: [any Layer] = [middle1, attention, middle2]
    let tail: [any Layer] = [outputNorm, output]
    return head.variables + down1.variables + down2.variables + middle.variables + up2.variables
      + up1.variables + tail.variables
  }

  /// - Parameters:
  ///   - channels: a and b, multiples of `groups`; a is even.
  ///   - embedding: E.
  ///   - classes: the number of labels.
  package init(channels: (Int, Int), embedding: Int, classes: Int, groups: Int, key: RandomKey) {
    let (a, b) = channels
    let half = a / 2
    frequencies = (0..<half).map { Float(exp(-log(10_000) / Double(half) * Double($0))) }
    func block(_ name: String, _ inputs: Int, _ outputs: Int) -> ResidualBlock {
      ResidualBlock(
        name, inputs: inputs, outputs: outputs, embedding: embedding, groups: groups, key: key)
    }
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int, stride: Int = 1)
      -> ConvolutionLayer
    {
      ConvolutionLayer(
        name, inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1, key: key)
    }
    time1 = Linear("time1", inputs: 2 * half, outputs: embedding, key: key)
    time2 = Linear("time2", inputs: embedding, outputs: embedding, key: key)
    self.classes = Embedding("class_embedding", rows: classes, width: embedding, key: key)
    input = convolution("conv_in", 1, a)
    down1 = Level(
      block: block("down1.block", a, a), sample: convolution("down1.sample", a, a, stride: 2))
    down2 = Level(
      block: block("down2.block", a, b), sample: convolution("down2.sample", b, b, stride: 2))
    middle1 = block("middle1", b, b)
    attention = ImageAttention("attention", channels: b, groups: groups, key: key)
    middle2 = block("middle2", b, b)
    up2 = Level(block: block("up2.block", 2 * b, b), sample: convolution("up2.sample", b, b))
    up1 = Level(block: block("up1.block", 2 * a, a), sample: convolution("up1.sample", b, a))
    outputNorm = GroupNormalisation("norm_out", groups: groups, channels: a)
    output = convolution("conv_out", a, 1)
  }

  /// The predicted noise in x [B, H, W, 1] at times t [B] float32 with int32 `labels` [B].
  package func callAsFunction(_ x: Tensor, time t: Tensor, labels: Tensor) -> Tensor {
    let e = embedded(t, labels)
    let kept1 = down1.block(input(x), embedding: e)  // [B, H, W, a]
    let kept2 = down2.block(down1.sample(kept1), embedding: e)  // [B, H/2, W/2, b]
    var h = middle1(down2.sample(kept2), embedding: e)  // [B, H/4, W/4, b]
    h = middle2(attention(h), embedding: e)
    h = up2.sample(h.upsampled(by: 2))  // [B, H/2, W/2, b]
    h = up2.block(concatenate([h, kept2], along: -1), embedding: e)
    h = up1.sample(h.upsampled(by: 2))  // [B, H, W, a]
    h = up1.block(concatenate([h, kept1], along: -1), embedding: e)
    return output(outputNorm(h).silu())
  }

  /// Time and label, [B, E], behind the SiLU that every block applies.
  private func embedded(_ t: Tensor, _ labels: Tensor) -> Tensor {
    let row = t.graph.constant(frequencies, [1, frequencies.count])
    let angles = t.reshaped([-1, 1]) * row  // [B, a/2]
    let waves = concatenate([angles.cos(), angles.sin()], along: 1)  // [B, a]
    return (time2(time1(waves).silu()) + classes(labels)).silu()
  }
}
