import Randomness

/// Two normalised convolutions whose result is added to the image (He et al. 2016), in the form that
/// diffusion models use (Ho et al. 2020): group norm, SiLU, 3×3 convolution, plus a projection of an
/// embedding on every channel; group norm, SiLU, 3×3 convolution; plus the input.
public struct ResidualBlock: Layer {
  /// `name.norm1`
  public let norm1: GroupNormalisation
  /// `name.conv1`
  public let conv1: ConvolutionLayer
  /// `name.embedding`; nil where nothing is embedded.
  public let embedding: Linear?
  /// `name.norm2`
  public let norm2: GroupNormalisation
  /// `name.conv2`
  public let conv2: ConvolutionLayer
  /// A 1×1 convolution where the numbers of channels differ: `name.shortcut`.
  public let shortcut: ConvolutionLayer?

  public var variables: [Variable] {
    norm1.variables + conv1.variables + (embedding?.variables ?? []) + norm2.variables
      + conv2.variables + (shortcut?.variables ?? [])
  }

  /// - Parameters:
  ///   - name: in front of the names of its layers, for example `down1.block`.
  ///   - inputs: channels of x.
  ///   - outputs: channels of the result.
  ///   - embedding: the width of an embedding, of the time for example; nil for none.
  ///   - groups: of both normalisations; divides both numbers of channels.
  ///   - key: the key of the model.
  public init(
    _ name: String, inputs: Int, outputs: Int, embedding: Int? = nil, groups: Int = 8, key: RandomKey
  ) {
    norm1 = GroupNormalisation(partName(name, "norm1"), groups: groups, channels: inputs)
    conv1 = ConvolutionLayer(
      partName(name, "conv1"), inputs: inputs, outputs: outputs, kernel: 3, padding: 1, key: key)
    self.embedding = embedding.map {
      Linear(partName(name, "embedding"), inputs: $0, outputs: outputs, key: key)
    }
    norm2 = GroupNormalisation(partName(name, "norm2"), groups: groups, channels: outputs)
    conv2 = ConvolutionLayer(
      partName(name, "conv2"), inputs: outputs, outputs: outputs, kernel: 3, padding: 1, key: key)
    shortcut =
      inputs == outputs
      ? nil
      : ConvolutionLayer(
        partName(name, "shortcut"), inputs: inputs, outputs: outputs, kernel: 1, key: key)
  }

  /// x [n, h, w, inputs] and, if it embeds something, e [n, embedding] → [n, h, w, outputs].
  public func callAsFunction(
    _ x: Tensor, embedding e: Tensor? = nil, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    guard (e == nil) == (embedding == nil) else {
      return x.graph.fail(
        "residualBlock",
        "\(conv1.weight.name): an embedding is \(e == nil ? "missing" : "given and has no layer")",
        [x], Site(file, line), like: x.type)
    }
    var inner = conv1(
      norm1(x, file: file, line: line).silu(file: file, line: line), file: file, line: line)
    if let e, let embedding {
      let perChannel = embedding(e, file: file, line: line)  // [n, outputs]
      inner =
        inner
        + perChannel.reshaped(
          [perChannel.shape.first ?? 1, 1, 1, conv1.weight.shape[0]], file: file, line: line)
    }
    inner = conv2(
      norm2(inner, file: file, line: line).silu(file: file, line: line), file: file, line: line)
    return inner + (shortcut.map { $0(x, file: file, line: line) } ?? x)
  }
}
