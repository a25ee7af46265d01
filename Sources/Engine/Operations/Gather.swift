/// Rows of a table [rows, width…] at int32 indices [n…]: [n…, width…]. An index outside the table
/// ends the run with an error.
public struct Gather: Operation {
  public var name: String { "gather" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32, inputs[1].element == .int32, inputs[0].rank >= 1 else {
      throw OperandProblem("expects a float32 table and int32 indices")
    }
    return TensorType(inputs[1].shape + inputs[0].shape.dropFirst())
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.scatterAdded(at: inputs[1], rows: inputs[0].shape[0]), nil]
  }
}

/// The transpose of `Gather`: values [n…, width…] added up in the rows [rows, width…] that int32
/// indices [n…] name, in ascending order of position.
public struct ScatterAdd: Operation {
  public let rows: Int
  public var name: String { "scatterAdd" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32, inputs[1].element == .int32 else {
      throw OperandProblem("expects float32 values and int32 indices")
    }
    guard inputs[0].shape.starts(with: inputs[1].shape) else {
      throw OperandProblem("the values do not begin with the shape of the indices")
    }
    return TensorType([rows] + inputs[0].shape.dropFirst(inputs[1].rank))
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.gathered(at: inputs[1]), nil]
  }
}

extension Tensor {
  /// The rows of this table [rows, width…] at int32 `indices` [n…]: [n…, width…].
  public func gathered(
    at indices: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { graph.add(Gather(), [self, indices], at: Site(file, line)) }

  /// These values [n…, width…] added up in the rows [rows, width…] named by int32 `indices` [n…].
  public func scatterAdded(
    at indices: Tensor, rows: Int, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { graph.add(ScatterAdd(rows: rows), [self, indices], at: Site(file, line)) }

  /// For every row of [n…, classes] the value at int32 `indices` [n…]: [n…, 1]. By comparison with
  /// the class index, which costs nothing where it is fused with another pass over the row.
  public func picked(
    at indices: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let classes = graph.indices(along: -1, shape, file: file, line: line)
    let wanted = indices.cast(to: .float32, file: file, line: line)
      .reshaped(indices.shape + [1], file: file, line: line)
    return (classes .== wanted).select(self, 0).sum(along: [-1], file: file, line: line)
  }
}
