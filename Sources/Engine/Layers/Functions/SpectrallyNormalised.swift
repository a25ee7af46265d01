extension Tensor {
  /// W/σ for weights [out, …] seen as a matrix [out, in], σ its largest singular value as estimated
  /// by steps of the power iteration from `u` [out] (Miyato et al. 2018, algorithm 1):
  /// v ← Wᵀu/|Wᵀu|, u ← W·v/|W·v|, σ = uᵀ·W·v. No gradient flows through u and v.
  ///
  /// - Parameter iterations: steps of the power iteration, at least 1 (as published).
  /// - Returns: the weights, and u [out] and v [in] to go on from in the next step.
  public func spectrallyNormalised(
    u: Tensor, iterations: Int = 1, epsilon: Float = 1e-12, file: StaticString = #fileID,
    line: Int = #line
  ) -> (weights: Tensor, u: Tensor, v: Tensor) {
    precondition(iterations >= 1, "\(iterations) power iterations")
    let matrix = reshaped([shape.first ?? 1, -1], file: file, line: line)
    let fixed = matrix.stopGradient(file: file, line: line)
    func normalised(_ row: Tensor) -> Tensor {
      let norm = row.square(file: file, line: line).sum(file: file, line: line)
        .sqrt(file: file, line: line)
      return row / norm.maximum(epsilon, file: file, line: line)
    }
    var newU = u.reshaped([1, -1], file: file, line: line)  // [1, out]
    var v = newU
    for _ in 0..<iterations {
      v = normalised(newU.matmul(fixed, file: file, line: line))  // [1, in]
      newU = normalised(v.matmul(fixed.transposed, file: file, line: line))  // [1, out]
    }
    let weights = dividedBySingularValue(matrix, newU, v, file, line)
    return (
      weights, newU.reshaped([-1], file: file, line: line),
      v.reshaped([-1], file: file, line: line)
    )
  }

  /// W/σ with σ = uᵀ·W·v for given `u` [out] and `v` [in]: what a trained model uses.
  public func spectrallyNormalised(
    u: Tensor, v: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    dividedBySingularValue(
      reshaped([shape.first ?? 1, -1], file: file, line: line),
      u.reshaped([1, -1], file: file, line: line), v.reshaped([1, -1], file: file, line: line), file, line)
  }

  private func dividedBySingularValue(
    _ matrix: Tensor, _ u: Tensor, _ v: Tensor, _ file: StaticString, _ line: Int
  ) -> Tensor {
    let image = v.stopGradient(file: file, line: line)
      .matmul(matrix.transposed, file: file, line: line)  // [1, out]
    let singular = (image * u.stopGradient(file: file, line: line))
      .total(file: file, line: line)
    return self * singular.reciprocal(file: file, line: line)
  }
}
