import Samples

/// A 64-bit hash of numbers' bits: four lanes of multiplications, so that it runs at the speed of
/// memory. Against chance, not against an adversary.
package struct SampleHash {
  private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
    0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93
  )
  private var bytes: UInt64 = 0

  package init() {}

  /// Every step is a bijection of the lane for a given word and of the word for a given lane: two
  /// texts that differ in one word differ.
  @inline(__always)
  private static func mixed(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let product = (lane ^ word) &* 0xff51_afd7_ed55_8ccd
    return product ^ product >> 32
  }

  /// Adds the bytes of an array; the length counts, so that arrays cannot run into each other.
  package mutating func add<Element: BitwiseCopyable>(_ values: [Element]) {
    values.withUnsafeBytes { add(UnsafeRawBufferPointer($0)) }
  }

  package mutating func add(_ memory: UnsafeRawBufferPointer) {
    bytes = Self.mixed(bytes, UInt64(memory.count))
    var (a, b, c, d) = lanes
    let whole = memory.count / 32 * 32
    for start in stride(from: 0, to: whole, by: 32) {
      a = Self.mixed(a, memory.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      b = Self.mixed(b, memory.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
      c = Self.mixed(c, memory.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self))
      d = Self.mixed(d, memory.loadUnaligned(fromByteOffset: start + 24, as: UInt64.self))
    }
    for place in whole..<memory.count { a = Self.mixed(a, UInt64(memory[place])) }
    lanes = (a, b, c, d)
  }

  package var value: UInt64 {
    var result = bytes
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { result = Self.mixed(result, lane) }
    return result
  }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension SampleSet {
  /// The hash of the samples' bits; labels count where they are asked for.
  func hash(withLabels: Bool = false) -> SampleHash {
    var hash = SampleHash()
    hash.add(reals)
    if withLabels { hash.add(labels ?? []) }
    return hash
  }
}
