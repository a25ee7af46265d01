/// One primitive operation of the graph: its shape rule and its gradient rule. A file of
/// `Operations/` holds an operation, the function or method that adds it to a graph, and both rules.
///
/// Two operations that are equal and have the same inputs are the same node; an operation therefore
/// carries everything that its result depends on.
public protocol Operation: Hashable, Sendable {
  /// What messages and listings call it.
  var name: String { get }

  /// The type of the result.
  ///
  /// - Throws: `OperandProblem` when the operation cannot take such inputs.
  func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType

  /// The gradient of a scalar loss with respect to every input, from its gradient with respect to
  /// the result; nil where no gradient flows. Built from primitives, so that it can be
  /// differentiated again.
  ///
  /// - Parameters:
  ///   - inputs: the operands.
  ///   - output: the result of the operation, for rules that are shorter in it: exp, tanh.
  ///   - gradient: dloss/doutput, of the shape of `output`.
  func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?]
}

extension Operation {
  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    inputs.map { _ in nil }
  }
}
