import Foundation

/// What a disk, a network or a hand can make of a file.
enum Corruption: CustomStringConvertible {
  case truncated(Int)
  case flipped(byte: Int, bit: Int)
  case zeroed(from: Int)
  case swapped(with: String)
  case deleted

  static let page = 4096

  var description: String {
    switch self {
    case .truncated(let count): "cut to \(count) bytes"
    case .flipped(let byte, let bit): "bit \(bit) of byte \(byte) flipped"
    case .zeroed(let start): "a page of zeros from byte \(start)"
    case .swapped(let other): "swapped with \(other)"
    case .deleted: "deleted"
    }
  }

  /// Does it to a file of a run.
  ///
  /// - Returns: whether anything changed.
  func apply(to name: String, in run: String) throws -> Bool {
    let url = URL(fileURLWithPath: "\(run)/\(name)")
    var data = try Data(contentsOf: url)
    let before = data
    switch self {
    case .truncated(let count): data = Data(data.prefix(count))
    case .flipped(let byte, let bit): data[byte] ^= 1 << UInt8(bit)
    case .zeroed(let start):
      let end = min(start + Self.page, data.count)
      data.replaceSubrange(start..<end, with: Data(count: end - start))
    case .swapped(let other):
      let place = URL(fileURLWithPath: "\(run)/\(other)")
      data = try Data(contentsOf: place)
      try before.write(to: place)
    case .deleted:
      try FileManager.default.removeItem(at: url)
      return true
    }
    if data != before { try data.write(to: url) }
    return data != before
  }
}
