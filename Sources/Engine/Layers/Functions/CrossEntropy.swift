extension Tensor {
  /// -log softmax(x)[label], the cross-entropy of every row of logits [n…, classes] with int32
  /// `labels` [n…]: [n…]. Reduce it with `average()` or `total()`.
  ///
  /// A label outside 0..<classes has an infinite one: the loss of its batch is not finite.
  public func crossEntropy(
    _ labels: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    guard labels.type.element == .int32, rank >= 1, labels.shape == Array(shape.dropLast()) else {
      return graph.fail(
        "crossEntropy", "logits \(type) need labels int32\(Array(shape.dropLast())), not \(labels.type)",
        [self, labels], Site(file, line), like: labels.type)
    }
    let rows =
      logSumExp(along: -1, file: file, line: line) - picked(at: labels, file: file, line: line)
    let wanted = labels.cast(to: .float32, file: file, line: line)
    let isClass = (wanted .>= 0) * (wanted .< Float(shape[rank - 1]))
    return isClass.select(
      rows.reshaped(labels.shape, file: file, line: line), .infinity, file: file, line: line)
  }

  /// -t·log σ(x) - (1 - t)·log(1 - σ(x)) of every logit x with its target t in [0, 1], σ the logistic
  /// function: the shape of `self`. Reduce it with `average()` or `total()`.
  public func binaryCrossEntropy(
    _ targets: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    softplus(file: file, line: line) - self * targets
  }
}
