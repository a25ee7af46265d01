import CKernels

/// How the operands of products and convolutions are rounded; sums and everything else are float32.
public enum OperandPrecision: String, Sendable, CaseIterable {
  case float32 = "f32"
  /// Rounded to bfloat16 (8 bits of precision), to nearest, ties to even. Weights stay float32.
  case bfloat16 = "bf16"

  var operands: Int32 {
    switch self {
    case .float32: Int32(OUROBOROS_OPERANDS_FLOAT)
    case .bfloat16: Int32(OUROBOROS_OPERANDS_BFLOAT16)
    }
  }
}

/// How a program is built.
public struct ProgramOptions: Sendable {
  public var precision: OperandPrecision
  /// Whether elementwise operations and reductions are joined; off, every node is an instruction,
  /// for tests and for finding faults.
  public var isFusing: Bool
  /// What computes products and convolutions.
  public var library: ContractionLibrary

  public init(
    precision: OperandPrecision = .float32, isFusing: Bool = true,
    library: ContractionLibrary = .automatic
  ) {
    self.precision = precision
    self.isFusing = isFusing
    self.library = library
  }
}
