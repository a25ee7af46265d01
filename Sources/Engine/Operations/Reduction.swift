/// The sum or the largest value along some axes, which stay with extent 1.
public struct Reduce: Operation {
  public enum Function: String, Sendable, Hashable { case sum, maximum }

  public let function: Function
  /// Ascending.
  public let axes: [Int]
  public var name: String { function == .sum ? "reduceSum" : "reduceMaximum" }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    guard inputs[0].element == .float32 else { throw OperandProblem("expects float32") }
    var shape = inputs[0].shape
    for axis in axes {
      guard shape.indices.contains(axis) else { throw OperandProblem("there is no axis \(axis)") }
      guard function == .sum || shape[axis] > 0 else {
        throw OperandProblem("axis \(axis) is empty and has no maximum")
      }
      shape[axis] = 1
    }
    return TensorType(shape)
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient: Tensor) -> [Tensor?] {
    let x = inputs[0]
    switch function {
    case .sum: return [gradient.broadcast(to: x.shape)]
    case .maximum:
      // Shared evenly among equals, as PyTorch's amax.
      let isLargest = x .== output.broadcast(to: x.shape)
      let share = gradient / isLargest.sum(along: axes)
      return [isLargest * share]
    }
  }
}

extension Tensor {
  private func reduced(_ function: Reduce.Function, _ axes: [Int]?, _ site: Site) -> Tensor {
    let all = (axes ?? Array(shape.indices)).map(axis)
    for axis in all where !shape.indices.contains(axis) {
      return graph.fail(function.rawValue, "there is no axis \(axis) in \(type)", [self], site, like: type)
    }
    // One run of adjacent axes at a time: what a kernel can do in one pass. Axes of extent 1 are
    // reduced already.
    let wanted = Set(all).filter { shape[$0] != 1 }.sorted()
    var runs: [[Int]] = []
    for axis in wanted {
      if let last = runs.last?.last, (last + 1..<axis).allSatisfy({ shape[$0] == 1 }) {
        runs[runs.count - 1].append(axis)
      } else {
        runs.append([axis])
      }
    }
    if let value = fillValue, function == .sum {
      return graph.fill(
        value * Float(wanted.reduce(1) { $0 * shape[$1] }),
        shape.indices.map { wanted.contains($0) ? 1 : shape[$0] })
    }
    if function == .maximum, runs.count > 1 {
      // In one step, so that all equals share the gradient evenly.
      let order = shape.indices.filter { !wanted.contains($0) } + wanted
      let tail = Array(shape.count - wanted.count..<shape.count)
      return permuted(order, at: site).reduced(function, tail, site)
        .permuted(shape.indices.map { axis in order.firstIndex(of: axis) ?? axis }, at: site)
    }
    return runs.reduce(self) {
      $0.graph.add(Reduce(function: function, axes: $1), [$0], at: site)
    }
  }

  /// The sum along `axes`, which stay with extent 1; along all of them when nil.
  public func sum(
    along axes: [Int]? = nil, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { reduced(.sum, axes, Site(file, line)) }

  /// The mean along `axes`, which stay with extent 1.
  public func mean(
    along axes: [Int]? = nil, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let total = reduced(.sum, axes, Site(file, line))
    return total * (Float(total.count) / Float(max(count, 1)))
  }

  /// The largest value along `axes`, which stay with extent 1.
  public func largest(
    along axes: [Int]? = nil, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor { reduced(.maximum, axes, Site(file, line)) }

  /// log Σ exp along one axis, which stays with extent 1; shifted by the maximum, so that it does
  /// not overflow.
  public func logSumExp(
    along axis: Int, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let shift = largest(along: [axis], file: file, line: line)
      .stopGradient(file: file, line: line)
    let powers = (self - shift).exp(file: file, line: line)
    return powers.sum(along: [axis], file: file, line: line).log(file: file, line: line) + shift
  }

  /// The sum of everything, a scalar [].
  public func total(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    sum(along: nil, file: file, line: line).reshaped([], file: file, line: line)
  }

  /// The mean of everything, a scalar [].
  public func average(file: StaticString = #fileID, line: Int = #line) -> Tensor {
    mean(along: nil, file: file, line: line).reshaped([], file: file, line: line)
  }
}
