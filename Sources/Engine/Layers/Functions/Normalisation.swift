// Axes: n samples, h and w extents of an image, c channels, G groups of c/G channels.

extension Tensor {
  /// The mean and the variance (divided by the count) along `axes`, which stay with extent 1.
  ///
  /// The variance is that of the distances from the mean, so nothing cancels. The mean in it carries
  /// no gradient, which the second term makes up for: it is 0, and so is its first derivative, but
  /// not its second. This way the two sums of the backward pass do not wait for each other.
  public func moments(
    along axes: [Int], file: StaticString = #fileID, line: Int = #line
  ) -> (mean: Tensor, variance: Tensor) {
    let mean = self.mean(along: axes, file: file, line: line)
    let fixed = mean.stopGradient(file: file, line: line)
    let spread = (self - fixed).square(file: file, line: line).mean(along: axes, file: file, line: line)
    return (mean, spread - (mean - fixed).square(file: file, line: line))
  }

  /// (x - mean)/√(variance + epsilon)·scale + shift over the last axes, those of `scale` and `shift`
  /// (Ba, Kiros & Hinton 2016).
  public func layerNormalised(
    scale: Tensor, shift: Tensor, epsilon: Float = 1e-5, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    guard scale.rank >= 1, shape.count >= scale.rank, Array(shape.suffix(scale.rank)) == scale.shape,
      shift.shape == scale.shape
    else {
      return graph.fail(
        "layerNormalised",
        "the scale \(scale.type) and the shift \(shift.type) do not fit the last axes of \(type)",
        [self, scale, shift], Site(file, line), like: type)
    }
    let (mean, variance) = moments(
      along: Array(shape.indices.suffix(scale.rank)), file: file, line: line)
    let inverse = (variance + epsilon).reciprocalSqrt(file: file, line: line)
    return (self - mean) * inverse * scale + shift
  }

  /// As `layerNormalised` over every group of channels of an image [n, h, w, c], or of any
  /// [n, …, c], with scale and shift [c] (Wu & He 2018).
  public func groupNormalised(
    groups: Int, scale: Tensor, shift: Tensor, epsilon: Float = 1e-5, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    guard rank >= 2, groups >= 1, let channels = shape.last, channels % groups == 0,
      scale.shape == [channels], shift.shape == [channels]
    else {
      return graph.fail(
        "groupNormalised",
        "\(groups) groups with the scale \(scale.type) and the shift \(shift.type) do not fit \(type)",
        [self, scale, shift], Site(file, line), like: type)
    }
    let between = Array(1..<rank - 1)
    let samples = shape[0]
    let members = shape[1...].reduce(1, *) / groups
    let small = [samples] + between.map { _ in 1 } + [channels]
    // The mean over a group from what is summed over the image: the large tensor is read along its
    // channels only, the groups are formed in the small one. [n, 1, 1, c] → [n, 1, 1, c]
    func groupMean(_ values: Tensor) -> Tensor {
      let grouped = [samples, groups, channels / groups]
      let sums = values.sum(along: between, file: file, line: line)
        .reshaped(grouped, file: file, line: line).sum(along: [-1], file: file, line: line)
      return (sums * (1 / Float(members))).broadcast(to: grouped, file: file, line: line)
        .reshaped(small, file: file, line: line)
    }
    let mean = groupMean(self)
    let fixed = mean.stopGradient(file: file, line: line)
    let variance =
      groupMean((self - fixed).square(file: file, line: line))
      - (mean - fixed).square(file: file, line: line)
    let factor = (variance + epsilon).reciprocalSqrt(file: file, line: line) * scale
    return (self - mean) * factor + shift
  }

  /// (x - mean)/√(variance + epsilon)·scale + shift for every channel of [n, …, c], with the mean and
  /// the variance given as tensors [c] or [1, …, c] (Ioffe & Szegedy 2015).
  public func batchNormalised(
    mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, epsilon: Float = 1e-5,
    file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    let factor = (variance + epsilon).reciprocalSqrt(file: file, line: line) * scale
    return (self - mean) * factor + shift
  }
}
