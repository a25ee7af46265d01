import CKernels

/// Random tile programs on small integers: every operation, sum and conversion in them is exact, so that
/// kernels and reference must agree to the bit.
struct TileFuzz {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var x = state
    x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((x ^ x >> 31) % UInt64(bound))
  }

  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  private mutating func extent(_ limit: Int) -> Int {
    let choices = [1, 1, 2, 3, 5, 8, 16, 17, 20, 31, 64, 100, 129, 400, 1024, 1025, 2049, 5000]
      .filter { $0 <= limit }
    return choices[below(choices.count)]
  }

  private mutating func extents() -> [Int] {
    var extents = [1, 1, 1, 1, 1]
    var room = 12_000
    for i in [4, 3, 2, 1, 0] where i >= 3 || chance(35) {
      extents[i] = extent(min(room, i >= 3 ? 5000 : 5))
      room /= extents[i]
    }
    return extents
  }

  /// Memory for an operand that varies along `mask`, in a random order of dimensions, with gaps.
  private mutating func operand(_ program: TileProgram, along mask: Int, type: Int) -> TileOperand {
    var order = Array(0..<5)
    if chance(30) {
      for i in (1..<5).reversed() { order.swapAt(i, below(i + 1)) }
    }
    var strides = [Int](repeating: 0, count: 5)
    var size = 1
    if chance(10) { size = 2 }
    for i in order.reversed() {
      if mask >> i & 1 == 1 {
        strides[i] = size
        size *= program.extents[i]
        if chance(10) { size += 3 }
      } else if program.extents[i] == 1, chance(30) {
        strides[i] = 7
      }
    }
    let offset = chance(20) ? below(9) : 0
    let values = (0..<size + offset).map { _ in Double(below(9) - 4) }
    return TileOperand(strides: strides, offset: offset, type: type, values: values)
  }

  private mutating func mask(_ program: TileProgram) -> Int {
    if chance(55) { return program.wide }
    return (0..<5).reduce(0) { chance(50) ? $0 | 1 << $1 : $0 } & program.wide
  }

  /// An operation on values whose magnitudes have bounds: the operation, its arity, and the new bound.
  private mutating func operation(_ bounds: [Double]) -> (Int, [Int], Double, Float) {
    let a = below(bounds.count), b = below(bounds.count), c = below(bounds.count)
    switch below(20) {
    case 0: return (OUROBOROS_NEGATE, [a], bounds[a], 0)
    case 1: return (OUROBOROS_ABSOLUTE, [a], bounds[a], 0)
    case 2: return (OUROBOROS_SIGN, [a], 1, 0)
    case 3: return (OUROBOROS_FLOOR, [a], bounds[a], 0)
    case 4: return (OUROBOROS_SQUARE, [a], bounds[a] * bounds[a], 0)
    case 5: return (OUROBOROS_RELU, [a], bounds[a], 0)
    case 6: return (OUROBOROS_LEAKY_RELU, [a], 2 * bounds[a], 2)
    case 7, 8: return (OUROBOROS_ADD, [a, b], bounds[a] + bounds[b], 0)
    case 9: return (OUROBOROS_SUBTRACT, [a, b], bounds[a] + bounds[b], 0)
    case 10, 11: return (OUROBOROS_MULTIPLY, [a, b], bounds[a] * bounds[b], 0)
    case 12: return (OUROBOROS_MAXIMUM, [a, b], max(bounds[a], bounds[b]), 0)
    case 13: return (OUROBOROS_MINIMUM, [a, b], max(bounds[a], bounds[b]), 0)
    case 14: return (OUROBOROS_LESS + below(6), [a, b], 1, 0)
    case 15: return (OUROBOROS_RELU_MASK, [a, b], bounds[b], 0)
    case 16: return (OUROBOROS_LEAKY_RELU_MASK, [a, b], 3 * bounds[b], -3)
    case 17, 18: return (OUROBOROS_SELECT, [a, b, c], max(bounds[b], bounds[c]), 0)
    default:
      return (OUROBOROS_MULTIPLY_ADD, [a, b, c], bounds[a] * bounds[b] + bounds[c], 0)
    }
  }

  /// Names of values, with the bounds of their magnitudes.
  private struct Values {
    var names: [Int] = []
    var bounds: [Double] = []
    mutating func append(_ name: Int, _ bound: Double) {
      names.append(name)
      bounds.append(bound)
    }
  }

  private mutating func addSources(_ program: inout TileProgram, _ values: inout Values) {
    for _ in 0..<1 + below(4) {
      let type = chance(80) ? OUROBOROS_F32 : chance(50) ? OUROBOROS_I32 : OUROBOROS_BF16
      program.operands.append(operand(program, along: mask(program), type: type))
      values.append(program.add(OUROBOROS_LOAD, operand: program.operands.count - 1), 4)
    }
    if chance(30) { values.append(program.add(OUROBOROS_CONSTANT, immediate: Float(below(5) - 2)), 2) }
    if chance(25) {
      let dimension = below(5)
      values.append(
        program.add(OUROBOROS_INDEX, operand: dimension), Double(program.extents[dimension]))
    }
  }

  private mutating func addBody(_ program: inout TileProgram, _ values: inout Values) {
    let exact = Double(1 << 22)
    for _ in 0..<1 + below(12) {
      if chance(18) {
        let a = below(values.names.count)
        let isSum = chance(60)
        let bound = isSum ? 2 * values.bounds[a] * Double(program.extents[4]) : values.bounds[a]
        if bound > exact { continue }
        let name = program.add(
          isSum ? OUROBOROS_ROW_SUM : OUROBOROS_ROW_MAXIMUM, values.names[a], immediate: chance(50) ? 1 : 2)
        values.append(name, bound)
      } else {
        let (operation, sources, bound, immediate) = operation(values.bounds)
        if bound > exact { continue }
        let names = (sources + [0, 0]).prefix(3).enumerated().map {
          $0 < sources.count ? values.names[$1] : 0
        }
        values.append(
          program.add(operation, names[0], names[1], names[2], immediate: immediate), bound)
      }
    }
  }

  private mutating func addSinks(_ program: inout TileProgram, _ values: Values) {
    var updated: Set<Int> = []
    for _ in 0..<1 + below(4) {
      // Later values more often.
      let count = values.names.count
      let a = chance(70) ? count - 1 - below(min(3, count)) : below(count)
      let varies = program.varying()[values.names[a]]
      let bound = values.bounds[a]
      let points = Double(program.extents.reduce(1, *))
      if chance(45), 2 * bound * points < Double(1 << 24) {
        addReduction(&program, values.names[a])
      } else if chance(35),
        let place = program.operands.indices.first(where: {
          program.varies(operand: $0) == program.wide && !updated.contains($0)
            && program.operands[$0].type == OUROBOROS_F32
            && program.instructions.allSatisfy { [place = $0] in
              Int($0.operation) < OUROBOROS_STORE || Int($0.operand) != place
            }
        })
      {
        updated.insert(place)
        program.add(OUROBOROS_STORE, values.names[a], operand: place)
      } else {
        let type = bound <= 128 && chance(20) ? OUROBOROS_BF16 : chance(15) ? OUROBOROS_I32 : OUROBOROS_F32
        let along = chance(60) ? varies : program.wide
        program.operands.append(operand(program, along: along, type: type))
        program.add(OUROBOROS_STORE, values.names[a], operand: program.operands.count - 1)
      }
    }
  }

  /// Kept dimensions come before reduced ones among the outer ones.
  private mutating func addReduction(_ program: inout TileProgram, _ value: Int) {
    var kept = [0, 1 << 4, 1 << 3, 1 << 3 | 1 << 4][chance(80) ? below(3) : 3]
    let keptOuter = kept >> 3 & 1 == 1 ? 3 : below(4)
    for i in 0..<keptOuter { kept |= 1 << i }
    program.operands.append(operand(program, along: kept & program.wide, type: OUROBOROS_F32))
    program.add(
      chance(70) ? OUROBOROS_SUM_INTO : OUROBOROS_MAXIMUM_INTO, value,
      operand: program.operands.count - 1, immediate: chance(50) ? 1 : 2)
  }

  mutating func program() -> TileProgram {
    var program = TileProgram(extents: extents())
    var values = Values()
    addSources(&program, &values)
    addBody(&program, &values)
    addSinks(&program, values)
    return program
  }
}
