import Foundation

/// A failure as a line of `failures.jsonl`: a JSON object with sorted keys whose last member, `crc`, is the
/// CRC-32 of all bytes before the comma in front of it, as in a segment.
extension FailureRecord {
  private static let keys: Set<String> = [
    "cell", "command", "generation", "host", "message", "rank", "seed", "status",
  ]
  /// Bytes of `,"crc":"1a2b3c4d"}`.
  private static let trailer = 18

  /// The line, its newline included.
  func line() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var bytes = Array(try encoder.encode(self).dropLast())
    bytes += Self.checked(bytes) + [UInt8(ascii: "\n")]
    return bytes
  }

  /// The record of a line without its newline; nil for one that is damaged. Lines without a checksum are
  /// older than that and pass with the members they had.
  init?(line: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
      let record = try? JSONDecoder().decode(FailureRecord.self, from: Data(line))
    else { return nil }
    if Set(object.keys) != Self.keys {
      let body = line.dropLast(Self.trailer)
      guard line.suffix(Self.trailer) == Self.checked(Array(body))[...] else { return nil }
    }
    self = record
  }

  private static func checked(_ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(literal: ",\"crc\":\"")
    bytes.append(hexadecimal: body.withUnsafeBufferPointer { checksum($0) })
    bytes.append(literal: "\"}")
    return bytes
  }
}

extension RunDirectory {
  /// The lines of `failures.jsonl`, nil for one that is damaged; none where there is no file. A torn last
  /// line is left out.
  func failureLines() throws(ResultsError) -> [FailureRecord?] {
    guard let bytes = try contentsIfPresent(of: "failures.jsonl") else { return [] }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.dropLast().map { FailureRecord(line: Array($0)) }
  }

  /// Writes `failures.jsonl` again where lines are damaged or chains that ended early have none: a run
  /// may have been killed between a record and its line, and the records are the truth.
  ///
  /// - Parameter rebuilt: the line of a chain that has none.
  public func repairFailures(
    _ index: RunIndex, _ rebuilt: (ChainHistory) -> FailureRecord
  ) throws {
    let lines = try failureLines()
    let sound = lines.compactMap { $0 }
    let missing = index.withoutFailure(sound)
    guard sound.count < lines.count || !missing.isEmpty else { return }
    try publish(try (sound + missing.map(rebuilt)).flatMap { try $0.line() }, as: "failures.jsonl")
  }
}

extension RunIndex {
  /// The chains that diverged or failed and that no record names.
  func withoutFailure(_ records: [FailureRecord]) -> [ChainHistory] {
    let known = Set(records.map { ChainKey(cell: $0.cell, seed: $0.seed) })
    return sortedChains.filter {
      [.failed, .diverged].contains($0.status) && !known.contains(ChainKey(cell: $0.cell, seed: $0.seed))
    }
  }
}
