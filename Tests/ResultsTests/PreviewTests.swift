import Results
import Testing

@Suite struct PreviewTests {
  static let real = Preview(
    generation: Preview.real, shape: [2, 1, 1, 3], values: [0, 0.5, 1, -1, 2, .nan], low: 0, high: 1)
  static let points = Preview(
    generation: 0, shape: [2, 2], values: [1.5, -2, 1e-3, 0])
  static let categories = Preview(generation: 2, shape: [3], indices: [7, -1, 65_536])

  private func withPreviews(first: Int = 0) -> ChainBlock {
    var block = block(first: first)
    block.previews = [Self.real, Self.points, Self.categories]
    return block
  }

  /// 255 steps between the ends; what lies outside is clipped, NaN is the lower end.
  @Test func valuesAreStoredAsDocumented() {
    #expect(Self.real.encoding == .uint8 && Self.real.data == [0, 128, 255, 0, 255, 0])
    let bytes = Self.points.data
    let second = UInt32(bytes[4]) | UInt32(bytes[5]) << 8 | UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 24
    #expect(Float(bitPattern: second) == -2 && bytes.count == 16)
    #expect(Self.categories.data == [7, 0, 0, 0, 255, 255, 255, 255, 0, 0, 1, 0])
  }

  @Test func shapesAndBytesMustFit() {
    func preview(_ shape: [Int], _ bytes: Int, _ generation: Int = 0) -> Preview? {
      Preview(
        generation: generation, shape: shape, encoding: .float32,
        data: [UInt8](repeating: 0, count: bytes))
    }
    #expect(preview([2, 3], 24) != nil && preview([0, 3], 0) != nil)
    #expect(preview([2, 3], 23) == nil && preview([2, 3], 20) == nil && preview([], 4) == nil)
    #expect(preview([-1, -1], 4) == nil && preview([.max, 4], 16) == nil && preview([1], 4, -2) == nil)
  }

  @Test func messagesAndSegmentsKeepThem() throws {
    let block = withPreviews()
    let decoded = try MessageCodec.decode(MessageCodec.encode([block]))
    #expect(decoded.count == 1 && isSame(decoded[0], block))
    try withTemporaryDirectory { directory in
      let path = "\(directory)/s"
      try writeSegment([block, Fixture.plain], to: path)
      let (read, report) = try readSegment(path)
      #expect(report.damaged.isEmpty && read.count == 2)
      #expect(isSame(read[0], block) && isSame(read[1], Fixture.plain))
    }
  }

  private enum Fixture { static let plain = block(seed: 5) }

  /// A block that comes again changes nothing; one with another picture of the same generation is a
  /// contradiction.
  @Test func historiesKeepOneAGeneration() throws {
    var history = ChainHistory(cell: withPreviews().cell, seed: 0)
    try history.add(withPreviews())
    try history.add(withPreviews())
    #expect(history.previews == [Self.real, Self.points, Self.categories])
    var other = withPreviews()
    other.previews[1] = Preview(generation: 0, shape: [2, 2], values: [1.5, -2, 1e-3, 1])
    #expect(throws: ResultsError.self) { try history.add(other) }
  }

  @Test func runsAreComparedWhereBothHaveThem() {
    func index(_ previews: [Preview]) -> RunIndex {
      var block = block()
      block.previews = previews
      var index = RunIndex()
      index.add(block)
      return index
    }
    let all = index([Self.real, Self.points, Self.categories])
    #expect(compare(all, index([Self.real])).isIdentical)
    let changed = Preview(generation: 2, shape: [3], indices: [7, -1, 65_537])
    let difference = compare(all, index([Self.real, changed])).firstDifference
    #expect(difference?.contains("generation 2: the previews differ") == true)
  }

  @Test func theTableHoldsThem() throws {
    try withTemporaryDirectory { directory in
      let block = withPreviews()
      let cell = CellRecord(cell: block.cell, parameters: "{}", resolved: "{}")
      let database = try ResultsDatabase.rebuild(
        at: "\(directory)/results.sqlite", cells: [cell],
        chains: [ChainKey(cell: block.cell, seed: 0)], from: RunIndex())
      try database.insert(block)
      #expect(try database.close())
      let reader = try Reader("\(directory)/results.sqlite")
      #expect(
        try reader.rows(
          "SELECT seed, generation, shape, encoding, low, high, hex(data) FROM previews ORDER BY generation")
          == [
            ["0", "-1", "[2,1,1,3]", "uint8", "0.0", "1.0", "0080FF00FF00"],
            ["0", "0", "[2,2]", "float32", "0.0", "0.0", "0000C03F000000C06F12833A00000000"],
            ["0", "2", "[3]", "int32", "0.0", "0.0", "07000000FFFFFFFF00000100"],
          ])
    }
  }
}
