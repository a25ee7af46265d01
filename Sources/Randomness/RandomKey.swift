/// What a random number is for. Folding a purpose into a key separates the streams of one
/// generation.
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
///
/// The key of a number is folded from (study seed, scope, chain seed, generation, purpose, shard):
/// `RandomKey.chain(study:scope:seed:).generation(g).folding(.sample).shard(s)`. Every level folds
/// in a domain of its own, so generation 3, purpose 3, shard 3 and the plain value 3 give
/// unrelated keys.
///
/// Keys have 64 bits: among N keys some two coincide with a probability of about N² / 2⁶⁵ (3 % for
/// 10⁹).
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

  /// Both halves in one word, as the kernels take them.
  package var word: UInt64 { UInt64(low) | UInt64(high) << 32 }

  /// What a folded value stands for: the third counter word of the folding, four letters.
  enum Level: UInt32 {
    case value = 0x6f75_726f
    case purpose = 0x7075_7270
    case scope = 0x7363_6f70
    case seed = 0x7365_6564
    case generation = 0x6765_6e65
    case shard = 0x7368_6172
  }

  private func folding(_ value: UInt64, at level: Level) -> RandomKey {
    let block = philox4x32(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32), level.rawValue,
        0xffff_ffff), key: SIMD2(low, high))
    return RandomKey(low: block[0], high: block[1])
  }

  /// The key of `value` within this key; distinct values give unrelated keys.
  public func folding(_ value: UInt64) -> RandomKey { folding(value, at: .value) }

  /// The key of a purpose within this key.
  public func folding(_ purpose: Purpose) -> RandomKey { folding(purpose.rawValue, at: .purpose) }

  /// The key of a chain.
  ///
  /// - Parameters:
  ///   - study: the study's seed.
  ///   - scope: the hash of what the numbers may depend on: the data set, or data set and model,
  ///     or the whole cell.
  ///   - seed: the chain's seed.
  public static func chain(study: UInt64, scope: UInt64, seed: UInt64) -> RandomKey {
    RandomKey(seed: study).folding(scope, at: .scope).folding(seed, at: .seed)
  }

  /// The key of a generation of this chain.
  public func generation(_ generation: Int) -> RandomKey {
    folding(UInt64(bitPattern: Int64(generation)), at: .generation)
  }

  /// The key of a data-parallel shard of this work.
  public func shard(_ shard: Int) -> RandomKey {
    folding(UInt64(bitPattern: Int64(shard)), at: .shard)
  }
}
