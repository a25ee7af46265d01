/// Partial sums along an axis.
public struct CumulativeSum: Operation {
  public let axis: Int
  /// Whether an element counts in its own sum.
  public let isExclusive: Bool
  /// Whether sums run from the back.
  public let isReversed: Bool
  public var name: String { "cumulativeSum" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32 else { throw OperandProblem("expects float32") }
    guard inputs[0].shape.indices.contains(axis) else { throw OperandProblem("there is no axis \(axis)") }
    return inputs[0]
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.cumulativeSum(along: axis, isExclusive: isExclusive, isReversed: !isReversed)]
  }
}

extension Tensor {
  /// Partial sums along `axis`.
  public func cumulativeSum(
    along axis: Int, isExclusive: Bool = false, isReversed: Bool = false,
    file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    graph.add(
      CumulativeSum(axis: self.axis(axis), isExclusive: isExclusive, isReversed: isReversed),
      [self], at: Site(file, line))
  }
}
