/// One block of Philox 4×32 with 10 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3", SC 2011): 128 random bits from a 128-bit counter and a 64-bit key.
public func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var x = counter
  var k = key
  for _ in 0..<10 {
    let a = UInt64(x[0]) * 0xD251_1F53
    let b = UInt64(x[2]) * 0xCD9E_8D57
    x = SIMD4(
      UInt32(b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b),
      UInt32(a >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: a))
    k[0] = k[0] &+ 0x9E37_79B9
    k[1] = k[1] &+ 0xBB67_AE85
  }
  return x
}
