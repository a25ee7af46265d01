/// Blocks as bytes for messages between ranks: little-endian, values as their bits.
///
/// A message is `OBM2`, the distinct columns of provenance, the number of blocks, then each block as
/// length-prefixed fields; it is read only if every length fits and nothing is left over. The chains of a
/// cell have the same provenance, which is most of a short generation.
public enum MessageCodec {
  private static let magic: UInt32 = 0x324d_424f

  /// The message of some blocks.
  public static func encode(_ blocks: [ChainBlock]) -> [UInt8] {
    var columns: [TextColumn] = []
    let numbers = blocks.map { number(of: $0.provenance, among: &columns) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(
      blocks.reduce(64) { $0 + 512 + 8 * $1.values.count }
        + columns.reduce(0) { $0 + 64 + 16 * $1.count + $1.bytes.count })
    bytes.append(word: magic)
    bytes.append(word: UInt64(columns.count))
    for column in columns { bytes.append(texts: column) }
    bytes.append(word: UInt64(blocks.count))
    for (block, number) in zip(blocks, numbers) {
      append(block, provenance: number, to: &bytes)
    }
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
      var columns: [TextColumn] = []
      for _ in 0..<(try reader.count(of: 16)) { columns.append(try reader.textColumn()) }
      let count = try reader.count(of: 1)
      var blocks: [ChainBlock] = []
      for _ in 0..<count { blocks.append(try block(&reader, columns)) }
      try reader.finish()
      return blocks
    }
  }

  /// The place of a column among the last few distinct ones; added where it is not there.
  private static func number(of column: TextColumn, among columns: inout [TextColumn]) -> Int {
    let recent = columns.indices.suffix(4)
    if let known = recent.last(where: { columns[$0].isHeldAs(column) }) { return known }
    columns.append(column)
    return columns.count - 1
  }

  private static func append(
    _ block: ChainBlock, provenance number: Int, to bytes: inout [UInt8]
  ) {
    bytes.append(text: block.cell)
    bytes.append(word: UInt64(bitPattern: Int64(block.seed)))
    bytes.append(word: UInt64(block.firstGeneration))
    bytes.append(word: UInt64(block.generations))
    bytes.append(texts: block.metrics)
    bytes.append(doubles: block.values)
    bytes.append(word: UInt64(number))
    bytes.append(word: UInt64(block.previews.count))
    for preview in block.previews { append(preview, to: &bytes) }
    bytes.append(text: block.status.rawValue)
    bytes.append(text: block.message)
    bytes.append(doubles: block.seconds)
  }

  private static func block(
    _ reader: inout ByteReader, _ columns: [TextColumn]
  ) throws(ResultsError) -> ChainBlock {
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
    let number = try reader.natural()
    guard columns.indices.contains(number), columns[number].count == generations else {
      throw reader.failure("provenance \(number) for \(generations) generations")
    }
    let provenance = columns[number]
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
