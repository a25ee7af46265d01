/// What the elements of a tensor are.
public enum ElementType: String, Sendable, Hashable {
  /// 32-bit IEEE 754 numbers, the type of everything that has a gradient.
  case float32
  /// 32-bit signed integers: indices and labels.
  case int32
}

/// The shape and the element type of a tensor; row-major, `[]` is the shape of a scalar.
public struct TensorType: Sendable, Hashable, CustomStringConvertible {
  public var shape: [Int]
  public var element: ElementType

  public init(_ shape: [Int], _ element: ElementType = .float32) {
    self.shape = shape
    self.element = element
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
  /// The number of axes.
  public var rank: Int { shape.count }

  public var description: String {
    element == .float32 ? "\(shape)" : "\(element)\(shape)"
  }
}

extension [Int] {
  /// The row-major strides of a tensor of this shape, in elements.
  public var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: count)
    for axis in indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * self[axis + 1]
    }
    return strides
  }
}
