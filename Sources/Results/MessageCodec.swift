/// Blocks as bytes for messages between ranks: little-endian, values as their bits.
///
/// A message is `OBM1`, the number of blocks, then each block as length-prefixed fields; it is read
/// only if every length fits and nothing is left over.
public enum MessageCodec {
  private static let magic: UInt32 = 0x314d_424f

  /// The message of some blocks.
  public static func encode(_ blocks: [ChainBlock]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      blocks.reduce(16) { $0 + 256 + 8 * $1.values.count + 32 * $1.generations })
    bytes.append(word: magic)
    bytes.append(word: UInt64(blocks.count))
    for block in blocks { append(block, to: &bytes) }
    return bytes
  }

  /// The blocks of a message.
  ///
  /// - Throws: `ResultsError.malformed` for anything `encode` did not write.
  public static func decode(_ bytes: [UInt8]) throws(ResultsError) -> [ChainBlock] {
    try bytes.withUnsafeBufferPointer { (buffer) throws(ResultsError) in
      var reader = ByteReader(buffer, name: "block message")
      guard try reader.word(UInt32.self) == magic else {
        throw reader.failure("not a block message")
      }
      let count = try reader.count(of: 1)
      var blocks: [ChainBlock] = []
      for _ in 0..<count { blocks.append(try block(&reader)) }
      try reader.finish()
      return blocks
    }
  }

  private static func append(_ block: ChainBlock, to bytes: inout [UInt8]) {
    bytes.append(text: block.cell)
    bytes.append(word: UInt64(bitPattern: Int64(block.seed)))
    bytes.append(word: UInt64(block.firstGeneration))
    bytes.append(word: UInt64(block.generations))
    bytes.append(texts: block.metrics)
    bytes.append(doubles: block.values)
    // One text where all generations agree, as in a segment.
    if let first = block.provenance.first, block.provenance.allSatisfy({ $0 == first }) {
      bytes.append(texts: [first])
    } else {
      bytes.append(texts: block.provenance)
    }
    bytes.append(word: UInt64(block.previews.count))
    for preview in block.previews { append(preview, to: &bytes) }
    bytes.append(text: block.status.rawValue)
    bytes.append(text: block.message)
    bytes.append(doubles: block.seconds)
  }

  private static func block(_ reader: inout ByteReader) throws(ResultsError) -> ChainBlock {
    let cell = try reader.text()
    let seed = Int(Int64(bitPattern: try reader.word(UInt64.self)))
    let first = try reader.natural()
    let generations = try reader.natural()
    guard max(first, generations) <= LineDecoder.largestGeneration else {
      throw reader.failure("generation \(first) + \(generations)")
    }
    let metrics = try reader.texts()
    let values = try reader.doubles()
    let (size, overflow) = generations.multipliedReportingOverflow(by: metrics.count)
    guard !overflow, values.count == size else {
      throw reader.failure("\(values.count) values for \(generations) × \(metrics.count)")
    }
    var provenance = try reader.texts()
    if provenance.count == 1, generations > 1, generations <= reader.size {
      provenance = [String](repeating: provenance[0], count: generations)
    }
    guard provenance.count == generations else {
      throw reader.failure("\(provenance.count) provenances for \(generations) generations")
    }
    var previews: [Preview] = []
    for _ in 0..<(try reader.count(of: 1)) { previews.append(try preview(&reader)) }
    guard let status = ChainStatus(rawValue: try reader.text()) else {
      throw reader.failure("unknown status")
    }
    let message = try reader.text()
    let seconds = try reader.doubles()
    guard seconds.count == Phase.allCases.count else {
      throw reader.failure("\(seconds.count) phases")
    }
    return ChainBlock(
      cell: cell, seed: seed, firstGeneration: first, generations: generations, metrics: metrics,
      values: values, provenance: provenance, previews: previews, status: status,
      message: message, seconds: seconds)
  }

  private static func append(_ preview: Preview, to bytes: inout [UInt8]) {
    bytes.append(word: UInt64(bitPattern: Int64(preview.generation)))
    bytes.append(word: UInt64(preview.shape.count))
    for extent in preview.shape { bytes.append(word: UInt64(extent)) }
    bytes.append(text: preview.encoding.rawValue)
    bytes.append(doubles: [preview.low, preview.high])
    bytes.append(word: UInt64(preview.data.count))
    bytes.append(contentsOf: preview.data)
  }

  private static func preview(_ reader: inout ByteReader) throws(ResultsError) -> Preview {
    let generation = Int(Int64(bitPattern: try reader.word(UInt64.self)))
    var shape: [Int] = []
    for _ in 0..<(try reader.count(of: 8)) { shape.append(try reader.natural()) }
    let encoding = Preview.Encoding(rawValue: try reader.text())
    let range = try reader.doubles()
    let data = try reader.bytes(try reader.count(of: 1))
    guard let encoding, range.count == 2, generation <= LineDecoder.largestGeneration,
      let preview = Preview(
        generation: generation, shape: shape, encoding: encoding, low: range[0], high: range[1],
        data: data)
    else { throw reader.failure("a preview that fits no shape") }
    return preview
  }
}
