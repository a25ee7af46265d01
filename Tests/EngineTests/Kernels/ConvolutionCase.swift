import CKernels

/// A convolution with random sizes, strides, padding, dilation, groups and epilogue.
struct ConvolutionCase: CustomStringConvertible {
  var sizes = ouroboros_convolution_t()
  var epilogue = KernelEpilogue()
  var x: [Float]
  var y: [Float]
  var weights: [Float]
  /// For the channels that the pass writes; backward weights takes none.
  var bias: [Float]

  enum Kind: CaseIterable {
    case plain, grouped, depthwise, oneIn, oneOut, pointwise, wide, threeByThree, fourByFour, large
  }

  init(_ kind: Kind, _ draws: inout KernelDraws) {
    let groups = kind == .grouped ? draws.pick(2...3) : kind == .depthwise ? draws.pick(2...40) : 1
    var ofGroup = draws.pick(1...7), outputs = draws.pick(1...9)
    switch kind {
    case .depthwise: (ofGroup, outputs) = (1, 1)
    case .oneIn: (ofGroup, outputs) = (1, draws.pick(1...50))
    case .oneOut: (ofGroup, outputs) = (draws.pick(8...50), 1)
    // More than a block of pixels: an image is cut.
    case .large: (ofGroup, outputs) = (draws.pick(36...40), draws.pick(1...9))
    case .wide, .threeByThree, .fourByFour: (ofGroup, outputs) = (draws.pick(16...40), draws.pick(16...60))
    default: break
    }
    let one = kind == .pointwise, transformed = kind == .threeByThree || kind == .fourByFour
    let fixed: (kernel: Int, stride: Int)? =
      switch kind {
      case .pointwise: (1, 1)
      case .threeByThree: (3, 1)
      case .fourByFour: (4, 2)
      default: nil
      }
    func axis(_ draws: inout KernelDraws) -> (
      size: Int, out: Int, kernel: Int, stride: Int, pad: Int, dilation: Int
    ) {
      while true {
        let kernel = fixed?.kernel ?? draws.pick(1...4), stride = fixed?.stride ?? draws.pick(1...3)
        let dilation = transformed || draws.chance(70) ? 1 : draws.pick(2...3)
        let reach = (kernel - 1) * dilation + 1
        let before = one ? 0 : draws.below(kernel + 1), after = one ? 0 : draws.below(kernel + 1)
        let size = kind == .large ? draws.pick(44...50) : draws.pick(transformed ? 7...20 : 1...13)
        let room = size + before + after - reach
        if room >= 0 { return (size, room / stride + 1, kernel, stride, before, dilation) }
      }
    }
    let down = axis(&draws), right = axis(&draws)
    sizes.batch =
      switch kind {
      case .threeByThree: draws.pick(4...6)
      case .fourByFour: draws.pick(4...20)
      default: draws.pick(1...3)
      }
    (sizes.height, sizes.out_height, sizes.kernel_height) = (down.size, down.out, down.kernel)
    (sizes.stride_y, sizes.pad_top, sizes.dilation_y) = (down.stride, down.pad, down.dilation)
    (sizes.width, sizes.out_width, sizes.kernel_width) = (right.size, right.out, right.kernel)
    (sizes.stride_x, sizes.pad_left, sizes.dilation_x) = (right.stride, right.pad, right.dilation)
    (sizes.channels, sizes.out_channels, sizes.groups) = (groups * ofGroup, groups * outputs, groups)
    epilogue.accumulate = draws.chance(50)
    epilogue.activation = draws.below(3)
    sizes.accumulate = epilogue.accumulate ? 1 : 0
    sizes.activation = Int32(epilogue.activation)
    sizes.slope = epilogue.slope
    sizes.operands = Int32(draws.below(2))
    x = draws.wholeNumbers(sizes.batch * sizes.height * sizes.width * sizes.channels)
    y = draws.wholeNumbers(sizes.batch * sizes.out_height * sizes.out_width * sizes.out_channels)
    weights = draws.wholeNumbers(sizes.out_channels * sizes.kernel_height * sizes.kernel_width * ofGroup)
    bias = draws.chance(50) ? draws.wholeNumbers(max(sizes.channels, sizes.out_channels)) : []
    // ReLU makes 0 of it.
    if !bias.isEmpty, draws.chance(10) { bias[0] = -.infinity }
  }

  /// How far a result may be from a whole number. F(4, 2) halves and divides by three, so its results are not
  /// exact, but far nearer to the right whole number than to any other.
  static func tolerance(_ kind: Kind) -> Float { kind == .fourByFour ? 0.01 : 0 }

  var description: String {
    """
    \(sizes.batch)×\(sizes.height)×\(sizes.width)×\(sizes.channels) to \(sizes.out_height)×\(sizes.out_width)\
    ×\(sizes.out_channels), kernel \(sizes.kernel_height)×\(sizes.kernel_width), stride \(sizes.stride_y), \
    \(sizes.stride_x), padding \(sizes.pad_top), \(sizes.pad_left), dilation \(sizes.dilation_y), \
    \(sizes.dilation_x), groups \(sizes.groups), accumulate \(sizes.accumulate), activation \
    \(sizes.activation), operands \(sizes.operands), bias \(!bias.isEmpty)
    """
  }

  /// Every product of the definition: places in x, in y and in the weights.
  private func forEachTerm(_ body: (Int, Int, Int) -> Void) {
    let ofGroup = sizes.channels / sizes.groups, outputs = sizes.out_channels / sizes.groups
    for b in 0..<sizes.batch {
      for u in 0..<sizes.out_height {
        for v in 0..<sizes.out_width {
          for r in 0..<sizes.kernel_height {
            for s in 0..<sizes.kernel_width {
              let row = u * sizes.stride_y + r * sizes.dilation_y - sizes.pad_top
              let column = v * sizes.stride_x + s * sizes.dilation_x - sizes.pad_left
              guard (0..<sizes.height).contains(row), (0..<sizes.width).contains(column) else { continue }
              let xPixel = ((b * sizes.height + row) * sizes.width + column) * sizes.channels
              let yPixel = ((b * sizes.out_height + u) * sizes.out_width + v) * sizes.out_channels
              for o in 0..<sizes.out_channels {
                let tap = ((o * sizes.kernel_height + r) * sizes.kernel_width + s) * ofGroup
                for c in 0..<ofGroup { body(xPixel + o / outputs * ofGroup + c, yPixel + o, tap + c) }
              }
            }
          }
        }
      }
    }
  }

  /// What a pass writes, by the definition.
  func reference(_ pass: Int) -> [Float] {
    let old = [y, x, weights][pass]
    var sums = [Double](repeating: 0, count: old.count)
    forEachTerm { xPlace, yPlace, tap in
      switch pass {
      case OUROBOROS_CONVOLUTION_FORWARD: sums[yPlace] += Double(x[xPlace]) * Double(weights[tap])
      case OUROBOROS_CONVOLUTION_BACKWARD_DATA: sums[xPlace] += Double(y[yPlace]) * Double(weights[tap])
      default: sums[tap] += Double(x[xPlace]) * Double(y[yPlace])
      }
    }
    var epilogue = epilogue
    if pass == OUROBOROS_CONVOLUTION_BACKWARD_WEIGHTS { epilogue.activation = 0 }
    let channels = pass == OUROBOROS_CONVOLUTION_FORWARD ? sizes.out_channels : sizes.channels
    let biased = !bias.isEmpty && pass != OUROBOROS_CONVOLUTION_BACKWARD_WEIGHTS
    return sums.indices.map { i in
      epilogue.finished(sums[i], old: old[i], bias: biased ? bias[i % channels] : 0)
    }
  }

  /// What a pass writes, by the kernels, and whether they stayed within their scratch.
  func computed(_ pass: Int) -> (result: [Float], inside: Bool) {
    var result = [y, x, weights][pass], description = sizes
    let bias = bias.isEmpty ? nil : bias
    let inside = withScratch(ouroboros_convolution_scratch(&description, Int32(pass))) { scratch in
      switch pass {
      case OUROBOROS_CONVOLUTION_FORWARD:
        ouroboros_convolution_forward(&description, x, weights, &result, bias, scratch)
      case OUROBOROS_CONVOLUTION_BACKWARD_DATA:
        ouroboros_convolution_backward_data(&description, y, weights, &result, bias, scratch)
      default: ouroboros_convolution_backward_weights(&description, x, y, &result, scratch)
      }
    }
    return (result, inside)
  }
}
