import Randomness

/// A two-dimensional convolution of images, PyTorch's `nn.Conv2d`.
public struct ConvolutionLayer: Layer {
  /// [outputs, kh, kw, inputs / groups]: `name.weight`.
  public let weight: Variable
  /// [outputs]: `name.bias`; nil without one.
  public let bias: Variable?
  public let window: Window

  public var variables: [Variable] { [weight] + (bias.map { [$0] } ?? []) }

  /// - Parameters:
  ///   - name: in front of `.weight` and `.bias`, for example `down1.conv`.
  ///   - inputs: channels of x.
  ///   - outputs: channels of the result.
  ///   - kernel: height and width of the window.
  ///   - initialisation: of the weight; the bias takes the same where it is `.standard`, PyTorch's
  ///     default, and zeros otherwise.
  ///   - weightName: `weight`; `weight_orig` for a `SpectralNormalisation`.
  ///   - key: the key of the model.
  public init(
    _ name: String, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1, hasBias: Bool = true,
    initialisation: Initialisation = .standard, weightName: String = "weight", key: RandomKey
  ) {
    self.init(
      name, inputs: inputs, outputs: outputs,
      window: Window(
        kernel: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups),
      hasBias: hasBias, initialisation: initialisation, weightName: weightName, key: key)
  }

  /// The same with a window that is not square.
  public init(
    _ name: String, inputs: Int, outputs: Int, window: Window, hasBias: Bool = true,
    initialisation: Initialisation = .standard, weightName: String = "weight", key: RandomKey
  ) {
    let groups = window.groups
    precondition(
      groups >= 1 && inputs % groups == 0 && outputs % groups == 0,
      "\(name): \(inputs) and \(outputs) channels in \(groups) groups")
    self.window = window
    let shape = [outputs] + window.kernel + [inputs / groups]
    let places = window.kernel.reduce(1, *)
    let fan = Fan(inputs: inputs / groups * places, outputs: outputs * places)
    weight = Variable(partName(name, weightName), shape, fileLayout: .convolution(shape))
    weight.initialise(initialisation, fan: fan, key: key)
    bias = hasBias ? Variable(partName(name, "bias"), [outputs]) : nil
    bias?.initialise(initialisation == .standard ? .standard : .zeros, fan: fan, key: key)
  }

  /// Images [n, h, w, inputs] → [n, h′, w′, outputs].
  ///
  /// - Parameter replacement: weights that stand in for the variable's, for example the result of
  ///   `SpectralNormalisation`.
  public func callAsFunction(
    _ x: Tensor, weight replacement: Tensor? = nil, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    let weights = replacement ?? x.graph.value(of: weight, file: file, line: line)
    let result = x.convolution(weights, window, file: file, line: line)
    return bias.map { result + x.graph.value(of: $0, file: file, line: line) } ?? result
  }
}
