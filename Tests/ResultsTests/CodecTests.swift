import ProgramSupport
import Results
import Testing

@Suite struct CodecTests {
  static let blocks = [
    block(), block(generations: 0, metrics: [], status: .failed, message: "é\0✗"),
    block(seed: -3, first: 9, generations: 7, provenance: "real:10"),
    ChainBlock(
      cell: "", seed: .max, firstGeneration: 0, generations: 2, metrics: ["x"],
      values: [.nan, -.infinity], provenance: ["", "b"], status: .diverged,
      seconds: [0, 0, 0, 0, 0, .leastNonzeroMagnitude]),
  ]

  @Test func blocksRoundTrip() throws {
    let decoded = try MessageCodec.decode(MessageCodec.encode(Self.blocks))
    #expect(decoded.count == Self.blocks.count)
    for (a, b) in zip(decoded, Self.blocks) { #expect(isSame(a, b)) }
    #expect(try MessageCodec.decode(MessageCodec.encode([])).isEmpty)
  }

  /// A shortened or lengthened message is refused; a changed byte never reads out of bounds.
  @Test func wrongMessagesAreRefused() throws {
    let bytes = MessageCodec.encode(Self.blocks)
    for length in 0..<bytes.count {
      #expect(throws: ResultsError.self) { try MessageCodec.decode(Array(bytes[..<length])) }
    }
    #expect(throws: ResultsError.self) { try MessageCodec.decode(bytes + [0]) }
    var random = SplitMix(state: 1)
    for _ in 0..<2000 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      _ = try? MessageCodec.decode(changed)
    }
  }

  @Test func summaryRowsRoundTrip() throws {
    let rows = (0..<3).map {
      SummaryRow(
        cell: "c\($0)", generation: $0, metric: "a.b", n: $0, mean: 0.1, sd: .nan, se: .infinity,
        median: -0.0, q05: 1, q25: 2, q75: 3, q95: 4, low: 5, high: 6)
    }
    let bytes = SummaryCodec.encode(rows)
    let decoded = try SummaryCodec.decode(bytes)
    #expect(decoded.map { "\($0)" } == rows.map { "\($0)" })
    #expect(decoded[0].median.sign == .minus)
    for length in 0..<bytes.count {
      #expect(throws: ResultsError.self) { try SummaryCodec.decode(Array(bytes[..<length])) }
    }
  }
}
