/// The texts of a column in one buffer: a text a generation costs no allocation of its own, and one that
/// repeats itself is held once.
public struct TextColumn: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where each text lies in `bytes`; valid UTF-8 each.
  private(set) var places: [Range<Int>] = []

  public init() {}

  /// `count` times the same text.
  public init(repeating text: String, count: Int) {
    guard count > 0 else { return }
    bytes.append(literal: text)
    places = [Range<Int>](repeating: bytes.indices, count: count)
  }

  public init(_ texts: some Sequence<String>) {
    for text in texts { append(text) }
  }

  /// - Parameter places: within `bytes`, which are valid UTF-8 there.
  init(bytes: [UInt8], places: [Range<Int>]) {
    self.bytes = bytes
    self.places = places
  }

  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(utf8: $0) }
  }

  /// Adds a text by its UTF-8, which must be valid.
  public mutating func append(utf8 text: UnsafeBufferPointer<UInt8>) {
    if let last = places.last, bytes[last].elementsEqual(text) {
      places.append(last)
      return
    }
    let start = bytes.count
    bytes.append(contentsOf: text)
    places.append(start..<bytes.count)
  }

  /// Adds another column's texts from a place on.
  public mutating func append(contentsOf other: TextColumn, from first: Int = 0) {
    if places.isEmpty, first == 0 {
      self = other
      return
    }
    for index in first..<other.count {
      other.utf8(index).withUnsafeBufferPointer { append(utf8: $0) }
    }
  }

  /// The UTF-8 of a text.
  func utf8(_ index: Int) -> ArraySlice<UInt8> { bytes[places[index]] }

  /// Whether another column holds the same texts in the same bytes.
  func isHeldAs(_ other: TextColumn) -> Bool { places == other.places && bytes == other.bytes }

  /// Whether all texts are the same; true for none.
  var isUniform: Bool {
    places.indices.dropFirst().allSatisfy { utf8($0) == utf8(0) }
  }
}

extension TextColumn: RandomAccessCollection, ExpressibleByArrayLiteral {
  public var startIndex: Int { 0 }
  public var endIndex: Int { places.count }
  public subscript(index: Int) -> String { String(decoding: utf8(index), as: UTF8.self) }
  public init(arrayLiteral texts: String...) { self.init(texts) }
}

extension TextColumn: Equatable {
  /// Whether the texts are the same, however they are held.
  public static func == (a: TextColumn, b: TextColumn) -> Bool {
    a.isHeldAs(b) || a.count == b.count && a.indices.allSatisfy { a.utf8($0) == b.utf8($0) }
  }
}
