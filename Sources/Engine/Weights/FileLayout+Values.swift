extension Variable {
  /// The shape of its values in a file.
  public var fileShape: [Int] {
    switch fileLayout {
    case .same: shape
    case .permuted(_, _, let fileShape): fileShape
    }
  }

  /// Its values in the order of a file.
  public var fileValues: [Float] {
    guard case .permuted(let seen, let axes, _) = fileLayout else { return array }
    return [Float](unsafeUninitializedCapacity: count) { target, filled in
      forEachPlace(seen, axes) { target[$0] = values[$1] }
      filled = count
    }
  }

  /// Replaces all values by those of a file, in its order.
  public func assign(fileValues: [Float]) {
    precondition(fileValues.count == count, "\(name): \(fileValues.count) values for \(shape)")
    guard case .permuted(let seen, let axes, _) = fileLayout else {
      assign(fileValues)
      return
    }
    forEachPlace(seen, axes) { values[$1] = fileValues[$0] }
  }

  /// Calls `body` for every element with its place in a file and in memory.
  private func forEachPlace(_ seen: [Int], _ axes: [Int], _ body: (Int, Int) -> Void) {
    let steps = seen.rowMajorStrides
    let extents = axes.map { seen[$0] }
    let strides = axes.map { steps[$0] }
    var index = extents.map { _ in 0 }
    var place = 0
    for position in 0..<count {
      body(position, place)
      for axis in extents.indices.reversed() {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < extents[axis] { break }
        place -= strides[axis] * extents[axis]
        index[axis] = 0
      }
    }
  }
}
