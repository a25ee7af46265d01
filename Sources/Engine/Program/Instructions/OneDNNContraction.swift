import COneDNN

/// A product or convolution computed by oneDNN.
///
/// `onednn_execute` itself takes nothing from the heap, but the library does: some small blocks a call,
/// which it frees before it returns.
final class OneDNNInstruction: Instruction {
  private let operation: OneDNNOperation
  private let first: UnsafePointer<Float>
  private let second: UnsafePointer<Float>
  private let result: UnsafeMutablePointer<Float>
  private let bias: UnsafeMutablePointer<Float>?
  private let scratch: UnsafeMutableRawPointer

  init(
    _ operation: OneDNNOperation, first: UnsafePointer<Float>, second: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?,
    scratch: UnsafeMutableRawPointer
  ) {
    self.operation = operation
    self.first = first
    self.second = second
    self.result = result
    self.bias = bias
    self.scratch = scratch
  }

  func run() throws(ProgramError) {
    let status = onednn_execute(operation.handle, first, second, result, bias, scratch)
    guard status == ONEDNN_SUCCESS else { throw .internalFault(OneDNNOperation.lastError) }
  }
}

/// Owns an operation of the library.
final class OneDNNOperation {
  let handle: OpaquePointer

  /// - Throws: `ProgramError.internalFault` with the library's words when it refuses the description.
  init(_ description: onednn_product) throws(ProgramError) {
    var description = description
    var handle: OpaquePointer?
    handle = nil
    guard onednn_create_product(&description, &handle) == ONEDNN_SUCCESS, let handle else {
      throw .internalFault(Self.lastError)
    }
    self.handle = handle
  }

  init(_ description: onednn_convolution) throws(ProgramError) {
    var description = description
    var handle: OpaquePointer?
    handle = nil
    guard onednn_create_convolution(&description, &handle) == ONEDNN_SUCCESS, let handle else {
      throw .internalFault(Self.lastError)
    }
    self.handle = handle
  }

  deinit { onednn_destroy(handle) }

  var scratchBytes: Int { onednn_scratch_bytes(handle) }

  static var lastError: String { "oneDNN: \(String(cString: onednn_last_error()))" }
}

/// What computes products and convolutions.
public enum ContractionLibrary: String, Sendable, CaseIterable {
  /// The engine's own kernels, and oneDNN where the processor has matrix instructions (AMX), which they
  /// do not use.
  case automatic
  /// The engine's own kernels.
  case own
  /// oneDNN for all that it can do.
  case oneDNN = "onednn"

  func usesOneDNN(_ precision: OperandPrecision) -> Bool {
    switch self {
    case .automatic:
      precision == .bfloat16 && String(cString: onednn_isa_name()).contains("amx")
    case .own: false
    case .oneDNN: true
    }
  }
}
