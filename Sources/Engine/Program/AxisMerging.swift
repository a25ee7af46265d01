/// The axes of a box that several arrays are walked over, with as few axes as their strides allow.
struct MergedAxes {
  var extents: [Int]
  /// For every array one stride an axis, in elements.
  var strides: [[Int]]

  /// - Parameter cut: an axis before which nothing is merged with what follows.
  init(extents: [Int], strides: [[Int]], cut: Int? = nil) {
    self.extents = []
    self.strides = strides.map { _ in [] }
    var afterCut = false
    for axis in extents.indices {
      if axis == cut { afterCut = true }
      if extents[axis] == 1 { continue }
      if let last = self.extents.last, !afterCut,
        strides.indices.allSatisfy({
          self.strides[$0][self.extents.count - 1] == strides[$0][axis] * extents[axis]
        })
      {
        self.extents[self.extents.count - 1] = last * extents[axis]
        for array in strides.indices {
          self.strides[array][self.extents.count - 1] = strides[array][axis]
        }
      } else {
        self.extents.append(extents[axis])
        for array in strides.indices { self.strides[array].append(strides[array][axis]) }
        afterCut = false
      }
    }
  }
}
