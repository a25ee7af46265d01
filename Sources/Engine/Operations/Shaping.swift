// Operations that move no values in memory where their reader can follow strides.

/// Repeats a tensor along axes of extent 1, and along new leading axes.
public struct Broadcast: Operation {
  public let shape: [Int]
  public var name: String { "broadcast" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    let from = inputs[0].shape
    guard from.count <= shape.count,
      zip(from.reversed(), shape.reversed()).allSatisfy({ $0 == $1 || $0 == 1 })
    else { throw OperandProblem("cannot be repeated to the shape \(shape)") }
    return TensorType(shape, inputs[0].element)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    let from = inputs[0].shape
    let new = shape.count - from.count
    let axes = shape.indices.filter { $0 < new || (from[$0 - new] == 1 && shape[$0] != 1) }
    return [gradient.sum(along: axes).reshaped(from)]
  }
}

/// The same elements under another shape.
public struct Reshape: Operation {
  public let shape: [Int]
  public var name: String { "reshape" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard shape.reduce(1, *) == inputs[0].count, shape.allSatisfy({ $0 >= 0 }) else {
      throw OperandProblem("the shape \(shape) holds \(shape.reduce(1, *)) elements, not \(inputs[0].count)")
    }
    return TensorType(shape, inputs[0].element)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.reshaped(inputs[0].shape)]
  }
}

/// Brings the axes into another order: axis i of the result is axis `order[i]` of the operand.
public struct Permute: Operation {
  public let order: [Int]
  public var name: String { "permute" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard order.sorted() == Array(inputs[0].shape.indices) else {
      throw OperandProblem("\(order) is no order of \(inputs[0].rank) axes")
    }
    return TensorType(order.map { inputs[0].shape[$0] }, inputs[0].element)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.permuted(order.indices.map { axis in order.firstIndex(of: axis) ?? axis })]
  }
}

/// Every `steps[i]`-th element along axis i, from `starts[i]`, `sizes[i]` of them.
public struct Slice: Operation {
  public let starts: [Int]
  public let sizes: [Int]
  public let steps: [Int]
  public var name: String { "slice" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    let shape = inputs[0].shape
    guard starts.count == shape.count, sizes.count == shape.count, steps.count == shape.count else {
      throw OperandProblem("starts, sizes and steps of \(starts.count) axes for \(shape.count)")
    }
    for axis in shape.indices {
      guard starts[axis] >= 0, sizes[axis] >= 0, steps[axis] >= 1,
        sizes[axis] == 0 || starts[axis] + (sizes[axis] - 1) * steps[axis] < shape[axis]
      else {
        throw OperandProblem(
          "\(sizes[axis]) elements from \(starts[axis]) in steps of \(steps[axis]) leave axis \(axis) of extent \(shape[axis])")
      }
    }
    return TensorType(sizes, inputs[0].element)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.placed(in: inputs[0].shape, starts: starts, steps: steps)]
  }
}

/// The transpose of `Slice`: a tensor of zeros that holds the operand at these places. Padding is
/// placing.
public struct Place: Operation {
  public let shape: [Int]
  public let starts: [Int]
  public let steps: [Int]
  public var name: String { "place" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    _ = try Slice(starts: starts, sizes: inputs[0].shape, steps: steps)
      .resultType(of: [TensorType(shape)])
    return TensorType(shape, inputs[0].element)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    [gradient.sliced(starts: starts, sizes: inputs[0].shape, steps: steps)]
  }
}

/// Tensors one behind the other along an axis.
public struct Concatenate: Operation {
  public let axis: Int
  public var name: String { "concatenate" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard let first = inputs.first, first.shape.indices.contains(axis) else {
      throw OperandProblem("there is no axis \(axis)")
    }
    var shape = first.shape
    shape[axis] = 0
    for input in inputs {
      var others = input.shape
      guard others.count == shape.count, input.element == first.element else {
        throw OperandProblem("ranks or types differ")
      }
      let extent = others[axis]
      others[axis] = shape[axis]
      guard others == shape else { throw OperandProblem("shapes differ beside axis \(axis)") }
      shape[axis] += extent
    }
    return TensorType(shape, first.element)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    var start = 0
    return inputs.map { input in
      defer { start += input.shape[axis] }
      return gradient.sliced(along: axis, from: start, count: input.shape[axis])
    }
  }
}

/// The operand, without a gradient.
public struct StopGradient: Operation {
  public var name: String { "stopGradient" }
  public func resultType(of inputs: [TensorType]) -> TensorType { inputs[0] }
}

extension Tensor {
  /// `self` repeated to `shape`, axes counted from the back as in NumPy.
  public func broadcast(
    to shape: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    broadcast(to: shape, at: Site(file, line))
  }

  func broadcast(to shape: [Int], at site: Site?) -> Tensor {
    if shape == self.shape { return self }
    if let value = fillValue, (try? Broadcast(shape: shape).resultType(of: [type])) != nil {
      return graph.add(Fill(value, shape), at: site ?? self.site)
    }
    return graph.add(Broadcast(shape: shape), [self], at: site)
  }

  /// Both operands at their common shape, nil when there is none.
  static func broadcastTogether(
    _ operation: String, _ x: Tensor, _ y: Tensor, _ site: Site?
  ) -> (Tensor, Tensor)? {
    if x.shape == y.shape { return (x, y) }
    let rank = max(x.rank, y.rank)
    var shape = [Int](repeating: 1, count: rank)
    for back in 1...rank {
      let a = back <= x.rank ? x.shape[x.rank - back] : 1
      let b = back <= y.rank ? y.shape[y.rank - back] : 1
      guard a == b || a == 1 || b == 1 else { return nil }
      shape[rank - back] = a == 1 ? b : a
    }
    return (x.broadcast(to: shape, at: site), y.broadcast(to: shape, at: site))
  }

  /// The same elements under `shape`; one extent may be -1, for what is left.
  public func reshaped(
    _ shape: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    var shape = shape
    if let open = shape.firstIndex(of: -1) {
      let others = shape.enumerated().reduce(1) { $1.offset == open ? $0 : $0 * $1.element }
      shape[open] = others > 0 ? count / others : 0
    }
    if shape == self.shape { return self }
    if let value = fillValue, shape.reduce(1, *) == count {
      return graph.add(Fill(value, shape), at: Site(file, line))
    }
    if operation is Reshape { return inputs[0].reshaped(shape, file: file, line: line) }
    return graph.add(Reshape(shape: shape), [self], at: Site(file, line))
  }

  /// The axes in another order.
  public func permuted(
    _ order: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    permuted(order, at: Site(file, line))
  }

  func permuted(_ order: [Int], at site: Site?) -> Tensor {
    if order == Array(shape.indices) { return self }
    if let inner = operation as? Permute, order.sorted() == Array(shape.indices) {
      return inputs[0].permuted(order.map { inner.order[$0] }, at: site)
    }
    if operation is MatrixProduct, order == Array(shape.indices.dropLast(2)) + [rank - 1, rank - 2] {
      // (a·b)ᵀ = bᵀ·aᵀ: a product is as cheap the other way round, and then lies in order.
      return inputs[1].transposed.matmul(inputs[0].transposed)
    }
    return graph.add(Permute(order: order), [self], at: site)
  }

  /// The last two axes exchanged.
  public var transposed: Tensor {
    guard rank >= 2 else {
      return graph.fail("transposed", "needs two axes, operand \(type)", [self], nil, like: type)
    }
    var order = Array(shape.indices)
    order.swapAt(rank - 1, rank - 2)
    return permuted(order, at: nil)
  }

  /// Every `steps[i]`-th element along axis i from `starts[i]`, `sizes[i]` of them.
  public func sliced(
    starts: [Int], sizes: [Int], steps: [Int]? = nil, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    let steps = steps ?? shape.map { _ in 1 }
    if sizes == shape, starts.allSatisfy({ $0 == 0 }) { return self }
    return graph.add(
      Slice(starts: starts, sizes: sizes, steps: steps), [self], at: Site(file, line))
  }

  /// `count` elements along one axis.
  public func sliced(
    along axis: Int, from start: Int, count: Int, step: Int = 1, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    let axis = self.axis(axis)
    guard shape.indices.contains(axis) else {
      return graph.fail("slice", "there is no axis \(axis) in \(type)", [self], Site(file, line), like: type)
    }
    var (starts, sizes, steps) = (shape.map { _ in 0 }, shape, shape.map { _ in 1 })
    (starts[axis], sizes[axis], steps[axis]) = (start, count, step)
    return sliced(starts: starts, sizes: sizes, steps: steps, file: file, line: line)
  }

  /// A tensor of zeros [shape] that holds `self` from `starts` in steps of `steps`.
  public func placed(
    in shape: [Int], starts: [Int], steps: [Int]? = nil, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    if shape == self.shape, starts.allSatisfy({ $0 == 0 }) { return self }
    return graph.add(
      Place(shape: shape, starts: starts, steps: steps ?? shape.map { _ in 1 }), [self],
      at: Site(file, line))
  }

  /// Zeros added before and behind each axis.
  public func padded(
    before: [Int], behind: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    guard before.count == rank, behind.count == rank else {
      return graph.fail(
        "pad", "\(before.count) and \(behind.count) widths for \(type)", [self], Site(file, line),
        like: type)
    }
    return placed(
      in: shape.indices.map { shape[$0] + before[$0] + behind[$0] }, starts: before, file: file,
      line: line)
  }

  /// The operand, without a gradient.
  public func stopGradient(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    graph.add(StopGradient(), [self], at: Site(file, line))
  }
}

/// The tensors one behind the other along `axis`, counted from the back when negative.
public func concatenate(
  _ tensors: [Tensor], along axis: Int, file: StaticString = #fileID, line: Int = #line
) -> Tensor {
  precondition(!tensors.isEmpty, "concatenate: no tensors")
  if tensors.count == 1 { return tensors[0] }
  return tensors[0].graph.add(
    Concatenate(axis: tensors[0].axis(axis)), tensors, at: Site(file, line))
}
