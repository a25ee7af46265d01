/// Where the elements of a node lie: in a buffer, with strides.
struct Layout: Equatable {
  /// The number of the buffer.
  var root: Int
  /// In elements.
  var offset: Int
  var shape: [Int]
  /// In elements, one an axis; 0 repeats.
  var strides: [Int]

  static func contiguous(root: Int, shape: [Int]) -> Layout {
    Layout(root: root, offset: 0, shape: shape, strides: shape.rowMajorStrides)
  }

  /// Whether the elements follow one another in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }

  func broadcast(to target: [Int]) -> Layout {
    let new = target.count - shape.count
    var result = Layout(root: root, offset: offset, shape: target, strides: target.map { _ in 0 })
    for axis in shape.indices where shape[axis] == target[axis + new] {
      result.strides[axis + new] = shape[axis] == 1 ? 0 : strides[axis]
    }
    return result
  }

  func permuted(_ order: [Int]) -> Layout {
    Layout(
      root: root, offset: offset, shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  func sliced(_ slice: Slice) -> Layout {
    var result = self
    for axis in shape.indices {
      result.offset += slice.starts[axis] * strides[axis]
      result.strides[axis] = strides[axis] * slice.steps[axis]
    }
    result.shape = slice.sizes
    return result
  }

  /// The same elements under another shape without moving them, nil where no strides describe
  /// that.
  func reshaped(_ target: [Int]) -> Layout? {
    guard shape.reduce(1, *) > 0 else { return .contiguous(root: root, shape: target) }
    // Axes that lie regularly behind one another are one axis; the target divides such axes only.
    var merged: [(extent: Int, stride: Int)] = []
    for axis in shape.indices where shape[axis] != 1 {
      if let last = merged.last, last.stride == strides[axis] * shape[axis] {
        merged[merged.count - 1] = (last.extent * shape[axis], strides[axis])
      } else {
        merged.append((shape[axis], strides[axis]))
      }
    }
    var result = Layout(root: root, offset: offset, shape: target, strides: target.map { _ in 0 })
    var axis = target.count - 1
    for (extent, innermost) in merged.reversed() {
      var (left, stride) = (extent, innermost)
      while left > 1 {
        guard axis >= 0 else { return nil }
        if target[axis] != 1 {
          guard left % target[axis] == 0 else { return nil }
          result.strides[axis] = stride
          stride *= target[axis]
          left /= target[axis]
        }
        axis -= 1
      }
    }
    return result
  }
}
