/// What a random number is for. Folding a purpose into a key separates the streams of one generation.
public enum Purpose: UInt64, Sendable, CaseIterable {
  case realData = 1
  case heldOutData = 2
  case freshData = 3
  case compose = 4
  case fit = 5
  case sample = 6
  case correct = 7
  case measure = 8
  case bootstrap = 9
  case order = 10
}

/// A key of the counter-based generator: every random number is a function of a key and a counter.
public struct RandomKey: Sendable, Hashable {
  public let low: UInt32
  public let high: UInt32

  public init(low: UInt32, high: UInt32) {
    self.low = low
    self.high = high
  }

  /// The key of a study seed.
  public init(seed: UInt64) {
    self.init(low: UInt32(truncatingIfNeeded: seed), high: UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The key of `value` within this key; distinct values give unrelated keys.
  public func folding(_ value: UInt64) -> RandomKey {
    let block = philox4x32(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32), 0x6f75_726f,
        0xffff_ffff), key: SIMD2(low, high))
    return RandomKey(low: block[0], high: block[1])
  }

  /// The key of a purpose within this key.
  public func folding(_ purpose: Purpose) -> RandomKey { folding(purpose.rawValue) }
}
