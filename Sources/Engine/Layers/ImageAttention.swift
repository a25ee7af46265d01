import Randomness

/// Self-attention of the pixels of an image with one head, added to it:
/// x + projection(attention(qkv(norm(x)))) (Ho et al. 2020).
public struct ImageAttention: Layer {
  /// `name.norm`
  public let norm: GroupNormalisation
  /// Queries, keys and values in this order, a 1×1 convolution: `name.qkv`.
  public let input: ConvolutionLayer
  /// A 1×1 convolution: `name.projection`.
  public let output: ConvolutionLayer

  public var variables: [Variable] { norm.variables + input.variables + output.variables }

  public init(_ name: String, channels: Int, groups: Int = 8, key: RandomKey) {
    norm = GroupNormalisation(partName(name, "norm"), groups: groups, channels: channels)
    input = ConvolutionLayer(
      partName(name, "qkv"), inputs: channels, outputs: 3 * channels, kernel: 1, key: key)
    output = ConvolutionLayer(
      partName(name, "projection"), inputs: channels, outputs: channels, kernel: 1, key: key)
  }

  /// x [n, h, w, c] → the same shape.
  public func callAsFunction(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let channels = output.weight.shape[0]
    guard x.rank == 4, x.shape[3] == channels else {
      return x.graph.fail(
        "attention", "\(input.weight.name) has \(channels) channels, x \(x.type)", [x],
        Site(file, line), like: x.type)
    }
    let all = input(norm(x, file: file, line: line), file: file, line: line)
      .reshaped([x.shape[0], x.shape[1] * x.shape[2], 3 * channels], file: file, line: line)
    let parts = (0..<3).map {
      all.sliced(along: 2, from: $0 * channels, count: channels, file: file, line: line)
    }
    let pixels = parts[0].attention(keys: parts[1], values: parts[2], file: file, line: line)
    return x + output(pixels.reshaped(x.shape, file: file, line: line), file: file, line: line)
  }
}
