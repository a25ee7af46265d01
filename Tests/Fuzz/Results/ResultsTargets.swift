import Foundation

/// Readers of a run's own files and of messages between ranks.
let targets: [String: FuzzTarget] = [
  "segment": checkSegment, "message": checkMessage, "records": checkRecords,
]

/// Lines of a segment, each given the checksum that fits it: what a forged file could hold. What is
/// accepted must be the same after being written and read again.
@Sendable private func checkSegment(_ bytes: [UInt8]) {
  var decoder = LineDecoder()
  for body in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
    guard let block = decode(withChecksum(Array(body)), by: &decoder) else { continue }
    var written: [UInt8] = []
    LineEncoder.append(block, to: &written)
    guard let again = decode(Array(written.dropLast()), by: &decoder) else {
      fatalError("a written line is refused")
    }
    var rewritten: [UInt8] = []
    LineEncoder.append(again, to: &rewritten)
    precondition(rewritten == written, "a line differs after being read")
  }
  // As they are, too: without a checksum, or with a wrong one.
  _ = decode(bytes, by: &decoder)
}

private func withChecksum(_ body: [UInt8]) -> [UInt8] {
  var line = body
  line.append(literal: ",\"crc\":\"")
  line.append(hexadecimal: body.withUnsafeBufferPointer { checksum($0) })
  line.append(literal: "\"}")
  return line
}

private func decode(_ line: [UInt8], by decoder: inout LineDecoder) -> ChainBlock? {
  line.withUnsafeBufferPointer { bytes in
    do throws(LineDecoder.Failure) {
      let block = try decoder.decode(bytes)
      precondition(block.values.count == block.generations * block.metrics.count)
      precondition(block.provenance.count == block.generations)
      return block
    } catch {
      requireReadable(error.reason)
      return nil
    }
  }
}

@Sendable private func checkMessage(_ bytes: [UInt8]) {
  do throws(ResultsError) {
    let written = MessageCodec.encode(try MessageCodec.decode(bytes))
    let again = MessageCodec.encode(try MessageCodec.decode(written))
    precondition(again == written, "a message differs after being read")
  } catch {
    requireReadable("\(error)")
  }
}

/// `manifest.json`, `status.json` and the lines of `failures.jsonl`, by the first byte.
@Sendable private func checkRecords(_ bytes: [UInt8]) {
  let body = Data(bytes.dropFirst())
  let decoder = JSONDecoder()
  switch bytes.first ?? 0 {
  case UInt8(ascii: "m"): _ = try? decoder.decode(RunManifest.self, from: body)
  case UInt8(ascii: "s"): _ = try? decoder.decode(RunStatus.self, from: body)
  default: _ = try? decoder.decode(FailureRecord.self, from: body)
  }
}
