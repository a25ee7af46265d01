/// A cursor over a message's bytes; every length is checked before anything is allocated.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private let name: String
  private var position = 0

  /// `name` says in errors what the bytes are.
  init(_ bytes: UnsafeBufferPointer<UInt8>, name: String) {
    self.bytes = UnsafeRawBufferPointer(bytes)
    self.name = name
  }

  func failure(_ reason: String) -> ResultsError {
    .malformed(path: name, line: 0, reason: "\(reason) (byte \(position) of \(bytes.count))")
  }

  mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) throws(ResultsError) -> Word {
    let size = MemoryLayout<Word>.size
    guard bytes.count - position >= size else { throw failure("ends too early") }
    defer { position += size }
    return Word(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Word.self))
  }

  /// A number that fits a non-negative Int.
  mutating func natural() throws(ResultsError) -> Int {
    guard let value = Int(exactly: try word(UInt64.self)) else {
      throw failure("a count is too large")
    }
    return value
  }

  /// A count of things of at least `size` bytes each that can still follow.
  mutating func count(of size: Int) throws(ResultsError) -> Int {
    let value = try natural()
    guard value <= (bytes.count - position) / size else {
      throw failure("\(value) items do not fit")
    }
    return value
  }

  mutating func text() throws(ResultsError) -> String {
    let count = try count(of: 1)
    let part = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    // Nearly all texts are ASCII, which is valid as it is; the general check takes much longer.
    let isASCII = part.allSatisfy { $0 < 0x80 }
    guard
      let text = isASCII
        ? String(decoding: part, as: UTF8.self) : String(validating: part, as: UTF8.self)
    else { throw failure("not UTF-8") }
    position += count
    return text
  }

  mutating func texts() throws(ResultsError) -> [String] {
    let count = try count(of: 8)
    var list: [String] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try text()) }
    return list
  }

  mutating func textColumn() throws(ResultsError) -> TextColumn {
    var places: [Range<Int>] = []
    let count = try count(of: 16)
    places.reserveCapacity(count)
    for _ in 0..<count {
      let start = try natural()
      let end = try natural()
      guard start <= end else { throw failure("a text of negative length") }
      places.append(start..<end)
    }
    let text = try bytes(try self.count(of: 1))
    guard places.allSatisfy({ $0.upperBound <= text.count }) else {
      throw failure("a text outside its column")
    }
    let column = TextColumn(bytes: text, places: places)
    if !text.allSatisfy({ $0 < 0x80 }) {
      for index in column.indices where String(validating: column.utf8(index), as: UTF8.self) == nil {
        throw failure("not UTF-8")
      }
    }
    return column
  }

  mutating func doubles() throws(ResultsError) -> [Double] {
    let count = try count(of: 8)
    defer { position += 8 * count }
    return [Double](unsafeUninitializedCapacity: count) { values, filled in
      filled = count
      for index in 0..<count {
        let bits = bytes.loadUnaligned(fromByteOffset: position + 8 * index, as: UInt64.self)
        values[index] = Double(bitPattern: UInt64(littleEndian: bits))
      }
    }
  }

  /// So many bytes as they are; `count` has been checked by `count(of:)`.
  mutating func bytes(_ count: Int) throws(ResultsError) -> [UInt8] {
    guard count <= bytes.count - position else { throw failure("ends too early") }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  /// Checks that nothing is left over.
  func finish() throws(ResultsError) {
    guard position == bytes.count else { throw failure("bytes left over") }
  }
}

extension [UInt8] {
  mutating func append<Word: FixedWidthInteger>(word: Word) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }

  /// Length, then UTF-8.
  mutating func append(text: String) {
    append(word: UInt64(text.utf8.count))
    append(literal: text)
  }

  mutating func append(texts: [String]) {
    append(word: UInt64(texts.count))
    for text in texts { append(text: text) }
  }

  /// Where each text begins and ends, then the UTF-8.
  mutating func append(texts: TextColumn) {
    append(word: UInt64(texts.count))
    append(words: 2 * texts.count) { index in
      let place = texts.places[index / 2]
      return UInt64(index % 2 == 0 ? place.lowerBound : place.upperBound)
    }
    append(word: UInt64(texts.bytes.count))
    append(contentsOf: texts.bytes)
  }

  mutating func append(doubles: [Double]) {
    append(word: UInt64(doubles.count))
    append(words: doubles.count) { doubles[$0].bitPattern }
  }

  /// Grows once and writes the words in place.
  private mutating func append(words: Int, _ word: (Int) -> UInt64) {
    let start = count
    append(contentsOf: repeatElement(0, count: 8 * words))
    withUnsafeMutableBytes { bytes in
      for index in 0..<words {
        bytes.storeBytes(
          of: word(index).littleEndian, toByteOffset: start + 8 * index, as: UInt64.self)
      }
    }
  }
}
