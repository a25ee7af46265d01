import CKernels

/// A tile program while it is put together.
struct TileDraft {
  struct Operand {
    var layout: Layout
    var element: ElementType
    var isLoad: Bool
  }

  /// A value that goes to memory.
  struct Sink {
    var node: Int
    /// The instruction that computes it; for a reduction into memory, the one that is reduced.
    var value: UInt16
    /// Whether `value` is reduced on the way.
    var isReduction: Bool
  }

  /// Five axes, outermost first, and for every operand its strides along them.
  struct Axes {
    var extents: [Int]
    var strides: [[Int]]
  }

  let use: GraphUse
  let fusion: Fusion
  let recomputation: Recomputation
  let unit: Unit
  let space: TileSpace
  private(set) var instructions: [ouroboros_tile_instruction] = []
  var operands: [Operand] = []
  private(set) var sinks: [Sink] = []
  private var valueOf: [Int: UInt16] = [:]
  private let unitNumber: Int

  init(
    use: GraphUse, fusion: Fusion, recomputation: Recomputation, unit: Unit, space: TileSpace
  ) {
    self.use = use
    self.fusion = fusion
    self.recomputation = recomputation
    self.unit = unit
    self.space = space
    unitNumber = fusion.unitOf[unit.nodes[0]]
  }

  /// What it computes, for listings.
  var text: String {
    let names = unit.nodes.map { use.operation($0).name }
    return names.count <= 8
      ? names.joined(separator: " ")
      : names.prefix(7).joined(separator: " ") + " … \(names.count) operations"
  }

  // MARK: Instructions

  typealias LayoutOf = (Int) throws(ProgramError) -> Layout

  /// Adds the instructions for the value of a node that goes to memory.
  mutating func addSink(_ node: Int, _ layoutOf: LayoutOf) throws(ProgramError) {
    if fusion.isTerminal(node) {
      let value = try value(of: use.inputs(node)[0], layoutOf)
      sinks.append(Sink(node: node, value: value, isReduction: true))
    } else {
      let value = try value(of: node, layoutOf)
      sinks.append(Sink(node: node, value: value, isReduction: false))
    }
  }

  /// Stores a sink in memory that an operand is loaded from.
  mutating func store(_ sink: Sink, in operand: Int) {
    append(OUROBOROS_STORE, a: sink.value, operand: operand)
  }

  /// Stores a sink in memory of its own.
  mutating func store(_ sink: Sink, to layout: Layout) {
    operands.append(
      Operand(
        layout: layout.broadcast(to: space.shape), element: use.graph.nodes[sink.node].type.element,
        isLoad: false))
    let operand = operands.count - 1
    guard sink.isReduction, let reduce = use.operation(sink.node) as? Reduce else {
      append(OUROBOROS_STORE, a: sink.value, operand: operand)
      return
    }
    append(
      reduce.function == .sum ? OUROBOROS_SUM_INTO : OUROBOROS_MAXIMUM_INTO, a: sink.value,
      operand: operand, immediate: 1)
  }

  @discardableResult
  private mutating func append(
    _ operation: Int, a: UInt16 = 0, b: UInt16 = 0, c: UInt16 = 0, operand: Int = 0,
    immediate: Float = 0
  ) -> UInt16 {
    instructions.append(
      ouroboros_tile_instruction(
        operation: UInt16(operation), a: a, b: b, c: c, operand: UInt16(operand),
        immediate: immediate))
    return UInt16(instructions.count - 1)
  }

  private mutating func value(of node: Int, _ layoutOf: LayoutOf) throws(ProgramError) -> UInt16 {
    if let known = valueOf[node] { return known }
    let result: UInt16
    if isComputed(node) {
      result = try computed(node, layoutOf)
    } else if let fill = use.operation(node) as? Fill {
      result = append(OUROBOROS_CONSTANT, immediate: fill.value)
    } else if use.operation(node) is Broadcast || use.operation(node) is StopGradient {
      result = try value(of: use.inputs(node)[0], layoutOf)
    } else {
      let layout = try layoutOf(node)
      operands.append(
        Operand(
          layout: layout.broadcast(to: space.shape), element: use.graph.nodes[node].type.element,
          isLoad: true))
      result = append(OUROBOROS_LOAD, operand: operands.count - 1)
    }
    valueOf[node] = result
    return result
  }

  /// Whether this program computes a value: its own ones, and those of others that are not in memory.
  private func isComputed(_ node: Int) -> Bool {
    if fusion.unitOf[node] == unitNumber { return !fusion.isTerminal(node) }
    return fusion.roles[node] == .fusible && fusion.isInTiles(node)
      && !recomputation.isStored[node]
  }

  private mutating func computed(_ node: Int, _ layoutOf: LayoutOf) throws(ProgramError) -> UInt16 {
    let inputs = use.inputs(node)
    switch use.operation(node) {
    case let unary as Unary:
      return append(unary.function.code, a: try value(of: inputs[0], layoutOf))
    case let leaky as LeakyRelu:
      return append(
        OUROBOROS_LEAKY_RELU, a: try value(of: inputs[0], layoutOf), immediate: leaky.slope)
    case let binary as Binary:
      if binary.function == .add, let fused = try multiplyAdd(inputs, layoutOf) { return fused }
      let a = try value(of: inputs[0], layoutOf)
      return append(binary.function.code, a: a, b: try value(of: inputs[1], layoutOf))
    case is Select:
      if let mask = try mask(inputs, layoutOf) { return mask }
      let a = try value(of: inputs[0], layoutOf)
      let b = try value(of: inputs[1], layoutOf)
      return append(OUROBOROS_SELECT, a: a, b: b, c: try value(of: inputs[2], layoutOf))
    case let reduce as Reduce:
      return append(
        reduce.function == .sum ? OUROBOROS_ROW_SUM : OUROBOROS_ROW_MAXIMUM,
        a: try value(of: inputs[0], layoutOf), immediate: 1)
    case let cast as Cast:
      let x = try value(of: inputs[0], layoutOf)
      if cast.element == .float32 { return x }
      // Towards zero, also for readers in this program.
      let size = append(OUROBOROS_FLOOR, a: append(OUROBOROS_ABSOLUTE, a: x))
      return append(OUROBOROS_MULTIPLY, a: append(OUROBOROS_SIGN, a: x), b: size)
    default:
      throw .internalFault("\(use.operation(node).name) in a tile program")
    }
  }

  /// x·y + z as one instruction, where only this sum reads the product.
  private mutating func multiplyAdd(
    _ inputs: [Int], _ layoutOf: LayoutOf
  ) throws(ProgramError) -> UInt16? {
    for (product, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard (use.operation(product) as? Binary)?.function == .multiply, valueOf[product] == nil,
        use.onlyReader(product) != nil, isComputed(product)
      else { continue }
      let a = try value(of: use.inputs(product)[0], layoutOf)
      let b = try value(of: use.inputs(product)[1], layoutOf)
      return append(OUROBOROS_MULTIPLY_ADD, a: a, b: b, c: try value(of: other, layoutOf))
    }
    return nil
  }

  /// y > 0 ? g : 0 and y > 0 ? g : slope·g, the gradients of (leaky) relu.
  private mutating func mask(
    _ inputs: [Int], _ layoutOf: LayoutOf
  ) throws(ProgramError) -> UInt16? {
    // A comparison made elsewhere does not say that what it compared is still in memory.
    guard (use.operation(inputs[0]) as? Binary)?.function == .less,
      isComputed(inputs[0]), fill(use.inputs(inputs[0])[0]) == 0
    else { return nil }
    let tested = use.inputs(inputs[0])[1]
    if fill(inputs[2]) == 0 {
      let y = try value(of: tested, layoutOf)
      return append(OUROBOROS_RELU_MASK, a: y, b: try value(of: inputs[1], layoutOf))
    }
    guard let scaled = use.operation(inputs[2]) as? Binary, scaled.function == .multiply,
      let slope = fill(use.inputs(inputs[2])[0]), use.inputs(inputs[2])[1] == inputs[1]
    else { return nil }
    let y = try value(of: tested, layoutOf)
    return append(
      OUROBOROS_LEAKY_RELU_MASK, a: y, b: try value(of: inputs[1], layoutOf), immediate: slope)
  }

  private func fill(_ node: Int) -> Float? {
    switch use.operation(node) {
    case let fill as Fill: fill.value
    case is Broadcast: fill(use.inputs(node)[0])
    default: nil
    }
  }

  // MARK: Axes

  /// The iteration space in five axes, nil where the operands as they lie need more.
  func axes() -> Axes? { axes(of: operands.map(\.layout.strides)) }

  private func axes(of strides: [[Int]]) -> Axes? {
    let cut = space.rowElements.flatMap { rowElements in
      space.shape.indices.first { space.shape[$0...].reduce(1, *) == rowElements && space.shape[$0] != 1 }
    }
    let merged = MergedAxes(extents: space.shape, strides: strides, cut: cut)
    var (extents, all) = (merged.extents, merged.strides)
    if let rowElements = space.rowElements {
      guard extents.last == rowElements else { return nil }
    } else if let tail = space.tailElements, tail > 1 {
      guard extents.last == tail else { return nil }
    }
    if space.rowElements == nil, space.tailElements == 1 {
      extents.append(1)
      for array in all.indices { all[array].append(0) }
    }
    guard extents.count <= 5 else { return nil }
    let missing = 5 - extents.count
    return Axes(
      extents: Array(repeating: 1, count: missing) + extents,
      strides: all.map { Array(repeating: 0, count: missing) + $0 })
  }

  /// The loaded operand that divides the space most, nil when all lie in order.
  func worstOperand() -> Int? {
    func pieces(_ operand: Operand) -> Int {
      MergedAxes(extents: space.shape, strides: [operand.layout.strides]).extents.count
    }
    let candidates = operands.indices.filter { operands[$0].isLoad && !operands[$0].layout.isContiguous }
    // One number a row is no hindrance to what is computed once a row; copied, it would vary along
    // the row, and so would that.
    let inner = space.rowElements ?? space.tailElements ?? 1
    let inTheWay = candidates.filter { (operands[$0].layout.trailingRepeats ?? 0) < inner }
    if let worst = inTheWay.max(by: { pieces(operands[$0]) < pieces(operands[$1]) }) { return worst }
    let elements = space.shape.reduce(1, *)
    let hasParts = sinks.contains { !$0.isReduction && use.shape($0.node).reduce(1, *) != elements }
    return hasParts ? nil : candidates.max { pieces(operands[$0]) < pieces(operands[$1]) }
  }
}

extension Layout {
  /// How often each element is repeated along trailing axes, where the elements follow one another but
  /// for that; else nil.
  fileprivate var trailingRepeats: Int? {
    let varying = strides.indices.last { shape[$0] != 1 && strides[$0] != 0 } ?? -1
    let rest = Layout(
      root: root, offset: offset, shape: Array(shape.prefix(varying + 1)),
      strides: Array(strides.prefix(varying + 1)))
    return rest.isContiguous ? shape[(varying + 1)...].reduce(1, *) : nil
  }
}

extension Fusion {
  /// Whether a tile program computes a node.
  func isInTiles(_ node: Int) -> Bool {
    guard unitOf[node] >= 0, case .tiles = units[unitOf[node]].kind else { return false }
    return true
  }

  /// Whether a node is a reduction into memory, of which its own unit cannot use the result.
  func isTerminal(_ node: Int) -> Bool {
    use.operation(node) is Reduce && space(of: node).rowElements == nil
  }
}

extension Unary.Function {
  fileprivate var code: Int {
    switch self {
    case .negate: OUROBOROS_NEGATE
    case .absolute: OUROBOROS_ABSOLUTE
    case .sign: OUROBOROS_SIGN
    case .exp: OUROBOROS_EXP
    case .log: OUROBOROS_LOG
    case .log1p: OUROBOROS_LOG1P
    case .sqrt: OUROBOROS_SQRT
    case .reciprocalSqrt: OUROBOROS_RSQRT
    case .reciprocal: OUROBOROS_RECIPROCAL
    case .tanh: OUROBOROS_TANH
    case .sigmoid: OUROBOROS_SIGMOID
    case .erf: OUROBOROS_ERF
    case .sin: OUROBOROS_SIN
    case .cos: OUROBOROS_COS
    case .floor: OUROBOROS_FLOOR
    case .softplus: OUROBOROS_SOFTPLUS
    case .relu: OUROBOROS_RELU
    case .square: OUROBOROS_SQUARE
    }
  }
}

extension Binary.Function {
  fileprivate var code: Int {
    switch self {
    case .add: OUROBOROS_ADD
    case .subtract: OUROBOROS_SUBTRACT
    case .multiply: OUROBOROS_MULTIPLY
    case .divide: OUROBOROS_DIVIDE
    case .maximum: OUROBOROS_MAXIMUM
    case .minimum: OUROBOROS_MINIMUM
    case .power: OUROBOROS_POWER
    case .less: OUROBOROS_LESS
    case .lessOrEqual: OUROBOROS_LESS_EQUAL
    case .equal: OUROBOROS_EQUAL
    }
  }
}
