import CKernels

extension TileProgram {
  /// Compiles the program: the fault (0 for none), and its place. The body gets the program.
  func compiled<Result>(_ body: (OpaquePointer?, Int32, Int32) -> Result) -> Result {
    let layouts = operands.map { operand in
      let s = operand.strides.map(Int64.init)
      return ouroboros_tile_operand(
        strides: (s[0], s[1], s[2], s[3], s[4]), offset: Int64(operand.offset),
        type: Int32(operand.type))
    }
    let e = extents.map(Int64.init)
    return layouts.withUnsafeBufferPointer { layouts in
      instructions.withUnsafeBufferPointer { instructions in
        var description = ouroboros_tile_description(
          extents: (e[0], e[1], e[2], e[3], e[4]), operands: layouts.baseAddress,
          instructions: instructions.baseAddress, operand_count: Int32(layouts.count),
          instruction_count: Int32(instructions.count))
        let size = ouroboros_tile_size(&description)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        defer { memory.deallocate() }
        var place: Int32 = 0
        let program = OpaquePointer(memory)
        let fault = ouroboros_tile_compile(&description, program, size, &place)
        return body(fault == Int32(OUROBOROS_TILE_VALID) ? program : nil, fault, place)
      }
    }
  }

  var fault: Int32 { compiled { _, fault, _ in fault } }

  /// Runs the program `times` times on fresh copies of the operands; returns what they hold at the end.
  func run(times: Int = 1) -> [[Double]] {
    compiled { program, fault, place in
      guard let program else { fatalError("fault \(fault) at \(place)") }
      let scratchBytes = max(ouroboros_tile_scratch(program), 1)
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: scratchBytes, alignment: 64)
      // Whatever an earlier program left there.
      for i in 0..<scratchBytes { scratch.storeBytes(of: 0xff, toByteOffset: i, as: UInt8.self) }
      defer { scratch.deallocate() }
      var results: [[Double]] = []
      for _ in 0..<times {
        let memory = operands.map(Self.memory)
        defer { for pointer in memory { pointer.deallocate() } }
        let pointers: [UnsafeMutableRawPointer?] = memory
        ouroboros_tile_run(program, pointers, scratch)
        results = zip(operands, memory).map(Self.numbers)
      }
      return results
    }
  }

  private static func bytes(_ type: Int) -> Int { type == OUROBOROS_BF16 ? 2 : 4 }

  private static func memory(_ operand: TileOperand) -> UnsafeMutableRawPointer {
    let width = bytes(operand.type)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(operand.values.count * width, 1), alignment: 4)
    for (i, value) in operand.values.enumerated() {
      switch operand.type {
      case OUROBOROS_I32: memory.storeBytes(of: Int32(value), toByteOffset: 4 * i, as: Int32.self)
      case OUROBOROS_BF16:
        memory.storeBytes(
          of: UInt16(Float(value).bitPattern >> 16), toByteOffset: 2 * i, as: UInt16.self)
      default: memory.storeBytes(of: Float(value), toByteOffset: 4 * i, as: Float.self)
      }
    }
    return memory
  }

  private static func numbers(_ operand: TileOperand, _ memory: UnsafeMutableRawPointer) -> [Double] {
    operand.values.indices.map { i in
      switch operand.type {
      case OUROBOROS_I32: Double(memory.load(fromByteOffset: 4 * i, as: Int32.self))
      case OUROBOROS_BF16:
        Double(Float(bitPattern: UInt32(memory.load(fromByteOffset: 2 * i, as: UInt16.self)) << 16))
      default: Double(memory.load(fromByteOffset: 4 * i, as: Float.self))
      }
    }
  }
}

/// Runs `body` with the kernels of each instruction set that this processor has, then returns to the
/// one that was in use.
func withEachInstructionSet(_ body: (String) throws -> Void) rethrows {
  let before = ckernels_isa()
  defer { ckernels_isa_select(before) }
  for isa in 0..<Int32(CKERNELS_ISA_COUNT) where ckernels_isa_supported(isa) == 1 {
    ckernels_isa_select(isa)
    try body(String(cString: ckernels_isa_name()))
  }
}
