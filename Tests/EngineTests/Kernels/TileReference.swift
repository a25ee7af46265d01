import CKernels
import Foundation

extension TileProgram {
  /// What the operands hold after the program, by its definition: every value at every point of the
  /// iteration space, in Double.
  func reference() -> [[Double]] {
    let points = extents.reduce(1, *)
    var results = operands.map(\.values)
    let masks = varying()
    var values: [[Double]] = []
    for instruction in instructions {
      let a = Int(instruction.a)
      switch Int(instruction.operation) {
      case OUROBOROS_LOAD:
        let operand = operands[Int(instruction.operand)]
        values.append((0..<points).map { operand.values[place(operand, $0)] })
      case OUROBOROS_CONSTANT:
        values.append([Double](repeating: Double(instruction.immediate), count: points))
      case OUROBOROS_INDEX:
        values.append((0..<points).map { Double(index($0)[Int(instruction.operand)]) })
      case OUROBOROS_ROW_SUM, OUROBOROS_ROW_MAXIMUM:
        values.append(rowReduction(instruction, values[a], varies: masks[a]))
      case OUROBOROS_STORE:
        let operand = operands[Int(instruction.operand)]
        for point in 0..<points { results[Int(instruction.operand)][place(operand, point)] = values[a][point] }
        values.append([])
      case OUROBOROS_SUM_INTO, OUROBOROS_MAXIMUM_INTO:
        reduce(instruction, values[a], varies: masks[a], &results[Int(instruction.operand)])
        values.append([])
      default:
        let sources = [instruction.a, instruction.b, instruction.c].prefix(Self.arity(instruction))
        values.append(
          (0..<points).map { point in
            Self.function(instruction, sources.map { values[Int($0)][point] })
          })
      }
    }
    return results
  }

  private func index(_ point: Int) -> [Int] {
    var rest = point
    var index = [Int](repeating: 0, count: 5)
    for i in (0..<5).reversed() {
      index[i] = rest % extents[i]
      rest /= extents[i]
    }
    return index
  }

  private func place(_ operand: TileOperand, _ point: Int) -> Int {
    zip(index(point), operand.strides).reduce(operand.offset) { $0 + $1.0 * $1.1 }
  }

  private func rowReduction(
    _ instruction: ouroboros_tile_instruction, _ values: [Double], varies: Int
  ) -> [Double] {
    let columns = extents[4]
    let isSum = Int(instruction.operation) == OUROBOROS_ROW_SUM
    var result = values
    for start in stride(from: 0, to: values.count, by: columns) {
      let row = varies >> 4 & 1 == 1 ? values[start..<start + columns] : values[start..<start + 1]
      let reduced = isSum ? row.reduce(0, +) * Double(instruction.immediate) : Self.largest(row)
      for j in 0..<columns { result[start + j] = reduced }
    }
    return result
  }

  private static func largest(_ row: ArraySlice<Double>) -> Double {
    row.contains(where: \.isNaN) ? .nan : row.max()!
  }

  /// Values count once along the dimensions that are reduced and along which they do not vary.
  private func reduce(
    _ instruction: ouroboros_tile_instruction, _ values: [Double], varies: Int,
    _ result: inout [Double]
  ) {
    let operand = operands[Int(instruction.operand)]
    let isSum = Int(instruction.operation) == OUROBOROS_SUM_INTO
    var groups: [Int: [Double]] = [:]
    for (point, value) in values.enumerated() {
      let index = index(point)
      let counts = (0..<5).allSatisfy {
        index[$0] == 0 || varies >> $0 & 1 == 1 || operand.strides[$0] != 0
      }
      if counts { groups[place(operand, point), default: []].append(value) }
    }
    for (place, group) in groups {
      result[place] = isSum
        ? group.reduce(0, +) * Double(instruction.immediate) : Self.largest(group[...])
    }
  }

  static func function(_ instruction: ouroboros_tile_instruction, _ x: [Double]) -> Double {
    let immediate = Double(instruction.immediate)
    let a = x[0], b = x.count > 1 ? x[1] : 0
    func one(_ condition: Bool) -> Double { condition ? 1 : 0 }
    switch Int(instruction.operation) {
    case OUROBOROS_ADD: return a + b
    case OUROBOROS_SUBTRACT: return a - b
    case OUROBOROS_MULTIPLY: return a * b
    case OUROBOROS_DIVIDE: return a / b
    case OUROBOROS_MAXIMUM: return a.isNaN || b.isNaN ? .nan : max(a, b)
    case OUROBOROS_MINIMUM: return a.isNaN || b.isNaN ? .nan : min(a, b)
    case OUROBOROS_POWER: return pow(a, b)
    case OUROBOROS_LESS: return one(a < b)
    case OUROBOROS_LESS_EQUAL: return one(a <= b)
    case OUROBOROS_EQUAL: return one(a == b)
    case OUROBOROS_NOT_EQUAL: return one(a != b)
    case OUROBOROS_GREATER: return one(a > b)
    case OUROBOROS_GREATER_EQUAL: return one(a >= b)
    case OUROBOROS_RELU_MASK: return a > 0 ? b : 0
    case OUROBOROS_LEAKY_RELU_MASK: return a > 0 ? b : immediate * b
    case OUROBOROS_SELECT: return a != 0 ? b : x[2]
    case OUROBOROS_MULTIPLY_ADD: return a * b + x[2]
    case OUROBOROS_LEAKY_RELU: return a > 0 ? a : immediate * a
    default: return function(Int(instruction.operation), a)
    }
  }

  /// The functions of one number.
  static func function(_ operation: Int, _ a: Double) -> Double {
    switch operation {
    case OUROBOROS_NEGATE: -a
    case OUROBOROS_ABSOLUTE: abs(a)
    case OUROBOROS_SIGN: a.isNaN ? a : a > 0 ? 1 : a < 0 ? -1 : 0
    case OUROBOROS_EXP: exp(a)
    case OUROBOROS_LOG: log(a)
    case OUROBOROS_LOG1P: log1p(a)
    case OUROBOROS_SQRT: a.squareRoot()
    case OUROBOROS_RSQRT: 1 / a.squareRoot()
    case OUROBOROS_RECIPROCAL: 1 / a
    case OUROBOROS_TANH: tanh(a)
    case OUROBOROS_SIGMOID: 1 / (1 + exp(-a))
    case OUROBOROS_SOFTPLUS: a.isNaN ? a : max(a, 0) + log1p(exp(-abs(a)))
    case OUROBOROS_ERF: erf(a)
    case OUROBOROS_SIN: sin(a)
    case OUROBOROS_COS: cos(a)
    case OUROBOROS_FLOOR: a.rounded(.down)
    case OUROBOROS_SQUARE: a * a
    case OUROBOROS_RELU: a.isNaN ? a : max(a, 0)
    case OUROBOROS_IS_NAN: a.isNaN ? 1 : 0
    default: fatalError("operation \(operation)")
    }
  }
}
