extension Tensor {
  /// The largest value in every window of an image [n, h, w, c]: [n, h′, w′, c]. What is padded does
  /// not count. Among equal values the first one takes the gradient, as in PyTorch.
  ///
  /// - Parameter stride: the extent of the window when nil.
  public func maximumPooled(
    _ extent: Int, stride: Int? = nil, padding: Int = 0, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    let window = Window(kernel: extent, stride: stride ?? extent, padding: padding)
    guard rank == 4, padding * 2 <= extent,
      let extents = window.outputExtents(Array(shape[1...2]))
    else {
      return graph.fail(
        "maximumPooled", "a window of \(extent) with padding \(padding) does not fit \(type)", [self],
        Site(file, line), like: type)
    }
    var image = self
    if padding > 0 {
      let (before, behind) = ([0, padding, padding, 0], [0, padding, padding, 0])
      let inside = filled(1).padded(before: before, behind: behind, file: file, line: line)
      image = inside.select(
        padded(before: before, behind: behind, file: file, line: line), -.infinity,
        file: file, line: line)
    }
    // One strided slice for every place in the window: elementwise maxima, in reading order.
    let step = window.stride[0]
    var result: Tensor?
    for row in 0..<extent {
      for column in 0..<extent {
        let slice = image.sliced(
          starts: [0, row, column, 0], sizes: [shape[0], extents[0], extents[1], shape[3]],
          steps: [1, step, step, 1], file: file, line: line)
        result = result?.maximum(slice, file: file, line: line) ?? slice
      }
    }
    return result ?? self
  }

  /// The mean of every window of an image [n, h, w, c]: [n, h′, w′, c]. Padding counts as zeros, as
  /// in PyTorch.
  ///
  /// - Parameter stride: the extent of the window when nil.
  public func averagePooled(
    _ extent: Int, stride: Int? = nil, padding: Int = 0, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    let channels = rank == 4 ? shape[3] : 0
    let window = Window(
      kernel: extent, stride: stride ?? extent, padding: padding, groups: max(channels, 1))
    guard rank == 4, channels > 0, padding * 2 <= extent,
      let extents = window.outputExtents(Array(shape[1...2]))
    else {
      return graph.fail(
        "averagePooled", "a window of \(extent) with padding \(padding) does not fit \(type)", [self],
        Site(file, line), like: type)
    }
    let isTiling =
      window.stride[0] == extent && padding == 0 && shape[1] % extent == 0 && shape[2] % extent == 0
    if isTiling {
      let tiles = reshaped(
        [shape[0], extents[0], extent, extents[1], extent, channels], file: file, line: line)
      return tiles.mean(along: [2, 4], file: file, line: line)
        .reshaped([shape[0], extents[0], extents[1], channels], file: file, line: line)
    }
    let share = graph.fill(
      1 / Float(extent * extent), [channels, extent, extent, 1], file: file, line: line)
    return convolution(share, window, file: file, line: line)
  }

  /// Every pixel of an image [n, h, w, c] repeated `factor` times in both directions:
  /// [n, factor·h, factor·w, c], nearest-neighbour up-sampling.
  public func upsampled(
    by factor: Int, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    guard rank == 4, factor >= 1 else {
      return graph.fail(
        "upsampled", "expects an image [n, h, w, c] and a positive factor, not \(type) and \(factor)",
        [self], Site(file, line), like: type)
    }
    return reshaped([shape[0], shape[1], 1, shape[2], 1, shape[3]], file: file, line: line)
      .broadcast(
        to: [shape[0], shape[1], factor, shape[2], factor, shape[3]], file: file, line: line
      )
      .reshaped(
        [shape[0], shape[1] * factor, shape[2] * factor, shape[3]], file: file, line: line)
  }
}
