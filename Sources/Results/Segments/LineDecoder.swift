import Foundation

/// Reads the lines that `LineEncoder` writes, and only those: members in their order, no spaces.
///
/// The checksum is compared before anything is read, so what follows is our own text unless a file
/// was forged; the scanner stays within bounds for those too.
struct LineDecoder {
  /// Why a line was refused.
  struct Failure: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// The last line's list of metrics, as bytes and as texts: lines of a study repeat few lists.
  private var metricBytes: [UInt8] = []
  private var metricNames: [String] = []
  private var cellBytes: [UInt8] = []
  private var cellName = ""

  /// Far above any study, and small enough for sums not to overflow.
  static let largestGeneration = 1 << 48

  /// Bytes of `,"crc":"1a2b3c4d"}`.
  private static let trailer = 18

  /// The block of a line without its newline.
  ///
  /// - Throws: `Failure` with the reason, e.g. a checksum that does not match.
  mutating func decode(_ line: UnsafeBufferPointer<UInt8>) throws(Failure) -> ChainBlock {
    let size = line.count - Self.trailer
    guard size > 0 else { throw Failure("\(line.count) bytes are too few for a record") }
    let body = UnsafeBufferPointer(rebasing: line[..<size])
    var expected: [UInt8] = []
    expected.append(literal: ",\"crc\":\"")
    let stored = UnsafeBufferPointer(rebasing: line[size...])
    guard stored.starts(with: expected) else { throw Failure("no checksum at the end of the line") }
    let crc = checksum(body)
    expected.append(hexadecimal: crc)
    expected.append(literal: "\"}")
    guard stored.elementsEqual(expected) else {
      throw Failure("the checksum does not match the record")
    }
    var scanner = LineScanner(bytes: line, end: size)
    return try block(&scanner)
  }

  private mutating func block(_ scanner: inout LineScanner) throws(Failure) -> ChainBlock {
    try scanner.expect("{\"v\":")
    let version = try scanner.integer()
    guard version == LineEncoder.version else { throw Failure("version \(version) is not known") }
    try scanner.expect(",\"cell\":")
    let cell = try cellText(&scanner)
    try scanner.expect(",\"seed\":")
    let seed = try scanner.integer()
    try scanner.expect(",\"first\":")
    let first = try scanner.integer()
    guard first >= 0, first <= Self.largestGeneration else {
      throw Failure("first generation \(first)")
    }
    try scanner.expect(",\"metrics\":")
    let metrics = try metricTexts(&scanner)
    try scanner.expect(",\"values\":[")
    let (values, generations) = try scanner.rows(width: metrics.count)
    try scanner.expect(",\"provenance\":")
    let provenance = try scanner.provenance(generations: generations)
    let previews = try previews(&scanner)
    try scanner.expect(",\"status\":")
    let statusText = try scanner.text()
    guard let status = ChainStatus(rawValue: statusText) else {
      throw Failure("the status is none of \(ChainStatus.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    try scanner.expect(",\"message\":")
    let message = try scanner.text()
    try scanner.expect(",\"seconds\":")
    var seconds: [Double] = []
    try scanner.numbers(into: &seconds)
    guard seconds.count == Phase.allCases.count, scanner.isAtEnd else {
      throw Failure("\(seconds.count) phases")
    }
    return ChainBlock(
      cell: cell, seed: seed, firstGeneration: first, generations: generations, metrics: metrics,
      values: values, provenance: provenance, previews: previews, status: status,
      message: message, seconds: seconds)
  }

  /// The previews of a block; none where the member is missing.
  private func previews(_ scanner: inout LineScanner) throws(Failure) -> [Preview] {
    guard scanner.skip(Self.previewsMember) else { return [] }
    var list: [Preview] = []
    repeat {
      try scanner.expect("{\"generation\":")
      let generation = try scanner.integer()
      try scanner.expect(",\"shape\":[")
      var shape: [Int] = []
      repeat { shape.append(try scanner.integer()) } while scanner.skip(UInt8(ascii: ","))
      try scanner.expect("],\"encoding\":")
      let encoding = Preview.Encoding(rawValue: try scanner.text())
      try scanner.expect(",\"low\":")
      let low = try scanner.number()
      try scanner.expect(",\"high\":")
      let high = try scanner.number()
      try scanner.expect(",\"data\":")
      let data = Data(base64Encoded: try scanner.text())
      try scanner.expect("}")
      guard let encoding, let data, generation <= Self.largestGeneration,
        let preview = Preview(
          generation: generation, shape: shape, encoding: encoding, low: low, high: high,
          data: [UInt8](data))
      else { throw Failure("a preview that fits no shape") }
      list.append(preview)
    } while scanner.skip(UInt8(ascii: ","))
    try scanner.expect("]")
    return list
  }

  private static let previewsMember = Array(",\"previews\":[".utf8)

  private mutating func cellText(_ scanner: inout LineScanner) throws(Failure) -> String {
    if !cellBytes.isEmpty && scanner.skip(cellBytes) { return cellName }
    let start = scanner.position
    cellName = try scanner.text()
    cellBytes = Array(scanner.bytes[start..<scanner.position])
    return cellName
  }

  private mutating func metricTexts(_ scanner: inout LineScanner) throws(Failure) -> [String] {
    if !metricBytes.isEmpty && scanner.skip(metricBytes) { return metricNames }
    let start = scanner.position
    metricNames = try scanner.texts()
    metricBytes = Array(scanner.bytes[start..<scanner.position])
    return metricNames
  }
}
