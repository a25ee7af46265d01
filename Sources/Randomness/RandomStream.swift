import CKernels

/// The numbers of one key in order: a value type, a function of the key and of the draws made so
/// far. A copy continues independently from the same place.
///
/// **Which counter blocks a draw consumes.** Block n of a key is `philox4x32(counter: (n low, n
/// high, 0, 0))`, 128 bits. Blocks are handed out in ascending order from 0, each to one use only:
/// - *bits*: `nextBits32`, `nextBits64`, `uniform`, `integer(below:)` and whatever is built on
///   them take the words of a buffer of eight blocks; an empty buffer takes the next eight.
/// - *normals*: `normal` and whatever is built on it take from a buffer of 16 numbers, the
///   Box–Muller map of eight blocks (two numbers a block); an empty buffer takes the next eight
///   blocks.
/// - *bulk fills* take the next ⌈count / numbers per block⌉ blocks (two `Double`s or four `Float`s
///   a block), pass over the buffers and leave them as they are. Unused numbers of the last block
///   are dropped, so fills of even counts (multiples of four for `Float`) join seamlessly: two
///   fills of 10 equal one of 20.
///
/// On a fresh stream `fillNormals` therefore equals repeated `normal()`, and `fillUniforms`
/// repeated `uniform()`. Keys are folded with the last counter word all ones, so no stream meets a
/// folding.
public struct RandomStream: Sendable {
  public let key: RandomKey
  /// The next block that nothing has used.
  var nextBlock: UInt64 = 0
  private var words = InlineArray<16, UInt64>(repeating: 0)
  /// 32-bit words of `words` already handed out.
  private var usedHalves = 32
  private var normals = InlineArray<16, Double>(repeating: 0)
  private var usedNormals = 16

  /// The stream of `key`, from block `block` on.
  public init(key: RandomKey, block: UInt64 = 0) {
    self.key = key
    nextBlock = block
  }

  /// Hands out the next `count` blocks.
  mutating func takeBlocks(_ count: Int) -> UInt64 {
    defer { nextBlock &+= UInt64(count) }
    return nextBlock
  }

  /// 32 random bits.
  public mutating func nextBits32() -> UInt32 {
    if usedHalves == 32 { refillWords() }
    defer { usedHalves += 1 }
    return UInt32(truncatingIfNeeded: words[usedHalves >> 1] >> UInt64(32 * (usedHalves & 1)))
  }

  /// 64 random bits: the next two 32-bit words, the earlier one below.
  public mutating func nextBits64() -> UInt64 {
    if usedHalves & 1 == 1 { return UInt64(nextBits32()) | UInt64(nextBits32()) << 32 }
    if usedHalves == 32 { refillWords() }
    defer { usedHalves += 2 }
    return words[usedHalves >> 1]
  }

  /// A number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(nextBits64() >> 11) * 0x1p-53 }

  /// A number in (0, 1], a multiple of 2⁻⁵³: safe for logarithms.
  mutating func positiveUniform() -> Double { Double((nextBits64() >> 11) + 1) * 0x1p-53 }

  /// A standard normal number, |z| ≤ 8.58.
  public mutating func normal() -> Double {
    if usedNormals == 16 { refillNormals() }
    defer { usedNormals += 1 }
    return normals[usedNormals]
  }

  /// A uniform integer in 0..<bound, without bias (Lemire 2019).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "bound \(bound) is not positive")
    let wide = UInt64(bound)
    var product = nextBits64().multipliedFullWidth(by: wide)
    if product.low < wide {
      let threshold = (0 &- wide) % wide
      while product.low < threshold { product = nextBits64().multipliedFullWidth(by: wide) }
    }
    return Int(product.high)
  }

  @inline(never)
  private mutating func refillWords() {
    let block = takeBlocks(8)
    var span = words.mutableSpan
    span.withUnsafeMutableBufferPointer {
      ckernels_random_bits(key.word, block, $0.baseAddress, 8)
    }
    usedHalves = 0
  }

  @inline(never)
  private mutating func refillNormals() {
    let block = takeBlocks(8)
    var span = normals.mutableSpan
    span.withUnsafeMutableBufferPointer {
      ckernels_random_normals(key.word, block, $0.baseAddress, 16)
    }
    usedNormals = 0
  }
}
