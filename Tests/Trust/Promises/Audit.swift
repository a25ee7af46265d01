import Foundation
import ProgramSupport

/// P26: a number that was not computed as the study says is found although every checksum is right.
struct Audit: Promise {
  let number = 26
  let statement = "audit replays committed generations and finds one flipped bit behind right checksums"

  func evidence(on bench: Bench) throws -> Evidence {
    var evidence = Evidence()
    let reference = try bench.reference()
    var audited = 0
    for ranks in bench.isLong ? [1, 2, 3, 4] : [1] {
      let result = try audit(bench, reference.run, ranks: ranks)
      audited += Int(result.lines.last?.split(separator: " ").first ?? "") ?? 0
      evidence.record("a sound run on \(ranks) ranks", result.status == 0 ? nil : result.summary)
    }
    for round in 0..<bench.size(short: 4, long: 40) {
      let run = bench.freshPath()
      try FileManager.default.copyItem(atPath: reference.run, toPath: run)
      let place = try flipBit(run, using: &bench.numbers)
      let result = try audit(bench, run, ranks: round % 2 == 0 ? 1 : 3)
      var failure: String?
      if result.status != 65 || !result.output.contains("cell \(place.cell), seed \(place.seed)") {
        failure = "not found: \(result.summary)"
      }
      evidence.record("bit \(place.bit) of a value of cell \(place.cell), seed \(place.seed)", failure)
      bench.remove(run)
    }
    evidence.worst = "\(audited) generations of sound runs replayed"
    return evidence
  }

  private func audit(_ bench: Bench, _ run: String, ranks: Int) throws -> ProgramResult {
    let words = ["audit", run, "--fraction", "1"]
    return ranks == 1
      ? try bench.ouroboros(words, timeoutSeconds: 120)
      : try Launch.ouroboros(ranks: ranks, words, timeoutSeconds: 120)
  }

  /// Changes one bit of one number in a record and makes the record's checksum fit.
  private func flipBit(
    _ run: String, using numbers: inout SplitMix
  ) throws -> (cell: String, seed: Int, bit: Int) {
    let folder = run + "/segments"
    let name = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first {
      $0.hasSuffix(".jsonl")
    }
    let path = "\(folder)/\(name ?? "")"
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    let candidates = lines.indices.filter { lines[$0].contains("\"values\":[[") }
    guard let place = candidates.randomElement(using: &numbers) else {
      throw Unexpected("\(path) has no values")
    }
    let line = lines[place]
    guard let start = line.range(of: "\"values\":[["), let end = line.range(of: "]],\"provenance\"")
    else { throw Unexpected("a record of another form: \(line)") }
    let values = line[start.upperBound..<end.lowerBound]
    let found = values.split(whereSeparator: { ",[]".contains($0) }).filter { Double($0) != nil }
    guard let text = found.randomElement(using: &numbers), let value = Double(text) else {
      throw Unexpected("a record without numbers: \(line)")
    }
    // Low bits of the mantissa: nothing that a look at the number would show.
    let bit = Int.random(in: 0..<20, using: &numbers)
    let changed = Double(bitPattern: value.bitPattern ^ (1 << UInt64(bit)))
    let new = line.replacingCharacters(in: text.startIndex..<text.endIndex, with: "\(changed)")
    guard let crc = new.range(of: ",\"crc\":\"") else { throw Unexpected("no checksum: \(line)") }
    let body = String(new[..<crc.lowerBound])
    let sum = String(Self.checksum(Array(body.utf8)), radix: 16)
    lines[place] =
      body + ",\"crc\":\"" + String(repeating: "0", count: 8 - sum.count) + sum + "\"}"
    try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
    return (try Self.field("cell", line), Int(try Self.field("seed", line)) ?? 0, bit)
  }

  /// The value of a member of a record, without quotes.
  private static func field(_ name: String, _ line: String) throws -> String {
    guard let start = line.range(of: "\"\(name)\":") else { throw Unexpected("no \(name): \(line)") }
    return line[start.upperBound...].prefix { $0 != "," }.filter { $0 != "\"" }
  }

  /// CRC-32 (ISO 3309), bit by bit.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xffff_ffff
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~sum
  }
}

/// A file of another form than the test knows.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
