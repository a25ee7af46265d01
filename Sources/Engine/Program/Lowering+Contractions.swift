import CKernels

extension Lowering {
  /// A product or convolution with what follows it.
  mutating func lowerContraction(_ epilogue: Epilogue) throws(ProgramError) {
    let node = epilogue.contraction
    if use.inputs(node).contains(where: { use.shape($0).contains(0) }) {
      fillEmpty(node)
      return
    }
    let bias: Layout? = if let bias = epilogue.bias { try contiguous(bias) } else { nil }
    let target: Layout
    if let accumulator = epilogue.accumulator {
      target = try layout(accumulator)
      setResult(epilogue.result, target)
    } else if let order = orderOfReader(epilogue.result) {
      target = result(epilogue.result, inOrder: order)
    } else {
      target = result(epilogue.result)
    }
    if let convolution = use.operation(node) as? Convolution {
      try lowerConvolution(node, convolution, epilogue, bias, target)
    } else {
      try lowerProduct(node, epilogue, bias, target)
    }
  }

  /// The order of axes in which the only reader of a product wants it, with rows whole: the product
  /// is written in that order at no cost.
  private func orderOfReader(_ node: Int) -> [Int]? {
    guard use.operation(node) is MatrixProduct, let reader = use.onlyReader(node),
      let permute = use.operation(reader) as? Permute, permute.order.last == permute.order.count - 1
    else { return nil }
    return permute.order
  }

  private mutating func lowerProduct(
    _ node: Int, _ epilogue: Epilogue, _ bias: Layout?, _ target: Layout
  ) throws(ProgramError) {
    let inputs = use.inputs(node)
    var (a, b) = (try layout(inputs[0]), try layout(inputs[1]))
    let rank = a.shape.count
    let (m, k, n) = (a.shape[rank - 2], a.shape[rank - 1], b.shape[rank - 1])
    let resultStrides = target.strides
    func batches() -> MergedAxes {
      MergedAxes(
        extents: Array(a.shape.dropLast(2)),
        strides: [a.strides, b.strides, resultStrides].map { Array($0.dropLast(2)) })
    }
    var batch = batches()
    if batch.extents.count > 2 {
      (a, b) = (try contiguous(inputs[0]), try contiguous(inputs[1]))
      batch = batches()
    }
    func stride(_ array: Int, _ level: Int) -> Int {
      // Levels are outer and inner; with one axis it is the inner.
      let axis = batch.extents.count - 1 - level
      return axis >= 0 ? batch.strides[array][axis] : 0
    }
    func extent(_ level: Int) -> Int {
      let axis = batch.extents.count - 1 - level
      return axis >= 0 ? batch.extents[axis] : 1
    }
    var description = ouroboros_product_t(
      m: m, n: n, k: k, a_row: a.strides[rank - 2], a_column: a.strides[rank - 1],
      b_row: b.strides[rank - 2], b_column: b.strides[rank - 1], c_row: target.strides[rank - 2],
      outer: extent(1), inner: extent(0), a_outer: stride(0, 1), a_inner: stride(0, 0),
      b_outer: stride(1, 1), b_inner: stride(1, 0), c_outer: stride(2, 1), c_inner: stride(2, 0),
      alpha: 1, accumulate: epilogue.accumulator == nil ? 0 : 1,
      activation: epilogue.activation.code, slope: epilogue.activation.slope,
      operands: options.precision.operands)
    let items = Double(extent(0) * extent(1))
    let cost = InstructionCost(
      text: "matmul \(items > 1 ? "\(Int(items)) of " : "")\(m)×\(k)×\(n)\(epilogue.suffix)",
      kind: .product, operations: 2 * Double(m) * Double(n) * Double(k) * items,
      bytes: 4 * items * Double(m * k + k * n + m * n))
    if let operation = try oneDNN(description, hasBias: bias != nil) {
      emitOneDNN(operation, a, b, target, bias, cost)
      return
    }
    let fixed = description
    emit(
      [a, b, target] + (bias.map { [$0] } ?? []), scratch: ouroboros_product_scratch(&description),
      cost
    ) { places in
      ProductInstruction(
        fixed, a: places.floats(a), b: places.floats(b), c: places.floats(target),
        bias: bias.map { UnsafePointer(places.floats($0)) }, scratch: places.scratch)
    }
  }

  private mutating func lowerConvolution(
    _ node: Int, _ convolution: Convolution, _ epilogue: Epilogue, _ bias: Layout?,
    _ target: Layout
  ) throws(ProgramError) {
    let inputs = use.inputs(node)
    let (first, second) = (try contiguous(inputs[0]), try contiguous(inputs[1]))
    let window = convolution.window
    // Image, its convolution, and which pass it is.
    let x: [Int]
    let y: [Int]
    let pass: Int
    switch convolution.direction {
    case .forward: (x, y, pass) = (first.shape, use.shape(node), OUROBOROS_CONVOLUTION_FORWARD)
    case .backwardData:
      (x, y, pass) = (use.shape(node), first.shape, OUROBOROS_CONVOLUTION_BACKWARD_DATA)
    case .backwardWeights:
      (x, y, pass) = (first.shape, second.shape, OUROBOROS_CONVOLUTION_BACKWARD_WEIGHTS)
    }
    var description = ouroboros_convolution_t(
      batch: x[0], height: x[1], width: x[2], channels: x[3], out_height: y[1], out_width: y[2],
      out_channels: y[3], kernel_height: window.kernel[0], kernel_width: window.kernel[1],
      stride_y: window.stride[0], stride_x: window.stride[1], pad_top: window.padding[0][0],
      pad_left: window.padding[1][0], dilation_y: window.dilation[0],
      dilation_x: window.dilation[1], groups: window.groups,
      accumulate: epilogue.accumulator == nil ? 0 : 1, activation: epilogue.activation.code,
      slope: epilogue.activation.slope, operands: options.precision.operands)
    let weights = window.kernel[0] * window.kernel[1] * x[3] / window.groups
    let counts = (x.reduce(1, *), y.reduce(1, *), weights * y[3])
    let cost = InstructionCost(
      text: "\(convolution.name) \(x.times) \(window.kernel.times) → \(y.times)\(epilogue.suffix)",
      kind: .convolution, operations: 2 * Double(counts.1) * Double(weights),
      bytes: 4 * Double(counts.0 + counts.1 + counts.2))
    if let operation = try oneDNN(description, convolution.direction, hasBias: bias != nil) {
      emitOneDNN(operation, first, second, target, bias, cost)
      return
    }
    let fixed = description
    emit(
      [first, second, target] + (bias.map { [$0] } ?? []),
      scratch: ouroboros_convolution_scratch(&description, Int32(pass)), cost
    ) { places in
      ConvolutionInstruction(
        fixed, convolution.direction, first: places.floats(first), second: places.floats(second),
        result: places.floats(target), bias: bias.map { UnsafePointer(places.floats($0)) },
        scratch: places.scratch)
    }
  }
}

extension Lowering {
  private mutating func emitOneDNN(
    _ operation: OneDNNOperation, _ first: Layout, _ second: Layout, _ target: Layout,
    _ bias: Layout?, _ cost: InstructionCost
  ) {
    emit(
      [first, second, target] + (bias.map { [$0] } ?? []), scratch: operation.scratchBytes, cost
    ) { places in
      OneDNNInstruction(
        operation, first: places.floats(first), second: places.floats(second),
        result: places.floats(target), bias: bias.map { places.floats($0) }, scratch: places.scratch)
    }
  }
}

extension Epilogue {
  fileprivate var suffix: String {
    var parts = ""
    if bias != nil { parts += " +bias" }
    if accumulator != nil { parts += " accumulated" }
    switch activation {
    case .none: break
    case .relu: parts += " relu"
    case .leakyRelu: parts += " leakyRelu"
    }
    return parts
  }
}

extension Epilogue.Activation {
  fileprivate var code: Int32 {
    switch self {
    case .none: Int32(OUROBOROS_ACTIVATION_NONE)
    case .relu: Int32(OUROBOROS_ACTIVATION_RELU)
    case .leakyRelu: Int32(OUROBOROS_ACTIVATION_LEAKY_RELU)
    }
  }

  fileprivate var slope: Float {
    if case .leakyRelu(let slope) = self { slope } else { 0 }
  }
}
