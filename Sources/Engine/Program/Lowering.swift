import CKernels

/// An instruction before its memory is known.
struct DraftInstruction {
  /// Buffers touched.
  var buffers: [Int]
  var cost: InstructionCost
  var make: (Places) -> any Instruction
}

/// Where buffers and scratch are.
struct Places {
  var pointers: [UnsafeMutableRawPointer]
  var scratch: UnsafeMutableRawPointer

  func floats(_ layout: Layout) -> UnsafeMutablePointer<Float> {
    pointers[layout.root].assumingMemoryBound(to: Float.self) + layout.offset
  }
  func raw(_ layout: Layout) -> UnsafeMutableRawPointer {
    pointers[layout.root] + 4 * layout.offset
  }
}

/// Turns units into instructions, one unit after the other in the order of execution.
struct Lowering {
  let use: GraphUse
  let fusion: Fusion
  let recomputation: Recomputation
  let options: ProgramOptions
  /// For every node of its own memory the place in the order of units of its last reader.
  let lastReader: [Int: Int]
  /// Computed nodes that only an assignment reads, and until where the variable is read before.
  let assignments: [Int: (variable: Variable, lastRead: Int)]

  private(set) var buffers: [Buffer] = []
  private(set) var drafts: [DraftInstruction] = []
  private(set) var scratchBytes = 0
  /// Memory that the program owns beside the arena.
  private(set) var owned: [UnsafeMutableBufferPointer<Float>] = []
  private(set) var inputs: [String: (type: TensorType, memory: UnsafeMutableBufferPointer<Float>)] = [:]
  private(set) var keys: [String: KeySlot] = [:]
  private(set) var outputs: [String: Layout] = [:]
  private var layouts: [Int: Layout] = [:]
  /// For buffers that hold the results of nodes, the place of the last unit that reads one of them.
  private var lastReadOfBuffer: [Int: Int] = [:]
  /// Copies of views that updates read.
  private var copies: [Int: Layout] = [:]
  /// The place of the unit being lowered.
  private(set) var position = 0

  init(
    _ use: GraphUse, _ fusion: Fusion, _ recomputation: Recomputation, _ options: ProgramOptions,
    lastReader: [Int: Int],
    assignments: [Int: (variable: Variable, lastRead: Int)]
  ) {
    self.use = use
    self.fusion = fusion
    self.recomputation = recomputation
    self.options = options
    self.lastReader = lastReader
    self.assignments = assignments
  }

  // MARK: Memory

  /// A new buffer in the arena.
  mutating func allocate(_ shape: [Int]) -> Layout {
    buffers.append(Buffer(bytes: 4 * shape.reduce(1, *), home: .arena))
    return .contiguous(root: buffers.count - 1, shape: shape)
  }

  /// A new buffer of the program's own, which stays as it is.
  mutating func allocateOwned(_ shape: [Int]) -> (Layout, UnsafeMutableBufferPointer<Float>) {
    let memory = AlignedMemory.allocate(Float.self, count: shape.reduce(1, *))
    owned.append(memory)
    return (fixed(memory, shape), memory)
  }

  private mutating func fixed(_ memory: UnsafeMutableBufferPointer<Float>, _ shape: [Int]) -> Layout {
    buffers.append(
      Buffer(bytes: 4 * memory.count, home: .fixed(UnsafeMutableRawPointer(memory.baseAddress!))))
    return .contiguous(root: buffers.count - 1, shape: shape)
  }

  /// The place of the last unit that reads a buffer.
  func lastRead(_ buffer: Int) -> Int { lastReadOfBuffer[buffer] ?? Int.max }

  func isInArena(_ layout: Layout) -> Bool {
    if case .arena = buffers[layout.root].home { true } else { false }
  }

  /// Keeps a buffer to the end of the run.
  mutating func keep(_ layout: Layout) { buffers[layout.root].lastUse = Int.max }

  mutating func emit(
    _ touched: [Layout], scratch: Int = 0, _ cost: InstructionCost,
    _ make: @escaping (Places) -> any Instruction
  ) {
    scratchBytes = max(scratchBytes, scratch)
    for layout in touched {
      buffers[layout.root].firstUse = min(buffers[layout.root].firstUse, drafts.count)
      buffers[layout.root].lastUse = max(buffers[layout.root].lastUse, drafts.count)
    }
    drafts.append(DraftInstruction(buffers: touched.map(\.root), cost: cost, make: make))
  }

  /// Where the values of a node are. Its unit has been lowered.
  mutating func layout(_ node: Int) throws(ProgramError) -> Layout {
    if let known = layouts[node] { return known }
    let shape = use.shape(node)
    let result: Layout
    switch use.operation(node) {
    case let input as Input: result = try inputMemory(input)
    case let value as VariableValue: result = fixed(value.variable.values, shape)
    case let constant as Constant:
      let (layout, memory) = allocateOwned(shape)
      _ = memory.update(fromContentsOf: constant.values)
      result = layout
    case let fill as Fill:
      let (layout, memory) = allocateOwned([])
      memory[0] = fill.value
      result = layout.broadcast(to: shape)
    case let iota as Iota:
      let (layout, memory) = allocateOwned([shape[iota.axis]])
      for index in memory.indices { memory[index] = Float(index) }
      var strides = shape.map { _ in 0 }
      strides[iota.axis] = 1
      result = Layout(root: layout.root, offset: 0, shape: shape, strides: strides)
    case is StopGradient: result = try layout(use.inputs(node)[0])
    case is Broadcast: result = try layout(use.inputs(node)[0]).broadcast(to: shape)
    case let permute as Permute: result = try layout(use.inputs(node)[0]).permuted(permute.order)
    case let slice as Slice: result = try layout(use.inputs(node)[0]).sliced(slice)
    case is Reshape:
      let operand = try layout(use.inputs(node)[0])
      result = operand.reshaped(shape) ?? copied(operand).reshaped(shape)!
    default: throw .internalFault("\(use.operation(node).name) of node \(node) was never computed")
    }
    layouts[node] = result
    return result
  }

  private mutating func inputMemory(_ input: Input) throws(ProgramError) -> Layout {
    if let known = inputs[input.label] {
      throw .request("two inputs are called \(input.label): \(known.type) and \(input.type)")
    }
    let (layout, memory) = allocateOwned(input.type.shape)
    inputs[input.label] = (input.type, memory)
    return layout
  }

  /// Where the values of a node are, row-major without gaps: copied where they are not.
  mutating func contiguous(_ node: Int) throws(ProgramError) -> Layout {
    let layout = try layout(node)
    if layout.isContiguous { return layout }
    let copy = copied(layout)
    layouts[node] = copy
    return copy
  }

  /// A contiguous copy.
  mutating func copied(_ source: Layout) -> Layout {
    let copy = allocate(source.shape)
    emitCopy(from: source, to: copy)
    return copy
  }

  mutating func emitCopy(from source: Layout, to target: Layout) {
    let axes = MergedAxes(extents: source.shape, strides: [source.strides, target.strides])
    let count = Double(source.shape.reduce(1, *))
    // More axes than the kernel walks: one copy for every index along the outermost.
    if axes.extents.count > Int(OUROBOROS_RANK_MAXIMUM) {
      for index in 0..<source.shape[0] {
        var (from, to) = (source, target)
        from.offset += index * source.strides[0]
        to.offset += index * target.strides[0]
        for part in [\Layout.shape, \Layout.strides] {
          from[keyPath: part].removeFirst()
          to[keyPath: part].removeFirst()
        }
        emitCopy(from: from, to: to)
      }
      return
    }
    emit(
      [source, target],
      InstructionCost(
        text: "copy \(source.shape.times)", kind: .movement, operations: 0, bytes: 8 * count)
    ) { places in
      CopyInstruction(
        elementBytes: 4, extents: axes.extents, source: places.raw(source),
        sourceStrides: axes.strides[0], destination: places.raw(target),
        destinationStrides: axes.strides[1])
    }
  }

  /// Memory for the result of a node.
  mutating func result(_ node: Int) -> Layout {
    // Straight into the variable that it is for, when the old values are not needed any more.
    let layout: Layout
    if let variable = target(of: node) {
      layout = fixed(variable.values, variable.shape)
    } else {
      layout = allocate(use.shape(node))
    }
    setResult(node, layout)
    return layout
  }

  /// The variable in whose memory a node can be computed.
  func target(of node: Int) -> Variable? {
    guard let assignment = assignments[node], assignment.lastRead < position else { return nil }
    return assignment.variable
  }

  /// Memory for the result of a node with its axes in another order.
  mutating func result(_ node: Int, inOrder order: [Int]) -> Layout {
    let shape = use.shape(node)
    let inverse = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
    let layout = allocate(order.map { shape[$0] }).permuted(inverse)
    setResult(node, layout)
    return layout
  }

  /// Lets a node have its result in memory that exists.
  mutating func setResult(_ node: Int, _ layout: Layout) {
    layouts[node] = layout
    lastReadOfBuffer[layout.root] = max(lastReader[node] ?? -1, lastReadOfBuffer[layout.root] ?? -1)
  }

  // MARK: Units

  mutating func lower(_ unit: Unit, position: Int) throws(ProgramError) {
    self.position = position
    switch unit.kind {
    case .tiles(let space): try lowerTiles(unit, space)
    case .contraction(let epilogue): try lowerContraction(epilogue)
    case .single: try lowerSingle(unit.nodes[0])
    case .update(let update): try lowerUpdate(update)
    case .copy(let node): copies[node] = copied(try layout(node))
    case .output(let node, let label):
      let source = try layout(node)
      let (target, _) = allocateOwned(source.shape)
      emitCopy(from: source, to: target)
      outputs[label] = target
    }
  }

  /// Makes a computed node a result of the program.
  mutating func publish(_ node: Int, as label: String) throws(ProgramError) {
    let layout = try contiguous(node)
    keep(layout)
    outputs[label] = layout
  }

  private mutating func lowerUpdate(_ update: Update) throws(ProgramError) {
    switch update {
    case .assign(let variable, let tensor):
      let source = try updateOperand(tensor)
      if case .fixed(let memory) = buffers[source.root].home,
        memory == UnsafeMutableRawPointer(variable.values.baseAddress!)
      {
        return  // made there
      }
      emitCopy(from: source, to: fixed(variable.values, variable.shape))
    case .optimise(let step):
      let gradient = try updateOperand(step.gradient, isContiguous: true)
      let (rate, number) = (try updateOperand(step.learningRate), try updateOperand(step.step))
      let scale: Layout? = if let scale = step.gradientScale { try updateOperand(scale) } else { nil }
      let count = Double(step.variable.count)
      emit(
        [gradient, rate, number] + (scale.map { [$0] } ?? []),
        InstructionCost(
          text: "\(step.rule.name) \(step.variable.name) \(step.variable.shape.times)",
          kind: .optimiser, operations: count * step.rule.operationsPerWeight,
          bytes: count * 4 * Double(3 + 2 * step.state.count + (step.average == nil ? 0 : 3)))
      ) { places in
        OptimiserInstruction(
          step.rule, variable: step.variable.values,
          state: step.state.map { $0.values.baseAddress! }, gradient: places.floats(gradient),
          scalars: .init(
            rate: places.floats(rate), step: places.floats(number),
            scale: scale.map { UnsafePointer(places.floats($0)) }),
          clip: step.clip,
          average: step.average.map { ($0.variable.values.baseAddress!, $0.decay) },
          norm: step.norm?.values.baseAddress)
      }
    }
  }

  /// Where the values are that an update reads.
  private mutating func updateOperand(
    _ tensor: Tensor, isContiguous: Bool = false
  ) throws(ProgramError) -> Layout {
    if let copy = copies[tensor.node] { return copy }
    return isContiguous ? try contiguous(tensor.node) : try layout(tensor.node)
  }

  /// The slot of a named key.
  mutating func slot(_ key: String) -> KeySlot {
    if let known = keys[key] { return known }
    let slot = KeySlot()
    keys[key] = slot
    return slot
  }
}

extension [Int] {
  /// `2×3×4`, `scalar`.
  var times: String { isEmpty ? "scalar" : map(String.init).joined(separator: "×") }
}

extension OptimiserRule {
  var name: String {
    switch self {
    case .sgd: "sgd"
    case .rmsProp: "rmsprop"
    case .adam: "adam"
    case .adamW: "adamw"
    }
  }

  fileprivate var operationsPerWeight: Double {
    switch self {
    case .sgd: 4
    case .rmsProp: 8
    case .adam, .adamW: 12
    }
  }
}
