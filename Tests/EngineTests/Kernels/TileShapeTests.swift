import CKernels
import Testing

extension KernelTests {
  /// Programs as training makes them, on short and long rows.
  @Suite("Tile programs on short and long rows") struct TileShapeTests {
    private static let shapes = [
      [1, 1, 1, 1, 1], [1, 1, 1, 5, 1], [1, 1, 1, 1, 3], [1, 1, 1, 70, 3], [1, 1, 1, 9, 17],
      [2, 1, 3, 4, 20], [1, 1, 1, 3, 1024], [1, 1, 1, 3, 1025], [1, 2, 1, 2, 5000], [1, 1, 1, 2, 20_000],
    ]

    private func numbers(_ count: Int, _ seed: UInt64) -> [Double] {
      var fuzz = TileFuzz(seed: seed)
      return (0..<count).map { _ in Double(Float(fuzz.below(8001) - 4000) / 1000) }
    }

    private func check(_ program: TileProgram, relative: Double, _ label: String) {
      let expected = program.reference()
      withEachInstructionSet { isa in
        for (operand, (got, wanted)) in zip(program.run(times: 2), expected).enumerated() {
          let scale = wanted.reduce(0) { max($0, abs($1)) }
          for i in got.indices where !(abs(got[i] - wanted[i]) <= relative * (abs(wanted[i]) + 0.01 * scale)) {
            Issue.record(
              "\(label) \(isa) \(program.extents), operand \(operand), element \(i): got \(got[i]), expected \(wanted[i])")
            break
          }
        }
      }
    }

    @Test("Softmax", arguments: shapes)
    func softmax(extents: [Int]) {
      var program = TileProgram(extents: extents)
      let x = program.operand(along: program.wide), y = program.operand(along: program.wide)
      program.operands[x].values = numbers(program.operands[x].values.count, 1)
      let input = program.add(OUROBOROS_LOAD, operand: x)
      let largest = program.add(OUROBOROS_ROW_MAXIMUM, input)
      let e = program.add(OUROBOROS_EXP, program.add(OUROBOROS_SUBTRACT, input, largest))
      let sum = program.add(OUROBOROS_ROW_SUM, e, immediate: 1)
      let result = program.add(OUROBOROS_MULTIPLY, e, program.add(OUROBOROS_RECIPROCAL, sum))
      program.add(OUROBOROS_STORE, result, operand: y)
      check(program, relative: 2e-6, "softmax")
      // In place.
      program.instructions[program.instructions.count - 1].operand = UInt16(x)
      check(program, relative: 2e-6, "softmax in place")
    }

    @Test("Layer normalisation with saved statistics, and the sums of its gradient", arguments: shapes)
    func layerNormalisation(extents: [Int]) {
      var program = TileProgram(extents: extents)
      let rows = program.wide & 0b01111, columns = program.wide & 0b10000
      let x = program.operand(along: program.wide), gamma = program.operand(along: columns)
      let y = program.operand(along: program.wide), deviation = program.operand(along: rows)
      let gradient = program.operand(along: columns), total = program.operand(along: 0)
      program.operands[x].values = numbers(program.operands[x].values.count, 2)
      program.operands[gamma].values = numbers(program.operands[gamma].values.count, 3)
      let n = Float(extents[4])
      let input = program.add(OUROBOROS_LOAD, operand: x)
      let mean = program.add(OUROBOROS_ROW_SUM, input, immediate: 1 / n)
      let centred = program.add(OUROBOROS_SUBTRACT, input, mean)
      let variance = program.add(
        OUROBOROS_ROW_SUM, program.add(OUROBOROS_SQUARE, centred), immediate: 1 / n)
      let epsilon = program.add(OUROBOROS_CONSTANT, immediate: 1e-3)
      let scale = program.add(OUROBOROS_RSQRT, program.add(OUROBOROS_ADD, variance, epsilon))
      let normal = program.add(OUROBOROS_MULTIPLY, centred, scale)
      let weight = program.add(OUROBOROS_LOAD, operand: gamma)
      program.add(OUROBOROS_STORE, program.add(OUROBOROS_MULTIPLY, normal, weight), operand: y)
      program.add(OUROBOROS_STORE, scale, operand: deviation)
      let square = program.add(OUROBOROS_MULTIPLY, normal, input)
      program.add(OUROBOROS_SUM_INTO, square, operand: gradient, immediate: 1)
      program.add(OUROBOROS_SUM_INTO, square, operand: total, immediate: 0.5)
      check(program, relative: 5e-5, "layer normalisation")
    }

    @Test("Bias, activation and its gradient", arguments: shapes)
    func bias(extents: [Int]) {
      var program = TileProgram(extents: extents)
      let columns = program.wide & 0b10000
      let x = program.operand(along: program.wide), b = program.operand(along: columns)
      let y = program.operand(along: program.wide), sums = program.operand(along: columns)
      program.operands[x].values = numbers(program.operands[x].values.count, 4)
      program.operands[b].values = numbers(program.operands[b].values.count, 5)
      let sum = program.add(
        OUROBOROS_ADD, program.add(OUROBOROS_LOAD, operand: x), program.add(OUROBOROS_LOAD, operand: b))
      let sigmoid = program.add(OUROBOROS_SIGMOID, sum)
      program.add(OUROBOROS_STORE, sigmoid, operand: y)
      let one = program.add(OUROBOROS_CONSTANT, immediate: 1)
      let slope = program.add(
        OUROBOROS_MULTIPLY, sigmoid, program.add(OUROBOROS_SUBTRACT, one, sigmoid))
      program.add(OUROBOROS_SUM_INTO, slope, operand: sums, immediate: 1)
      // 1 − sigmoid loses what the sigmoid is rounded by.
      check(program, relative: 5e-5, "bias")
    }

    @Test("The error of long sums does not grow with their length")
    func longSums() {
      for (rows, columns) in [(300_000, 3), (3, 300_000), (1000, 700)] {
        var program = TileProgram(extents: [1, 1, 1, rows, columns])
        let x = program.operand(along: 24)
        let total = program.operand(along: 0), byColumn = program.operand(along: 16)
        let byRow = program.operand(along: 8)
        program.operands[x].values = [Double](repeating: Double(Float(0.1)), count: rows * columns)
        let input = program.add(OUROBOROS_LOAD, operand: x)
        for operand in [total, byColumn, byRow] {
          program.add(OUROBOROS_SUM_INTO, input, operand: operand, immediate: 1)
        }
        let wanted = [total: rows * columns, byColumn: rows, byRow: columns]
        withEachInstructionSet { isa in
          let results = program.run()
          for (operand, count) in wanted {
            for sum in results[operand] {
              let error = abs(sum / (Double(count) * Double(Float(0.1))) - 1)
              #expect(error < 1.5e-6, "\(isa) [\(rows), \(columns)] operand \(operand): relative error \(error)")
              if error >= 1.5e-6 { break }
            }
          }
        }
      }
    }
  }
}
