import Engine
import Randomness
import TestSupport
import Testing

/// Programs against the interpreter, on every instruction set. The instruction set is that of a process,
/// and other tests run at the same time: hence a process of its own for each.
@Suite struct ProgramTests {
  @Test func casesOnBaseline() async {
    await #expect(processExitsWith: .success) { try Self.compareCases(.baseline) }
  }

  @Test func casesOnAVX2() async {
    await #expect(processExitsWith: .success) { try Self.compareCases(.avx2) }
  }

  @Test func casesOnAVX512() async {
    await #expect(processExitsWith: .success) { try Self.compareCases(.avx512) }
  }

  /// Products and convolutions by oneDNN, on whatever it finds.
  @Test func casesByOneDNN() async {
    await #expect(processExitsWith: .success) {
      try Self.compareCases(
        .active,
        [ProgramOptions(library: .oneDNN), ProgramOptions(precision: .bfloat16, library: .oneDNN)])
    }
  }

  private static func compareCases(
    _ isa: VectorISA, _ variants: [ProgramOptions] = [ProgramOptions(), .single, .bfloat16]
  ) throws {
    guard isa.isSupported else { return }
    try isa.select()
    var (compared, unbounded) = (0, 0)
    for graphCase in GraphCases.all {
      var comparison = ProgramComparison(graphCase)
      comparison.run(variants)
      #expect(comparison.mismatches.isEmpty, "\(comparison.mismatches.joined(separator: "\n"))")
      compared += comparison.compared
      unbounded += comparison.unbounded
    }
    // A bound that says nothing tests nothing.
    #expect(unbounded * 50 < compared, "\(unbounded) of \(compared) numbers have no bound")
  }
}
