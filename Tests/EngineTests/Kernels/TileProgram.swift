import CKernels

/// An array that a tile program reads or writes, as the tests hold it: numbers, whatever the type.
struct TileOperand {
  var strides: [Int]
  var offset = 0
  var type = OUROBOROS_F32
  var values: [Double]
}

/// A tile program with its operands, to be run by the kernels and by a naive reference.
struct TileProgram {
  var extents: [Int]
  var operands: [TileOperand] = []
  var instructions: [ouroboros_tile_instruction] = []

  var wide: Int { (0..<5).reduce(0) { extents[$1] > 1 ? $0 | 1 << $1 : $0 } }

  /// Appends an instruction; returns the name of its value.
  @discardableResult
  mutating func add(
    _ operation: Int, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, operand: Int = 0,
    immediate: Float = 0
  ) -> Int {
    instructions.append(
      ouroboros_tile_instruction(
        operation: UInt16(operation), a: UInt16(a), b: UInt16(b), c: UInt16(c),
        operand: UInt16(operand), immediate: immediate))
    return instructions.count - 1
  }

  /// Adds a contiguous operand that varies along `dimensions` (a bit mask); its values are zeros.
  mutating func operand(along dimensions: Int) -> Int {
    var strides = [Int](repeating: 0, count: 5)
    var size = 1
    for i in (0..<5).reversed() where dimensions >> i & 1 == 1 {
      strides[i] = size
      size *= extents[i]
    }
    operands.append(TileOperand(strides: strides, values: [Double](repeating: 0, count: size)))
    return operands.count - 1
  }

  func varies(operand: Int) -> Int {
    (0..<5).reduce(0) { extents[$1] > 1 && operands[operand].strides[$1] != 0 ? $0 | 1 << $1 : $0 }
  }

  /// The dimensions along which each value varies.
  func varying() -> [Int] {
    var masks: [Int] = []
    for instruction in instructions {
      let sources = [instruction.a, instruction.b, instruction.c].map(Int.init)
      var mask = sources.prefix(Self.arity(instruction)).reduce(0) { $0 | masks[$1] }
      switch Int(instruction.operation) {
      case OUROBOROS_LOAD: mask = varies(operand: Int(instruction.operand))
      case OUROBOROS_INDEX: mask = 1 << Int(instruction.operand) & wide
      case OUROBOROS_ROW_SUM, OUROBOROS_ROW_MAXIMUM: mask &= ~(1 << 4)
      default: break
      }
      masks.append(mask)
    }
    return masks
  }

  static func arity(_ instruction: ouroboros_tile_instruction) -> Int {
    switch Int(instruction.operation) {
    case ...OUROBOROS_INDEX: 0
    case ...OUROBOROS_IS_NAN: 1
    case ...OUROBOROS_LEAKY_RELU_MASK: 2
    case ...OUROBOROS_MULTIPLY_ADD: 3
    default: 1
    }
  }
}
