import Engine
import Randomness

/// What every process that computes does first.
enum ProcessSetup {
  /// Chooses kernels, one BLAS thread, flush-to-zero and an allocator that keeps its memory.
  ///
  /// - Throws: an error naming the choices when `OUROBOROS_ISA` asks for an instruction set that is
  ///   unknown or absent.
  static func prepare() throws {
    try VectorISA.checkEnvironment()
    setBLASThreads(1)
    // Collapse produces denormals by nature, and arithmetic on them is an order of magnitude slower.
    VectorISA.flushDenormals(true)
    keepFreedMemory()
  }

  /// What the numbers depend on besides the plan, for the manifest.
  static var numerics: [String: String] {
    [
      "isa": VectorISA.active.rawValue, "blas_core": blasCoreName(),
      "blas": blasConfiguration(), "precision": "f64",
    ]
  }
}
