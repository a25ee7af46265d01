import CKernels

/// An instruction set that the vector kernels are compiled for. All give the same bits; the choice
/// matters for speed and for tests.
public enum VectorISA: String, Sendable, CaseIterable {
  case baseline
  case avx2
  case avx512

  private var code: Int32 {
    switch self {
    case .baseline: Int32(CKERNELS_BASELINE)
    case .avx2: Int32(CKERNELS_AVX2)
    case .avx512: Int32(CKERNELS_AVX512)
    }
  }

  /// Whether this processor can run it.
  public var isSupported: Bool { ckernels_isa_supported(code) != 0 }

  /// The calling thread's: `OUROBOROS_ISA` where set, else the widest supported. Belongs in the manifest.
  public static var active: VectorISA {
    VectorISA(rawValue: String(cString: ckernels_isa_name())) ?? .baseline
  }

  /// Switches the calling thread to this instruction set, for comparisons.
  ///
  /// - Throws: `VectorISAError` when the processor lacks it.
  public func select() throws {
    guard ckernels_isa_select(code) == 0 else { throw VectorISAError(name: rawValue) }
  }

  /// Checks `OUROBOROS_ISA`. A program calls this before any work: the kernels themselves can only
  /// abort when the variable names no supported instruction set.
  ///
  /// - Throws: `VectorISAError`.
  public static func checkEnvironment() throws {
    let code = ckernels_isa_from_environment()
    if code == -1 { return }
    guard code >= 0, ckernels_isa_supported(code) != 0 else {
      throw VectorISAError(name: "the value of OUROBOROS_ISA")
    }
  }

  /// Sets or clears flush-to-zero and denormals-are-zero on the calling thread. Collapsing models
  /// produce denormals, on which arithmetic is up to 30 times slower.
  ///
  /// - Returns: the setting before.
  @discardableResult
  public static func flushDenormals(_ on: Bool) -> Bool {
    ckernels_flush_denormals(on ? 1 : 0) != 0
  }
}

/// An instruction set that this processor cannot run, or an unknown name.
public struct VectorISAError: Error, CustomStringConvertible {
  public let name: String

  public var description: String {
    let valid = VectorISA.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
    return "\(name) is not an instruction set of this processor (valid: \(valid))"
  }
}
