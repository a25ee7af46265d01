import Engine

extension GraphInterpreter {
  /// Axes of the operand are the last ones of the result; those of extent 1 are repeated.
  func broadcast(_ operand: Operand, to shape: [Int]) -> [Bounded] {
    let new = shape.count - operand.shape.count
    return indices(of: shape).map { index in
      operand[operand.shape.indices.map { operand.shape[$0] == 1 ? 0 : index[new + $0] }]
    }
  }

  /// Axis i of the result is axis `order[i]` of the operand.
  static func permute(_ operand: Operand, _ order: [Int]) -> [Bounded] {
    indices(of: order.map { operand.shape[$0] }).map { index in
      var source = index
      for axis in order.indices { source[order[axis]] = index[axis] }
      return operand[source]
    }
  }

  static func slice(_ operand: Operand, _ slice: Slice) -> [Bounded] {
    indices(of: slice.sizes).map { index in
      operand[index.indices.map { slice.starts[$0] + index[$0] * slice.steps[$0] }]
    }
  }

  static func place(_ operand: Operand, _ place: Place) -> [Bounded] {
    var result = [Bounded](repeating: Bounded(0), count: place.shape.reduce(1, *))
    for index in indices(of: operand.shape) {
      let target = index.indices.map { place.starts[$0] + index[$0] * place.steps[$0] }
      result[position(of: target, in: place.shape)] = operand[index]
    }
    return result
  }

  static func concatenate(_ operands: [Operand], _ axis: Int, _ shape: [Int]) -> [Bounded] {
    indices(of: shape).map { index in
      var index = index
      var part = 0
      while index[axis] >= operands[part].shape[axis] {
        index[axis] -= operands[part].shape[axis]
        part += 1
      }
      return operands[part][index]
    }
  }
}
