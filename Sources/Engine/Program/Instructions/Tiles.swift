import CKernels

/// A tile program: elementwise operations and reductions over one iteration space.
final class TileInstruction: Instruction {
  private let program: OpaquePointer
  private let programMemory: UnsafeMutableBufferPointer<UInt8>
  private let operands: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
  private let scratch: UnsafeMutableRawPointer

  /// - Parameter programMemory: a compiled program, which the instruction takes over.
  init(
    _ programMemory: UnsafeMutableBufferPointer<UInt8>, operands: [UnsafeMutableRawPointer],
    scratch: UnsafeMutableRawPointer
  ) {
    self.programMemory = programMemory
    program = OpaquePointer(programMemory.baseAddress!)
    self.operands = .allocate(capacity: max(operands.count, 1))
    for (index, operand) in operands.enumerated() {
      self.operands.initializeElement(at: index, to: operand)
    }
    self.scratch = scratch
  }

  deinit {
    operands.deallocate()
    AlignedMemory.free(programMemory)
  }

  func run() { ouroboros_tile_run(program, operands.baseAddress, scratch) }
}
