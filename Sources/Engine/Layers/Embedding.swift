import Randomness

/// A table of vectors, one for every token or class; PyTorch's `nn.Embedding`.
public struct Embedding: Layer {
  /// [rows, width]: `name.weight`.
  public let weight: Variable

  public var variables: [Variable] { [weight] }

  /// - Parameters:
  ///   - name: in front of `.weight`, for example `wte`.
  ///   - initialisation: standard normal by default, as in PyTorch.
  ///   - key: the key of the model.
  public init(
    _ name: String, rows: Int, width: Int, initialisation: Initialisation = .normal(deviation: 1),
    key: RandomKey
  ) {
    weight = Variable(partName(name, "weight"), [rows, width])
    weight.initialise(initialisation, fan: Fan(inputs: rows, outputs: width), key: key)
  }

  /// int32 indices [n…] → their rows [n…, width]. An index outside the table ends the run with an
  /// error.
  public func callAsFunction(
    _ indices: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    indices.graph.value(of: weight, file: file, line: line)
      .gathered(at: indices, file: file, line: line)
  }

  /// The products of x [batch…, width] with all rows, [batch…, rows]: logits of a model whose output
  /// layer shares the table.
  public func logits(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    x.linear(
      weight: x.graph.value(of: weight, file: file, line: line), bias: nil, file: file, line: line)
  }
}
