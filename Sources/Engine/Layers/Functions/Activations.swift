extension Tensor {
  /// x·Φ(x) with the normal distribution function Φ (Hendrycks & Gimpel 2016); PyTorch's default GELU.
  public func gelu(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    let wide = (self * Float(0.5).squareRoot()).erf(file: file, line: line)
    return (0.5 * self) * (1 + wide)
  }

  /// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the approximation of `gelu` that GPT-2 uses.
  public func geluByTanh(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    let inner = self * (0.7978845608028654 + 0.035677408136300125 * self.square(file: file, line: line))
    return (0.5 * self) * (1 + inner.tanh(file: file, line: line))
  }

  /// x·σ(x), also called swish, σ the logistic function.
  public func silu(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    self * sigmoid(file: file, line: line)
  }

  /// x where it is positive, elsewhere scale·(exp(x) - 1) (Clevert et al. 2016).
  public func elu(
    _ scale: Float = 1, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    // The branch that is not taken must not overflow.
    let below = scale * (minimum(0).exp(file: file, line: line) - 1)
    return (self .> 0).select(self, below, file: file, line: line)
  }
}
