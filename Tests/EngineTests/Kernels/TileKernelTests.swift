import CKernels
import Testing

extension KernelTests {
  @Suite("Tile programs") struct TileKernelTests {
    /// Operands of program and reference must agree to the bit (all arithmetic is exact).
    private func expectExact(_ program: TileProgram, _ expected: [[Double]], _ label: String) {
      let actual = program.run(times: 2)
      for (operand, (got, wanted)) in zip(actual, expected).enumerated() where got != wanted {
        let at = got.indices.first { got[$0] != wanted[$0] }!
        Issue.record(
          "\(label), operand \(operand), element \(at): got \(got[at]), expected \(wanted[at]); \(program.text)")
      }
    }

    @Test("Random programs on small integers are exact")
    func randomPrograms() {
      for seed in 0..<600 {
        var fuzz = TileFuzz(seed: UInt64(seed))
        let program = fuzz.program()
        guard program.fault == 0 else {
          Issue.record("seed \(seed): fault \(program.fault); \(program.text)")
          continue
        }
        let expected = program.reference()
        withEachInstructionSet { expectExact(program, expected, "seed \(seed), \($0)") }
      }
    }
  }
}

extension TileProgram {
  /// For messages.
  var text: String {
    let operands = operands.enumerated().map { "\($0): \($1.strides)+\($1.offset) type \($1.type)" }
    let instructions = instructions.enumerated().map {
      "%\($0) = \($1.operation)(\($1.a) \($1.b) \($1.c)) operand \($1.operand) * \($1.immediate)"
    }
    return "extents \(extents)\n" + (operands + instructions).joined(separator: "\n")
  }
}
