import Laws
import Options
import Randomness
import Samples

/// `text`: which character follows which in a text file of the user's.
///
/// The law is the file's own bigram frequencies; samples are independent draws from it: the pair at
/// a uniformly random place of the text.
public struct Text: DrawnDataset {
  static let path = Option.path(
    "path", default: nil, help: "The text file, plain or compressed by gzip.")
  static let alphabet = Option.choice(
    "alphabet", ["characters", "bytes"], default: "characters",
    help: "The Unicode characters that occur, in the order of their codes, or all 256 bytes.")

  public static let component = Component(
    name: "text", summary: "Character pairs of a text file: a bigram language model's data.",
    options: [path.spec, alphabet.spec, DrawnOptions.samples.spec, DrawnOptions.heldOut.spec])

  /// The most bytes of text read, unpacked.
  static let longestText = 1 << 30
  /// The law holds the square of this many probabilities.
  static let largestAlphabet = 4096

  public let space: SampleSpace
  public let count: Int
  public let heldOutCount: Int
  /// What each index stands for: code points, or bytes.
  public let symbols: [UInt32]
  /// The text as indices into `symbols`.
  private let text: [Int32]
  private let tokens: TokenLaw

  public init(options: OptionValues, files: DataFiles) throws {
    let path = files.resolve(options[Text.path])
    let bytes = try ByteReader(path: path, hint: "set path to a text file")
      .readToEnd(limit: Text.longestText)
    if options[Text.alphabet] == "bytes" {
      symbols = Array(0..<256)
      text = bytes.map(Int32.init)
    } else {
      guard let string = String(validating: bytes, as: UTF8.self) else {
        throw DataError.malformed(path: path, reason: "not UTF-8; alphabet bytes reads any file")
      }
      let codes = string.unicodeScalars.map(\.value)
      symbols = Array(Set(codes)).sorted()
      guard symbols.count <= Text.largestAlphabet else {
        throw DataError.malformed(
          path: path,
          reason: "\(symbols.count) different characters, at most \(Text.largestAlphabet) are read")
      }
      let positions = Dictionary(
        uniqueKeysWithValues: symbols.enumerated().map { ($0.element, Int32($0.offset)) })
      text = codes.map { positions[$0] ?? 0 }
    }
    guard text.count >= 2 else {
      throw DataError.malformed(path: path, reason: "shorter than two characters")
    }
    space = .tokens(contexts: symbols.count, vocabulary: symbols.count)
    count = options[DrawnOptions.samples]
    heldOutCount = options[DrawnOptions.heldOut]
    tokens = Text.bigrams(text, alphabet: symbols.count)
  }

  public var law: Law? { .tokens(tokens) }

  public func draw(_ count: Int, origin: Origin, stream: inout RandomStream) -> SampleSet {
    var indices: [Int32] = []  // [count × 2]: context, token
    indices.reserveCapacity(2 * count)
    for _ in 0..<count {
      let place = stream.integer(below: text.count - 1)
      indices.append(text[place])
      indices.append(text[place + 1])
    }
    return SampleSet(
      space: space, indices: indices, provenance: Provenance(origin, count: count))
  }

  /// The frequencies of neighbouring pairs. A context that never occurs has probability 0 and, so
  /// that its row is a law, equally likely tokens.
  private static func bigrams(_ text: [Int32], alphabet: Int) -> TokenLaw {
    var table = [Double](repeating: 0, count: alphabet * alphabet)
    for place in 0..<text.count - 1 {
      table[Int(text[place]) * alphabet + Int(text[place + 1])] += 1
    }
    var contexts: [Double] = []
    for context in 0..<alphabet {
      let row = context * alphabet..<(context + 1) * alphabet
      let total = table[row].reduce(0, +)
      contexts.append(total / Double(text.count - 1))
      for index in row { table[index] = total > 0 ? table[index] / total : 1 / Double(alphabet) }
    }
    return TokenLaw(
      contexts: alphabet, vocabulary: alphabet, contextProbabilities: contexts,
      tokenProbabilities: table)
  }
}
