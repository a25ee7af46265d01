/// Normalises every group of channels of every image to mean 0 and variance 1, then scales and shifts
/// each channel; PyTorch's `nn.GroupNorm`.
public struct GroupNormalisation: Layer {
  public let groups: Int
  /// [channels], at first ones: `name.weight`.
  public let scale: Variable
  /// [channels], at first zeros: `name.bias`.
  public let shift: Variable
  /// Added to the variance.
  public let epsilon: Float

  public var variables: [Variable] { [scale, shift] }

  public init(_ name: String, groups: Int, channels: Int, epsilon: Float = 1e-5) {
    precondition(groups >= 1 && channels % groups == 0, "\(name): \(channels) channels in \(groups) groups")
    self.groups = groups
    scale = Variable(partName(name, "weight"), [channels])
    scale.values.update(repeating: 1)
    shift = Variable(partName(name, "bias"), [channels])
    self.epsilon = epsilon
  }

  /// x [n, …, channels] → the same shape.
  public func callAsFunction(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    x.groupNormalised(
      groups: groups, scale: x.graph.value(of: scale, file: file, line: line),
      shift: x.graph.value(of: shift, file: file, line: line), epsilon: epsilon, file: file,
      line: line)
  }
}
