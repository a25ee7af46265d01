#if canImport(Glibc)
  import Glibc
#endif

/// The numbers of one key in order. A value type: a copy continues independently from the same place.
public struct RandomStream: Sendable {
  public let key: RandomKey
  /// The next 128-bit block.
  private var block: UInt64 = 0
  private var buffer = SIMD4<UInt32>(repeating: 0)
  private var used = 4

  public init(key: RandomKey) { self.key = key }

  /// 32 random bits.
  public mutating func nextBits32() -> UInt32 {
    if used == 4 {
      buffer = philox4x32(
        counter: SIMD4(UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), 0, 0),
        key: SIMD2(key.low, key.high))
      block += 1
      used = 0
    }
    defer { used += 1 }
    return buffer[used]
  }

  /// 64 random bits.
  public mutating func nextBits64() -> UInt64 {
    UInt64(nextBits32()) | UInt64(nextBits32()) << 32
  }

  /// A number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(nextBits64() >> 11) * 0x1p-53 }

  /// A standard normal number.
  public mutating func normal() -> Double {
    let u = 1 - uniform()
    let v = uniform()
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  /// Fills `values` with standard normal numbers.
  public mutating func fillNormals(_ values: inout [Double]) {
    for index in values.indices { values[index] = normal() }
  }

  /// A uniform integer in 0..<bound, without bias.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "bound \(bound) is not positive")
    let wide = UInt64(bound)
    let (high, low) = nextBits64().multipliedFullWidth(by: wide)
    var result = (high, low)
    if result.1 < wide {
      let threshold = (0 &- wide) % wide
      while result.1 < threshold {
        let again = nextBits64().multipliedFullWidth(by: wide)
        result = (again.high, again.low)
      }
    }
    return Int(result.0)
  }
}
