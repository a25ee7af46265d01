extension Tensor {
  /// The mean of (x - y)² over all elements, a scalar [].
  public func meanSquaredError(
    _ other: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    (self - other).square(file: file, line: line).average(file: file, line: line)
  }
}
