import CKernels

extension Lowering {
  /// Operations that have an instruction of their own.
  mutating func lowerSingle(_ node: Int) throws(ProgramError) {
    let inputs = use.inputs(node)
    let shape = use.shape(node)
    let count = Double(shape.reduce(1, *))
    func movement(_ text: String, _ elements: Double) -> InstructionCost {
      InstructionCost(text: text, kind: .movement, operations: 0, bytes: 4 * elements)
    }
    switch use.operation(node) {
    case is Gather:
      let (table, indices) = (try contiguous(inputs[0]), try contiguous(inputs[1]))
      let target = result(node)
      let (rows, width) = (table.shape[0], table.shape.dropFirst().reduce(1, *))
      let picks = indices.shape.reduce(1, *)
      emit([table, indices, target], movement("gather \(shape.times)", 2 * count)) { places in
        GatherInstruction(
          table: places.floats(table), rows: rows, width: width,
          indices: places.integers(indices, picks), result: places.floats(target))
      }
    case let scatter as ScatterAdd:
      let (values, indices) = (try contiguous(inputs[0]), try contiguous(inputs[1]))
      let target = result(node)
      let width = shape.dropFirst().reduce(1, *)
      let picks = indices.shape.reduce(1, *)
      emit(
        [values, indices, target],
        movement("scatterAdd \(values.shape.times) into \(scatter.rows) rows", 3 * Double(picks * width) + count)
      ) { places in
        ScatterInstruction(
          values: places.floats(values), rows: scatter.rows, width: width,
          indices: places.integers(indices, picks), result: places.floats(target))
      }
    case let sum as CumulativeSum:
      let source = try contiguous(inputs[0])
      let target = result(node)
      emit([source, target], movement("cumulativeSum \(shape.times)", 2 * count)) { places in
        CumulativeSumInstruction(
          sum, shape: shape, source: places.floats(source), result: places.floats(target))
      }
    case let random as RandomValues:
      let target = result(node)
      let slot = slot(random.key)
      emit(
        [target],
        InstructionCost(text: "random \(shape.times)", kind: .random, operations: 0, bytes: 4 * count)
      ) { places in RandomInstruction(random, slot, places.buffer(target)) }
    case let place as Place:
      let source = try layout(inputs[0])
      let target = result(node)
      emit([target], movement("fill \(shape.times)", count)) { places in
        FillInstruction(0, places.buffer(target))
      }
      emitCopy(
        from: source,
        to: target.sliced(Slice(starts: place.starts, sizes: source.shape, steps: place.steps)))
    case let concatenation as Concatenate:
      let target = result(node)
      var starts = shape.map { _ in 0 }
      for input in inputs {
        let source = try layout(input)
        emitCopy(
          from: source,
          to: target.sliced(
            Slice(starts: starts, sizes: source.shape, steps: shape.map { _ in 1 })))
        starts[concatenation.axis] += source.shape[concatenation.axis]
      }
    default:
      throw .internalFault("no instruction for \(use.operation(node).name)")
    }
  }
}

extension Places {
  func integers(_ layout: Layout, _ count: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(
      start: UnsafePointer(
        pointers[layout.root].assumingMemoryBound(to: Int32.self) + layout.offset), count: count)
  }

  func buffer(_ layout: Layout) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: floats(layout), count: layout.shape.reduce(1, *))
  }
}
