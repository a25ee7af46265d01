// Axes: T queries, S keys and values, d width of a query and of a key, e width of a value.

extension Tensor {
  /// softmax(q·kᵀ/√d)·v for queries `self` [batch…, T, d], keys [batch…, S, d] and values
  /// [batch…, S, e]: [batch…, T, e] (Vaswani et al. 2017, equation 1).
  ///
  /// - Parameter isCausal: query t sees the keys 0...t only; T = S.
  public func attention(
    keys: Tensor, values: Tensor, isCausal: Bool = false, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    guard rank >= 2, keys.rank == rank, values.rank == rank,
      keys.shape.last == shape.last, keys.shape[rank - 2] == values.shape[rank - 2],
      !isCausal || shape[rank - 2] == keys.shape[rank - 2]
    else {
      return graph.fail(
        "attention",
        "queries \(type), keys \(keys.type) and values \(values.type) do not fit"
          + (isCausal ? " (causal)" : ""), [self, keys, values], Site(file, line), like: type)
    }
    var scores = scaledScores(keys, file, line)
    if isCausal {
      let position = graph.indices(along: -2, scores.shape, file: file, line: line)
      let key = graph.indices(along: -1, scores.shape, file: file, line: line)
      scores = (key .<= position).select(scores, -.infinity, file: file, line: line)
    }
    return scores.softmax(file: file, line: line).matmul(values, file: file, line: line)
  }

  /// q·kᵀ/√d, [batch…, T, S].
  func scaledScores(_ keys: Tensor, _ file: StaticString, _ line: Int) -> Tensor {
    let width = Float(max(shape[rank - 1], 1))
    return matmul(keys.transposed, file: file, line: line) * (1 / width.squareRoot())
  }
}
