/// Conversion between element types; float32 to int32 drops the fraction.
public struct Cast: Operation {
  public let element: ElementType
  public var name: String { "cast" }
  public func resultType(of inputs: [TensorType]) -> TensorType {
    TensorType(inputs[0].shape, element)
  }
}

extension Tensor {
  /// The same values as `element`. No gradient flows through a conversion to or from integers.
  public func cast(
    to element: ElementType, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    if element == type.element { return self }
    return graph.add(Cast(element: element), [self], at: Site(file, line))
  }
}
