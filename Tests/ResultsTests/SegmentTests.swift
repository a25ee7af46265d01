import Foundation
import ProgramSupport
import Results
import Testing

@Suite struct SegmentTests {
  static let awkward: [Double] = [
    0, -0.0, 1, -1, 0.1, 1.0 / 3, .pi, .leastNonzeroMagnitude, .leastNormalMagnitude,
    .greatestFiniteMagnitude,
    9_007_199_254_740_991, 9_007_199_254_740_992, 1e15, 1e16, 1e22, 1e23, 123_456_789_012_345_680,
    .nan, .infinity, -.infinity, 0.1 + 0.2, 4.35, .leastNormalMagnitude.nextDown, 1e-7,
    -123.456e-200,
  ]

  @Test func everyBlockIsReadBackBitForBit() throws {
    try withTemporaryDirectory { directory in
      var blocks = [
        block(), block(seed: -7, first: 3, generations: 1, provenance: "real:10"),
        block(
          cell: "a\"\\\u{1}\u{7f}é\n", generations: 0, status: .failed,
          message: "rank 3: \"x\"\t\\ ✗"),
        block(generations: 2, metrics: []), block(seed: .max, first: 1 << 40, status: .done),
        block(seed: .min, generations: 40, provenance: ""),
        ChainBlock(
          cell: "awkward", seed: 1, firstGeneration: 0, generations: 5,
          metrics: ["a", "b", "c", "d", "e"], values: Self.awkward,
          provenance: ["", "x", "y", "", "z"], status: .diverged, message: "NaN",
          seconds: [0, 1, 2, 3, 4, .greatestFiniteMagnitude]),
      ]
      var random = SplitMix(state: 11)
      var bits: [Double] = []
      while bits.count < 2000 {
        let value = Double(bitPattern: random.next())
        if value.isFinite { bits.append(value) }
      }
      blocks.append(
        ChainBlock(
          cell: "bits", seed: 2, firstGeneration: 0, generations: 1000, metrics: ["a", "b"],
          values: bits, provenance: TextColumn(repeating: "real:1", count: 1000), status: .done,
          seconds: [0, 0, 0, 0, 0, 0]))
      let path = "\(directory)/rank-0000.jsonl"
      try writeSegment(blocks, to: path)
      let (read, report) = try readSegment(path)
      #expect(read.count == blocks.count)
      for (a, b) in zip(read, blocks) { #expect(isSame(a, b), "\(b.cell)") }
      #expect(report.blocks == blocks.count && report.damaged.isEmpty && report.tornBytes == 0)
      #expect(try report.bytes == fileBytes(path).count)
    }
  }

  @Test func aLineIsAnOrdinaryJSONObject() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/s"
      try writeSegment([block(message: "a \"quoted\" \u{2} text")], to: path)
      let lines = try fileBytes(path).split(separator: 10)
      #expect(lines.count == 1)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(lines[0])) as? [String: Any])
      #expect(
        object.keys.sorted() == [
          "cell", "crc", "first", "message", "metrics", "provenance", "seconds", "seed", "status",
          "v", "values",
        ])
      #expect(object["message"] as? String == "a \"quoted\" \u{2} text")
      struct Values: Decodable { let values: [[Double]] }
      let values = try JSONDecoder().decode(Values.self, from: Data(lines[0])).values
      #expect(values.count == 3 && values.flatMap { $0 } == block().values)
    }
  }

  @Test func linesLongerThanTheBufferAreRead() throws {
    try withTemporaryDirectory { directory in
      let long = block(generations: 60_000)
      let path = "\(directory)/s"
      try writeSegment([block(seed: 1), long, block(seed: 2)], to: path)
      #expect(try fileBytes(path).count > 5 << 20)
      let (read, report) = try readSegment(path)
      #expect(read.count == 3 && report.damaged.isEmpty)
      #expect(isSame(read[1], long) && isSame(read[2], block(seed: 2)))
    }
  }

  /// Every prefix of a segment gives the records that are whole in it and reports the rest; opening
  /// it for writing cuts the rest off, and the records that are written then are found.
  @Test func everyTruncationIsDetected() throws {
    try withTemporaryDirectory { directory in
      let blocks = [
        block(generations: 1), block(first: 1, generations: 2), block(first: 3, status: .done),
      ]
      let whole = "\(directory)/whole"
      try writeSegment(blocks, to: whole)
      let bytes = try fileBytes(whole)
      var ends = [0]
      for (index, byte) in bytes.enumerated() where byte == 10 { ends.append(index + 1) }
      let path = "\(directory)/cut"
      for length in 0...bytes.count {
        try write(Array(bytes[..<length]), to: path)
        let sound = ends.count { $0 <= length } - 1
        let (read, report) = try readSegment(path)
        #expect(read.count == sound && report.damaged.isEmpty)
        #expect(report.tornBytes == length - ends[sound])
        for (a, b) in zip(read, blocks) { #expect(isSame(a, b)) }
        guard length % 7 == 0 else { continue }
        let writer = try SegmentWriter(path: path)
        #expect(writer.tornBytes == length - ends[sound] && writer.size == ends[sound])
        for block in blocks[sound...] { try writer.append(block) }
        try writer.flush()
        #expect(try fileBytes(path) == bytes)
      }
    }
  }

  /// 1,000 random single-bit flips: the damage is reported and no record is read that was not
  /// written.
  @Test func everyBitFlipIsDetected() throws {
    try withTemporaryDirectory { directory in
      let blocks = (0..<6).map { block(seed: $0, generations: 4, message: "m\($0)") }
      let path = "\(directory)/s"
      try writeSegment(blocks, to: path)
      let bytes = try fileBytes(path)
      var random = SplitMix(state: 5)
      var detected = 0
      for _ in 0..<1000 {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        var flipped = bytes
        flipped[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try write(flipped, to: path)
        let (read, report) = try readSegment(path)
        if !report.damaged.isEmpty || report.tornBytes > 0 { detected += 1 }
        #expect(
          read.count >= 4 && read.allSatisfy { found in blocks.contains { isSame($0, found) } })
      }
      print("segment bit flips detected: \(detected) of 1000")
      #expect(detected == 1000)
    }
  }

  /// Forged lines whose checksum fits: refused with words that can be shown.
  @Test(arguments: [
    ("a\tb", "done", "bf59af67", "expected \" at byte"), ("ab", "do\u{9b}ne", "809bb4aa", "the status is none of"),
  ])
  func controlCharactersAreRefused(cell: String, status: String, checksum: String, reason: String) throws {
    try withTemporaryDirectory { directory in
      let line =
        "{\"v\":1,\"cell\":\"\(cell)\",\"seed\":3,\"first\":0,\"metrics\":[\"m\"],\"values\":[[1.5]],"
        + "\"provenance\":\"\",\"status\":\"\(status)\",\"message\":\"\",\"seconds\":[0,0,0,0,0,0],"
        + "\"crc\":\"\(checksum)\"}\n"
      let path = "\(directory)/rank-0000.jsonl"
      try line.write(toFile: path, atomically: false, encoding: .utf8)
      let (_, report) = try readSegment(path)
      let message = "\(try #require(report.damaged.first))"
      #expect(report.blocks == 0 && message.contains(reason) && !message.contains("\u{9b}"), "\(message)")
    }
  }

  @Test func aDamagedLineIsNamedAndTheOthersAreRead() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/rank-0007.jsonl"
      try writeSegment((0..<5).map { block(seed: $0) }, to: path)
      var lines = try fileBytes(path).split(separator: 10).map(Array.init)
      lines.swapAt(0, 4)
      lines[2] = [UInt8](repeating: 0, count: 4096)
      lines[3] = Array("{}".utf8)
      try write(lines.flatMap { $0 + [10] }, to: path)
      let (read, report) = try readSegment(path)
      #expect(read.map(\.seed) == [4, 1, 0])
      #expect(report.damaged.count == 2)
      #expect(report.damaged.map(\.description).first?.hasPrefix("\(path):3: ") == true)
      #expect(report.damaged.last?.description.hasPrefix("\(path):4: ") == true)
      #expect(report.damaged.allSatisfy { $0.exitCode == 65 })
    }
  }
}
