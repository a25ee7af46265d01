/// The product of matrices [batch…, m, k] and [batch…, k, n] to [batch…, m, n]. A transposed
/// operand is a permuted one: the kernels follow strides.
public struct MatrixProduct: Operation {
  public var name: String { "matmul" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    let (a, b) = (inputs[0], inputs[1])
    guard a.element == .float32, b.element == .float32 else { throw OperandProblem("expects float32") }
    guard a.rank >= 2, b.rank >= 2 else { throw OperandProblem("expects matrices") }
    guard a.shape.dropLast(2) == b.shape.dropLast(2) else { throw OperandProblem("batch axes differ") }
    guard a.shape[a.rank - 1] == b.shape[b.rank - 2] else {
      throw OperandProblem(
        "inner extents \(a.shape[a.rank - 1]) and \(b.shape[b.rank - 2]) differ")
    }
    return TensorType(a.shape.dropLast() + [b.shape[b.rank - 1]])
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.matmul(inputs[1].transposed), inputs[0].transposed.matmul(gradient)]
  }
}

extension Tensor {
  /// The matrix product [batch…, m, k] · [batch…, k, n]. A right operand of two axes is used for every
  /// batch: [batch…, m, k] · [k, n].
  public func matmul(
    _ right: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    if right.rank == 2, rank > 2 {
      let rows = shape.dropLast().reduce(1, *)
      let flat = reshaped([rows, shape[rank - 1]], file: file, line: line)
      let product = flat.matmul(right, file: file, line: line)
      return product.reshaped(
        shape.dropLast() + [product.shape.last ?? 0], file: file, line: line)
    }
    return graph.add(MatrixProduct(), [self, right], at: Site(file, line))
  }
}
