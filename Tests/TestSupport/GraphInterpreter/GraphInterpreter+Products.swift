import Engine

extension GraphInterpreter {
  /// [batch…, m, k] · [batch…, k, n] → [batch…, m, n]. Nothing is said of infinite sums: a ReLU that
  /// the kernels apply to them turns -∞ into NaN.
  static func matrixProduct(_ a: Operand, _ b: Operand) -> [Bounded] {
    let shape = a.shape.dropLast() + [b.shape[b.shape.count - 1]]
    return indices(of: Array(shape)).map { index in
      var (left, right) = (index, index)
      var sum = BoundedSum()
      for inner in 0..<a.shape[a.shape.count - 1] {
        left[index.count - 1] = inner
        right[index.count - 2] = inner
        sum.add(Bounded.product(a[left], b[right]))
      }
      let total = sum.total(roundings: 1)
      return total.value.isFinite ? total : Bounded(total.value, error: .infinity)
    }
  }

  /// Visits every triple of an element of the image, of the weights and of the result of the
  /// forward convolution that are multiplied with each other; each direction sums over those that share its
  /// result. Infinities meet the zeros around an image, or do not: nothing is said of them.
  static func convolve(
    _ convolution: Convolution, _ a: Operand, _ b: Operand, to shape: [Int]
  ) -> [Bounded] {
    var sums = [BoundedSum](repeating: BoundedSum(), count: shape.reduce(1, *))
    let (image, weights, result): ([Int], [Int], [Int])
    switch convolution.direction {
    case .forward: (image, weights, result) = (a.shape, b.shape, shape)
    case .backwardData: (image, weights, result) = (shape, b.shape, a.shape)
    case .backwardWeights: (image, weights, result) = (a.shape, shape, b.shape)
    }
    let window = convolution.window
    let outputsOfGroup = weights[0] / window.groups
    for place in indices(of: result) {
      let (batch, row, column, output) = (place[0], place[1], place[2], place[3])
      for tap in indices(of: Array(weights.dropFirst())) {
        let y = row * window.stride[0] + tap[0] * window.dilation[0] - window.padding[0][0]
        let x = column * window.stride[1] + tap[1] * window.dilation[1] - window.padding[1][0]
        guard (0..<image[1]).contains(y), (0..<image[2]).contains(x) else { continue }
        let channel = output / outputsOfGroup * weights[3] + tap[2]
        let pixel = [batch, y, x, channel]
        let weight = [output] + tap
        switch convolution.direction {
        case .forward: sums[position(of: place, in: shape)].add(.product(a[pixel], b[weight]))
        case .backwardData: sums[position(of: pixel, in: shape)].add(.product(a[place], b[weight]))
        case .backwardWeights: sums[position(of: weight, in: shape)].add(.product(a[pixel], b[place]))
        }
      }
    }
    let isFinite = (a.elements + b.elements).allSatisfy { $0.value.isFinite && $0.error < .infinity }
    return sums.map { sum in
      let total = sum.total(roundings: 1)
      return isFinite ? total : Bounded(total.value, error: .infinity)
    }
  }
}
