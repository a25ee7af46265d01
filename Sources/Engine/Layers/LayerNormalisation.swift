/// Normalises every vector to mean 0 and variance 1, then scales and shifts it; PyTorch's
/// `nn.LayerNorm` over the last axis.
public struct LayerNormalisation: Layer {
  /// [width], at first ones: `name.weight`.
  public let scale: Variable
  /// [width], at first zeros: `name.bias`.
  public let shift: Variable
  /// Added to the variance.
  public let epsilon: Float

  public var variables: [Variable] { [scale, shift] }

  public init(_ name: String, width: Int, epsilon: Float = 1e-5) {
    scale = Variable(partName(name, "weight"), [width])
    scale.values.update(repeating: 1)
    shift = Variable(partName(name, "bias"), [width])
    self.epsilon = epsilon
  }

  /// x [batch…, width] → the same shape.
  public func callAsFunction(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    x.layerNormalised(
      scale: x.graph.value(of: scale, file: file, line: line),
      shift: x.graph.value(of: shift, file: file, line: line), epsilon: epsilon, file: file,
      line: line)
  }
}
