extension Tensor {
  /// W/σ for weights [out, …] seen as a matrix [out, in], σ its largest singular value as estimated
  /// by one step of the power iteration from `u` [out] (Miyato et al. 2018, algorithm 1):
  /// v ← Wᵀu/|Wᵀu|, u ← W·v/|W·v|, σ = uᵀ·W·v. No gradient flows through u and v.
  ///
  /// - Returns: the weights, and u [out] and v [in] to go on from in the next step.
  public func spectrallyNormalised(
    u: Tensor, epsilon: Float = 1e-12, file: StaticString = #fileID, line: Int = #line
  ) -> (weights: Tensor, u: Tensor, v: Tensor) {
    let matrix = reshaped([shape.first ?? 1, -1], file: file, line: line)
    let fixed = matrix.stopGradient(file: file, line: line)
    func normalised(_ row: Tensor) -> Tensor {
      let norm = row.square(file: file, line: line).sum(file: file, line: line)
        .sqrt(file: file, line: line)
      return row / norm.maximum(epsilon, file: file, line: line)
    }
    let v = normalised(u.reshaped([1, -1]).matmul(fixed, file: file, line: line))  // [1, in]
    let newU = normalised(v.matmul(fixed.transposed, file: file, line: line))  // [1, out]
    let weights = dividedBySingularValue(matrix, newU, v, file, line)
    return (weights, newU.reshaped([-1]), v.reshaped([-1]))
  }

  /// W/σ with σ = uᵀ·W·v for given `u` [out] and `v` [in]: what a trained model uses.
  public func spectrallyNormalised(
    u: Tensor, v: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    dividedBySingularValue(
      reshaped([shape.first ?? 1, -1], file: file, line: line), u.reshaped([1, -1]),
      v.reshaped([1, -1]), file, line)
  }

  private func dividedBySingularValue(
    _ matrix: Tensor, _ u: Tensor, _ v: Tensor, _ file: StaticString, _ line: Int
  ) -> Tensor {
    let image = v.stopGradient().matmul(matrix.transposed, file: file, line: line)  // [1, out]
    let singular = (image * u.stopGradient()).sum(file: file, line: line).reshaped([])
    return self * singular.reciprocal(file: file, line: line)
  }
}
