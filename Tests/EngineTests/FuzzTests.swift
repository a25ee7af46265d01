import Engine
import Foundation
import Randomness
import TestSupport
import Testing

/// Random graphs: programs against the interpreter, and gradients against differences.
@Suite struct FuzzTests {
  /// Graphs for each instruction set; OUROBOROS_FUZZ_GRAPHS gives another number and
  /// OUROBOROS_FUZZ_SEED other graphs.
  private static let graphs = setting("OUROBOROS_FUZZ_GRAPHS") ?? 600
  private static let seed = RandomKey(seed: UInt64(setting("OUROBOROS_FUZZ_SEED") ?? 11))

  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  @Test func programsOnBaseline() async {
    await #expect(processExitsWith: .success) { try Self.comparePrograms(.baseline) }
  }

  @Test func programsOnAVX2() async {
    await #expect(processExitsWith: .success) { try Self.comparePrograms(.avx2) }
  }

  @Test func programsOnAVX512() async {
    await #expect(processExitsWith: .success) { try Self.comparePrograms(.avx512) }
  }

  private static func comparePrograms(_ isa: VectorISA) throws {
    guard isa.isSupported else { return }
    try isa.select()
    let key = seed.folding(text: isa.rawValue)
    var (compared, unbounded) = (0, 0)
    for number in 0..<graphs {
      let random = RandomGraph(key: key.folding(UInt64(number)))
      #expect(random.graph.errors.isEmpty, "graph \(number): \(random.graph.errors)")
      guard random.graph.errors.isEmpty else { continue }
      var comparison = ProgramComparison(
        "\(isa) graph \(number)", random.graph, random.outputs, updates: random.updates, random.interpreter)
      comparison.run(number % 4 == 0 ? [ProgramOptions(), .bfloat16] : [ProgramOptions(), .single])
      #expect(comparison.mismatches.isEmpty, "\(comparison.mismatches.joined(separator: "\n"))")
      compared += comparison.compared
      unbounded += comparison.unbounded
    }
    #expect(unbounded * 5 < compared, "\(unbounded) of \(compared) numbers have no bound")
  }

  /// The gradient rules in combination.
  @Test func gradients() throws {
    var options = RandomGraph.Options()
    options.isSmooth = true
    options.hasUpdates = false
    for number in 0..<Self.graphs {
      let key = Self.seed.folding(text: "gradients").folding(UInt64(number))
      let random = RandomGraph(key: key, options: options)
      try #require(random.graph.errors.isEmpty, "graph \(number): \(random.graph.errors)")
      let terms = random.outputs.keys.sorted().compactMap { random.outputs[$0] }
      let loss = terms.reduce(random.graph.fill(0)) { $0 + $1.average() }
      let gradients = Engine.gradients(of: loss, withRespectTo: random.leaves.map(\.tensor))
      let fault = try gradientFault(
        of: loss, inputs: zip(random.leaves, gradients).map { ($0.label, $1) }, random.interpreter,
        key: key, tolerance: 1e-6, absolute: 1e-6)
      #expect(fault == nil, "graph \(number): \(fault ?? "")")
    }
  }
}
