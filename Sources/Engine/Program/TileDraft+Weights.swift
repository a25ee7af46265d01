import CKernels

extension TileDraft {
  /// The instructions with sums that count every element of the iteration space. A tile program takes a
  /// value once along the dimensions where it does not vary; a sum along them is that many times
  /// the value.
  func weightedInstructions(_ axes: Axes) -> [ouroboros_tile_instruction] {
    let wide = axes.extents.indices.filter { axes.extents[$0] > 1 }
    func varies(_ operand: UInt16) -> Set<Int> {
      Set(wide.filter { axes.strides[Int(operand)][$0] != 0 })
    }
    var variesOf: [Set<Int>] = []
    return instructions.map { instruction in
      var instruction = instruction
      let sources = [instruction.a, instruction.b, instruction.c].prefix(Self.arity(instruction.operation))
      var own = sources.reduce(into: Set<Int>()) { $0.formUnion(variesOf[Int($1)]) }
      switch Int(instruction.operation) {
      case OUROBOROS_LOAD: own = varies(instruction.operand)
      case OUROBOROS_ROW_SUM, OUROBOROS_ROW_MAXIMUM:
        if !own.contains(OUROBOROS_COLUMN) { instruction.immediate *= Float(axes.extents[OUROBOROS_COLUMN]) }
        own.remove(OUROBOROS_COLUMN)
      case OUROBOROS_SUM_INTO:
        let kept = varies(instruction.operand)
        for axis in wide where !kept.contains(axis) && !own.contains(axis) {
          instruction.immediate *= Float(axes.extents[axis])
        }
      default: break
      }
      variesOf.append(own)
      return instruction
    }
  }

  /// How many values an instruction uses.
  private static func arity(_ operation: UInt16) -> Int {
    switch Int(operation) {
    case OUROBOROS_LOAD, OUROBOROS_CONSTANT, OUROBOROS_INDEX: 0
    case OUROBOROS_ADD...OUROBOROS_LEAKY_RELU_MASK: 2
    case OUROBOROS_SELECT, OUROBOROS_MULTIPLY_ADD: 3
    default: 1
    }
  }
}
