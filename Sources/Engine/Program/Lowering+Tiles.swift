import CKernels

extension Lowering {
  /// A tile program: elementwise nodes and reductions of one iteration space.
  mutating func lowerTiles(_ unit: Unit, _ space: TileSpace) throws(ProgramError) {
    if space.shape.contains(0) {
      for node in unit.nodes { fillEmpty(node) }
      return
    }
    var draft = TileDraft(
      use: use, fusion: fusion, recomputation: recomputation, unit: unit, space: space)
    for node in unit.nodes where recomputation.isStored[node] {
      try draft.addSink(node) { (operand) throws(ProgramError) in try self.layout(operand) }
    }
    // Memory for the results; in that of an operand which is read here for the last time, where both
    // lie alike.
    var taken: Set<Int> = []
    for sink in draft.sinks {
      let shape = use.shape(sink.node)
      if !sink.isReduction, shape == space.shape, use.graph.nodes[sink.node].type.element == .float32,
        target(of: sink.node) == nil,
        let load = draft.operands.firstIndex(where: { canReuse($0, shape: shape, taken, draft) })
      {
        let layout = draft.operands[load].layout
        taken.insert(layout.root)
        setResult(sink.node, Layout(root: layout.root, offset: 0, shape: shape, strides: shape.rowMajorStrides))
        draft.store(sink, in: load)
      } else {
        draft.store(sink, to: result(sink.node))
      }
    }
    // Fewer axes than the operands have as they lie: copies of those that stand in the way.
    var axes = draft.axes()
    while axes == nil {
      guard let hindrance = draft.worstOperand() else {
        throw .internalFault("a tile program over \(space.shape) has too many axes")
      }
      draft.operands[hindrance].layout = copied(draft.operands[hindrance].layout)
      axes = draft.axes()
    }
    guard let axes else { return }
    try emitTiles(draft, axes)
  }

  /// The result of a node that has nothing to compute from: no elements, or sums of none.
  mutating func fillEmpty(_ node: Int) {
    let target = result(node)
    guard !target.shape.contains(0) else { return }
    emit(
      [target],
      InstructionCost(
        text: "fill \(target.shape.times)", kind: .movement, operations: 0,
        bytes: 4 * Double(target.shape.reduce(1, *)))
    ) { places in FillInstruction(0, places.buffer(target)) }
  }

  /// Whether a result may take the place of an operand: the operand lies as the result will, in the
  /// arena, nothing else of this unit reads that memory and nothing reads it later.
  private func canReuse(
    _ operand: TileDraft.Operand, shape: [Int], _ taken: Set<Int>, _ draft: TileDraft
  ) -> Bool {
    let layout = operand.layout
    guard operand.isLoad, operand.element == .float32, layout.offset == 0, layout.shape == shape,
      layout.isContiguous, isInArena(layout), !taken.contains(layout.root),
      buffers[layout.root].bytes == 4 * shape.reduce(1, *), buffers[layout.root].lastUse != Int.max,
      draft.operands.filter({ $0.layout.root == layout.root }).count == 1
    else { return false }
    return lastRead(layout.root) <= position
  }

  private mutating func emitTiles(_ draft: TileDraft, _ axes: TileDraft.Axes) throws(ProgramError) {
    var operands = draft.operands.indices.map { index in
      var operand = ouroboros_tile_operand()
      let strides = axes.strides[index].map(Int64.init)
      operand.strides = (strides[0], strides[1], strides[2], strides[3], strides[4])
      operand.type = draft.operands[index].element == .int32 ? Int32(OUROBOROS_I32) : Int32(OUROBOROS_F32)
      return operand
    }
    if operands.isEmpty { operands.append(ouroboros_tile_operand()) }
    let extents = axes.extents.map(Int64.init)
    let instructions = draft.weightedInstructions(axes)
    var fault: (code: Int32, place: Int32) = (0, 0)
    let memory = operands.withUnsafeBufferPointer { operands in
      instructions.withUnsafeBufferPointer { instructions in
        var description = ouroboros_tile_description(
          extents: (extents[0], extents[1], extents[2], extents[3], extents[4]),
          operands: operands.baseAddress, instructions: instructions.baseAddress,
          operand_count: Int32(operands.count), instruction_count: Int32(instructions.count))
        let size = ouroboros_tile_size(&description)
        let memory = AlignedMemory.allocate(UInt8.self, count: size)
        fault.code = ouroboros_tile_compile(
          &description, OpaquePointer(memory.baseAddress), size, &fault.place)
        return memory
      }
    }
    guard fault.code == OUROBOROS_TILE_VALID else {
      AlignedMemory.free(memory)
      throw .internalFault(
        "tile program refused: fault \(fault.code) at \(fault.place), \(draft.instructions.count) instructions over \(axes.extents)")
    }
    let layouts = draft.operands.map(\.layout)
    let elements = Double(axes.extents.reduce(1, *))
    let work = draft.instructions.count { $0.operation > OUROBOROS_INDEX && $0.operation < OUROBOROS_STORE }
    emit(
      layouts, scratch: ouroboros_tile_scratch(OpaquePointer(memory.baseAddress!)),
      InstructionCost(
        text: "tiles \(draft.space.shape.times): \(draft.text)", kind: .elementwise,
        operations: elements * Double(work),
        bytes: layouts.reduce(0) { $0 + 4 * Double(Self.touched($1)) })
    ) { places in
      TileInstruction(
        memory, operands: layouts.map { places.raw($0) }, scratch: places.scratch)
    }
  }

  /// Elements of memory that a layout reaches, each counted once.
  private static func touched(_ layout: Layout) -> Int {
    layout.shape.indices.reduce(1) { $0 * (layout.strides[$1] == 0 ? 1 : layout.shape[$1]) }
  }
}
