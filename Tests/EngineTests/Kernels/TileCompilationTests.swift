import CKernels
import Testing

@Suite("Compilation of tile programs") struct TileCompilationTests {
  /// One operand, loaded.
  private func start(_ extents: [Int] = [1, 1, 1, 4, 3]) -> TileProgram {
    var program = TileProgram(extents: extents)
    program.add(OUROBOROS_LOAD, operand: program.operand(along: program.wide))
    return program
  }

  @Test("Malformed descriptions are refused with the reason and the place")
  func faults() {
    func expect(
      _ fault: Int, _ place: Int32, _ program: TileProgram,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let (code, at) = program.compiled { ($1, $2) }
      #expect(code == Int32(fault), sourceLocation: sourceLocation)
      #expect(at == place, sourceLocation: sourceLocation)
    }
    var program = start([1, 0, 1, 4, 3])
    expect(OUROBOROS_TILE_BAD_EXTENT, 1, program)
    expect(OUROBOROS_TILE_BAD_COUNT, 0, TileProgram(extents: [1, 1, 1, 1, 1]))
    program = start()
    for _ in 0..<OUROBOROS_TILE_INSTRUCTIONS_MAXIMUM { program.add(OUROBOROS_NEGATE, 0) }
    expect(OUROBOROS_TILE_BAD_COUNT, 0, program)
    program = start()
    program.add(OUROBOROS_TILE_OPERATIONS)
    expect(OUROBOROS_TILE_BAD_OPERATION, 1, program)
    program = start()
    program.add(OUROBOROS_ADD, 0, 1)
    expect(OUROBOROS_TILE_BAD_VALUE, 1, program)
    program = start()
    program.add(OUROBOROS_STORE, 0, operand: program.operand(along: program.wide))
    program.add(OUROBOROS_NEGATE, 1)
    expect(OUROBOROS_TILE_BAD_VALUE, 2, program)
    program = start()
    program.add(OUROBOROS_LOAD, operand: 1)
    expect(OUROBOROS_TILE_BAD_OPERAND, 1, program)
    program = start()
    program.add(OUROBOROS_INDEX, operand: 5)
    expect(OUROBOROS_TILE_BAD_OPERAND, 1, program)
    program = start()
    program.operands[0].type = 3
    expect(OUROBOROS_TILE_BAD_TYPE, 0, program)
    program = start()
    program.add(OUROBOROS_SUM_INTO, 0, operand: program.operand(along: 0), immediate: 1)
    program.operands[1].type = OUROBOROS_I32
    expect(OUROBOROS_TILE_BAD_TYPE, 1, program)
  }

  @Test("Stores and reductions that cannot be are refused")
  func sinks() {
    var program = start()
    program.add(OUROBOROS_STORE, 0, operand: program.operand(along: 1 << 4))
    #expect(program.fault == Int32(OUROBOROS_TILE_BAD_STORE))
    // Outer dimension 1 kept after outer dimension 0 reduced.
    program = start([2, 3, 1, 4, 5])
    program.add(OUROBOROS_SUM_INTO, 0, operand: program.operand(along: 2), immediate: 1)
    #expect(program.fault == Int32(OUROBOROS_TILE_BAD_REDUCTION))
    // Rows kept, outer dimension reduced.
    program = start([2, 1, 1, 4, 5])
    program.add(OUROBOROS_SUM_INTO, 0, operand: program.operand(along: 8), immediate: 1)
    #expect(program.fault == Int32(OUROBOROS_TILE_BAD_REDUCTION))
    // The same operand written twice; reduced into and read; updated in place where it is broadcast.
    program = start()
    let twice = program.operand(along: program.wide)
    program.add(OUROBOROS_STORE, 0, operand: twice)
    program.add(OUROBOROS_STORE, 0, operand: twice)
    #expect(program.fault == Int32(OUROBOROS_TILE_BAD_UPDATE))
    program = start()
    let total = program.operand(along: 0)
    program.add(OUROBOROS_LOAD, operand: total)
    program.add(OUROBOROS_SUM_INTO, 0, operand: total, immediate: 1)
    #expect(program.fault == Int32(OUROBOROS_TILE_BAD_UPDATE))
    program = start()
    let row = program.operand(along: 1 << 3)
    let sum = program.add(OUROBOROS_ROW_SUM, program.add(OUROBOROS_LOAD, operand: row), immediate: 1)
    program.add(OUROBOROS_STORE, sum, operand: row)
    #expect(program.fault == Int32(OUROBOROS_TILE_BAD_UPDATE))
  }
}
