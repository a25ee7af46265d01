import Randomness
import TestSupport
import Testing

private let key = RandomKey(seed: 20_240_607)

@Test func fillsEqualScalarDrawsOnFreshStreams() {
  var bulk = RandomStream(key: key)
  var scalar = RandomStream(key: key)
  var values = [Double](repeating: 0, count: 101)
  bulk.fillNormals(&values)
  #expect(values == (0..<101).map { _ in scalar.normal() })
  bulk = RandomStream(key: key)
  scalar = RandomStream(key: key)
  bulk.fillUniforms(&values)
  #expect(values == (0..<101).map { _ in scalar.uniform() })
}

@Test func fillsOfEvenCountsJoin() {
  var whole = [Double](repeating: 0, count: 1024)
  var stream = RandomStream(key: key)
  stream.fillNormals(&whole)
  var parts: [Double] = []
  stream = RandomStream(key: key)
  for count in [10, 2, 500, 16, 496] {
    var part = [Double](repeating: 0, count: count)
    stream.fillNormals(&part)
    parts += part
  }
  #expect(parts == whole)
  var prefix = [Double](repeating: 0, count: 7)
  stream = RandomStream(key: key)
  stream.fillNormals(&prefix)
  #expect(prefix == Array(whole.prefix(7)))
  var floats = [Float](repeating: 0, count: 80)
  stream = RandomStream(key: key)
  stream.fillNormals(&floats)
  var first = [Float](repeating: 0, count: 36)
  var second = [Float](repeating: 0, count: 44)
  stream = RandomStream(key: key)
  stream.fillNormals(&first)
  stream.fillNormals(&second)
  #expect(first + second == floats)
}

@Test func copiesContinueIndependently() {
  var stream = RandomStream(key: key)
  _ = stream.nextBits32()
  _ = stream.normal()
  var copy = stream
  let fromStream = (0..<50).map { _ in (stream.nextBits32(), stream.normal(), stream.uniform()) }
  let fromCopy = (0..<50).map { _ in (copy.nextBits32(), copy.normal(), copy.uniform()) }
  #expect(zip(fromStream, fromCopy).allSatisfy { $0 == $1 })
}

@Test func halvesOfWordsComeInOrder() {
  var halves = RandomStream(key: key)
  var mixed = RandomStream(key: key)
  let words = (0..<200).map { _ in halves.nextBits32() }
  var read: [UInt32] = []
  while read.count < 190 {
    read.append(mixed.nextBits32())
    let wide = mixed.nextBits64()
    read += [UInt32(truncatingIfNeeded: wide), UInt32(wide >> 32)]
  }
  #expect(Array(words.prefix(read.count)) == read)
}

/// Scalar draws and bulk fills in any order never hand out a word twice: all words drawn are
/// distinct words of the key's own blocks.
@Test func drawsNeverOverlap() {
  var stream = RandomStream(key: key)
  var drawn: [UInt64] = []
  for round in 0..<60 {
    for _ in 0..<round % 7 { drawn.append(stream.nextBits64()) }
    var words = [UInt64](repeating: 0, count: round % 37)
    words.withUnsafeMutableBufferPointer { stream.fillBits($0) }
    drawn += words
    _ = stream.normal()
    var floats = [Float](repeating: 0, count: round % 5)
    stream.fillNormals(&floats)
  }
  var whole = RandomStream(key: key)
  var all = [UInt64](repeating: 0, count: 4096)
  all.withUnsafeMutableBufferPointer { whole.fillBits($0) }
  #expect(drawn.count > 1000)
  #expect(Set(drawn).count == drawn.count)
  #expect(Set(drawn).isSubset(of: Set(all)))
  // Normals come from blocks that no other draw used.
  var other = RandomStream(key: key)
  let first = other.nextBits64()
  let normals = [other.normal(), other.normal()]
  #expect(first == all[0])
  #expect(normals == NormalMap.normals([all[16], all[17]]))
}

/// A word at a time from block 0 of this key, as it was from the first version on.
@Test func bitsOfAKeyStayTheSame() {
  var stream = RandomStream(key: RandomKey(seed: 0))
  #expect(stream.nextBits32() == 0x6627_e8d5)
  #expect(stream.nextBits32() == 0xe169_c58d)
  #expect(stream.nextBits64() == 0x9b00_dbd8_bc57_ac4c)
}

/// The first normals of key 0, to the last bit: stored results depend on them.
@Test func normalsOfAKeyStayTheSame() {
  var stream = RandomStream(key: RandomKey(seed: 0))
  var doubles = [Double](repeating: 0, count: 4)
  stream.fillNormals(&doubles)
  #expect(
    doubles == [
      -0x1.8abbd8d2fac7dp-2, 0x1.4d36eb91d545fp-2, 0x1.1a1f7a5119f18p+0, 0x1.ced968d284597p-1,
    ])
  stream = RandomStream(key: RandomKey(seed: 0))
  var floats = [Float](repeating: 0, count: 4)
  stream.fillNormals(&floats)
  #expect(floats == [-0x1.d96d6p-1, -0x1.fb7662p-1, -0x1.3c373cp-1, -0x1.eda362p-2])
}

@Test func boundedIntegersAreUniform() {
  var stream = RandomStream(key: key)
  for bound in [1, 2, 3, 10, 97] {
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<100_000 { counts[stream.integer(below: bound)] += 1 }
    if bound == 1 { #expect(counts == [100_000]) } else {
      expectChiSquare(counts, [Double](repeating: 100_000 / Double(bound), count: bound))
    }
  }
  // Three quarters of 2⁶³: a biased method would favour the lower half.
  let bound = 3 << 61
  let low = (0..<100_000).map { _ in stream.integer(below: bound) < bound / 2 ? 1.0 : 0.0 }
  expectWithinFourStandardErrors(low, exact: 0.5)
}
