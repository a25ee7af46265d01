extension Tensor {
  /// exp(x) / Σ exp(x) along `axis`: shares that add up to 1.
  ///
  /// Shifted by the largest element, so that it does not overflow; an element of -∞ has the share 0 as
  /// long as another one of its row is finite.
  public func softmax(
    along axis: Int = -1, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let shift = largest(along: [axis], file: file, line: line).stopGradient(file: file, line: line)
    let powers = (self - shift).exp(file: file, line: line)
    let sum = powers.sum(along: [axis], file: file, line: line)
    return powers * sum.reciprocal(file: file, line: line)
  }

  /// log softmax(x) = x - log Σ exp(x) along `axis`.
  public func logSoftmax(
    along axis: Int = -1, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    self - logSumExp(along: axis, file: file, line: line)
  }
}
