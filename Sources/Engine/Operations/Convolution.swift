/// How a window moves over an image, the same along height and width unless said otherwise.
public struct Window: Sendable, Hashable {
  public var kernel: [Int]
  public var stride: [Int]
  /// Zeros before the first and behind the last row, and column: [[top, bottom], [left, right]].
  public var padding: [[Int]]
  public var dilation: [Int]
  public var groups: Int

  public init(
    kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) {
    self.init(
      kernel: [kernel, kernel], stride: [stride, stride],
      padding: [[padding, padding], [padding, padding]], dilation: [dilation, dilation],
      groups: groups)
  }

  public init(
    kernel: [Int], stride: [Int], padding: [[Int]], dilation: [Int] = [1, 1], groups: Int = 1
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The extents of the result for an image of these extents, nil where the window does not fit.
  func outputExtents(_ extents: [Int]) -> [Int]? {
    guard kernel.count == 2, stride.count == 2, dilation.count == 2, padding.count == 2,
      padding.allSatisfy({ $0.count == 2 && $0[0] >= 0 && $0[1] >= 0 }),
      (kernel + stride + dilation + [groups]).allSatisfy({ $0 >= 1 })
    else { return nil }
    let result = (0..<2).map { axis in
      let room = extents[axis] + padding[axis][0] + padding[axis][1]
        - (dilation[axis] * (kernel[axis] - 1) + 1)
      return room < 0 ? 0 : room / stride[axis] + 1
    }
    return result.allSatisfy { $0 > 0 } ? result : nil
  }
}

/// Two-dimensional convolution (cross-correlation, as everywhere in deep learning) and its two
/// transposes. Images are channels-last [n, h, w, c], weights [c_out, kh, kw, c_in / groups].
///
/// The three are each linear in both operands and closed under differentiation:
/// y = w ∗ x, x̄ = w ∗ᵀ ȳ, w̄ = x ⋆ ȳ.
public struct Convolution: Operation {
  public enum Direction: Sendable, Hashable {
    /// (x, w) → y.
    case forward
    /// (ȳ, w) → x̄ of extents `extents` [h, w].
    case backwardData(extents: [Int])
    /// (x, ȳ) → w̄.
    case backwardWeights
  }

  public let direction: Direction
  public let window: Window

  public var name: String {
    switch direction {
    case .forward: "convolution"
    case .backwardData: "convolutionTransposed"
    case .backwardWeights: "convolutionWeights"
    }
  }

  public func resultType(of inputs: [TensorType]) throws(OperandProblem) -> TensorType {
    let (a, b) = (inputs[0], inputs[1])
    guard a.rank == 4, b.rank == 4, a.element == .float32, b.element == .float32 else {
      throw OperandProblem("expects float32 images [n, h, w, c] and weights [out, kh, kw, in]")
    }
    switch direction {
    case .forward:
      guard let extents = window.outputExtents(Array(a.shape[1...2])) else {
        throw OperandProblem("the window \(window.kernel) does not fit the image")
      }
      try checkWeights(b.shape, channels: a.shape[3])
      return TensorType([a.shape[0], extents[0], extents[1], b.shape[0]])
    case .backwardData(let extents):
      guard window.outputExtents(extents) == Array(a.shape[1...2]) else {
        throw OperandProblem("an image \(extents) does not give \(a.shape[1...2])")
      }
      guard b.shape[0] == a.shape[3] else { throw OperandProblem("channels differ") }
      let channels = b.shape[3] * window.groups
      try checkWeights(b.shape, channels: channels)
      return TensorType([a.shape[0], extents[0], extents[1], channels])
    case .backwardWeights:
      guard window.outputExtents(Array(a.shape[1...2])) == Array(b.shape[1...2]),
        a.shape[0] == b.shape[0]
      else { throw OperandProblem("the images do not belong to each other") }
      let weights = [b.shape[3], window.kernel[0], window.kernel[1], a.shape[3] / window.groups]
      try checkWeights(weights, channels: a.shape[3])
      return TensorType(weights)
    }
  }

  private func checkWeights(_ weights: [Int], channels: Int) throws(OperandProblem) {
    guard Array(weights[1...2]) == window.kernel else {
      throw OperandProblem("weights \(weights) for a window \(window.kernel)")
    }
    guard weights[3] * window.groups == channels, weights[0] % window.groups == 0 else {
      throw OperandProblem(
        "weights \(weights) in \(window.groups) groups for \(channels) channels")
    }
  }

  public func gradients(inputs: [Tensor], output: Tensor, gradient g: Tensor) -> [Tensor?] {
    let (a, b) = (inputs[0], inputs[1])
    let extents = Array(a.shape[1...2])
    func apply(_ direction: Direction, _ x: Tensor, _ y: Tensor) -> Tensor {
      x.graph.add(Convolution(direction: direction, window: window), [x, y], at: output.site)
    }
    switch direction {
    case .forward:
      return [apply(.backwardData(extents: extents), g, b), apply(.backwardWeights, a, g)]
    case .backwardData:
      return [apply(.forward, g, b), apply(.backwardWeights, g, a)]
    case .backwardWeights:
      return [apply(.backwardData(extents: extents), b, g), apply(.forward, a, g)]
    }
  }
}

extension Tensor {
  /// The convolution of images [n, h, w, c] with weights [out, kh, kw, c / groups] to
  /// [n, h′, w′, out].
  public func convolution(
    _ weights: Tensor, _ window: Window, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    graph.add(
      Convolution(direction: .forward, window: window), [self, weights], at: Site(file, line))
  }

  /// The transposed convolution of images [n, h′, w′, out] with weights [out, kh, kw, c / groups] to
  /// [n, h, w, c], where a convolution of [h, w] = `extents` would give [h′, w′].
  public func transposedConvolution(
    _ weights: Tensor, _ window: Window, extents: [Int], file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    graph.add(
      Convolution(direction: .backwardData(extents: extents), window: window), [self, weights],
      at: Site(file, line))
  }
}
