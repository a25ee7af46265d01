import Randomness

/// The transpose of a two-dimensional convolution, PyTorch's `nn.ConvTranspose2d`: up-samples images
/// by its stride.
public struct TransposedConvolutionLayer: Layer {
  /// [inputs, kh, kw, outputs / groups]: `name.weight`.
  public let weight: Variable
  /// [outputs]: `name.bias`; nil without one.
  public let bias: Variable?
  /// The window of the convolution of which this is the transpose.
  public let window: Window
  /// Rows and columns added to the result, to choose between the extents that the convolution
  /// would map to the same one.
  public let outputPadding: Int

  public var variables: [Variable] { [weight] + (bias.map { [$0] } ?? []) }

  /// - Parameters:
  ///   - name: in front of `.weight` and `.bias`, for example `decoder.conv1`.
  ///   - inputs: channels of x.
  ///   - outputs: channels of the result.
  ///   - kernel: height and width of the window.
  ///   - initialisation: of the weight; the bias takes the same where it is `.standard`, PyTorch's
  ///     default, and zeros otherwise. Fan-in is outputs / groups · kernel², as PyTorch counts it
  ///     here.
  ///   - key: the key of the model.
  public init(
    _ name: String, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1, hasBias: Bool = true,
    initialisation: Initialisation = .standard, key: RandomKey
  ) {
    precondition(
      groups >= 1 && inputs % groups == 0 && outputs % groups == 0,
      "\(name): \(inputs) and \(outputs) channels in \(groups) groups")
    window = Window(
      kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups)
    self.outputPadding = outputPadding
    let shape = [inputs, kernel, kernel, outputs / groups]
    let places = kernel * kernel
    let fan = Fan(inputs: outputs / groups * places, outputs: inputs * places)
    weight = Variable(partName(name, "weight"), shape, fileLayout: .convolution(shape))
    weight.initialise(initialisation, fan: fan, key: key)
    bias = hasBias ? Variable(partName(name, "bias"), [outputs]) : nil
    bias?.initialise(initialisation == .standard ? .standard : .zeros, fan: fan, key: key)
  }

  /// Images [n, h, w, inputs] → [n, h′, w′, outputs] with
  /// h′ = (h - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1.
  public func callAsFunction(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let extents = (0..<2).map { axis in
      let extent = x.rank == 4 ? x.shape[axis + 1] : 1
      return (extent - 1) * window.stride[axis] - window.padding[axis].reduce(0, +)
        + window.dilation[axis] * (window.kernel[axis] - 1) + outputPadding + 1
    }
    let weights = x.graph.value(of: weight, file: file, line: line)
    let result = x.transposedConvolution(
      weights, window, extents: extents, file: file, line: line)
    return bias.map { result + x.graph.value(of: $0, file: file, line: line) } ?? result
  }
}
