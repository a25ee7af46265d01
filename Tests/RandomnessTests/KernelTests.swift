import Foundation
import Randomness
import Synchronization
import TestSupport
import Testing

/// The C kernels: the same bits on every instruction set, and the right ones.
struct KernelTests {
  /// Everything the kernels produce, at counts around the group sizes and beyond one phase.
  private func allBits() -> [UInt64] {
    var bits: [UInt64] = []
    for count in [0, 1, 2, 3, 15, 16, 17, 33, 255, 257, 1000] {
      var stream = RandomStream(
        key: RandomKey(seed: 0x0123_4567_89ab_cdef), block: 0xffff_fff0 &+ UInt64(count))
      var doubles = [Double](repeating: .nan, count: count)
      var floats = [Float](repeating: .nan, count: count)
      var words = [UInt64](repeating: 0, count: count)
      stream.fillNormals(&doubles)
      bits += doubles.map(\.bitPattern)
      stream.fillUniforms(&doubles)
      bits += doubles.map(\.bitPattern)
      stream.fillExponentials(&doubles)
      bits += doubles.map(\.bitPattern)
      stream.fillNormals(&floats)
      bits += floats.map { UInt64($0.bitPattern) }
      stream.fillUniforms(&floats)
      bits += floats.map { UInt64($0.bitPattern) }
      words.withUnsafeMutableBufferPointer { stream.fillBits($0) }
      bits += words
    }
    let words = Golden.shared.box_muller.words.compactMap { UInt64($0) }
    bits += NormalMap.normals(words).map(\.bitPattern)
    let keys = (0..<37).map { RandomKey(seed: $0) }.generation(4)
    for count in [1, 2, 9, 10] {
      bits += RandomStream.normals(count, ofEach: keys).map(\.bitPattern)
    }
    return bits
  }

  @Test func everyInstructionSetGivesTheSameBits() throws {
    let before = VectorISA.active
    defer { try? before.select() }
    try VectorISA.baseline.select()
    let reference = allBits()
    #expect(VectorISA.active == .baseline)
    #expect(reference.count > 10_000)
    var compared: [String] = []
    for isa in VectorISA.allCases where isa.isSupported {
      try isa.select()
      #expect(VectorISA.active == isa)
      #expect(allBits() == reference, "\(isa) differs from the baseline")
      compared.append(isa.rawValue)
    }
    print("instruction sets compared: \(compared.joined(separator: ", "))")
  }

  @Test func aSelectedInstructionSetIsThatOfItsThread() throws {
    let before = VectorISA.active
    defer { try? before.select() }
    for isa in VectorISA.allCases where isa.isSupported {
      try isa.select()
      #expect(onAnotherThread { VectorISA.active } == before)
      #expect(VectorISA.active == isa)
    }
  }

  private func onAnotherThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value? {
    let value = Mutex<Value?>(nil)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let result = body()
      value.withLock { $0 = result }
      done.signal()
    }
    done.wait()
    return value.withLock { $0 }
  }

  @Test func unsupportedInstructionSetsAreRefused() {
    for isa in VectorISA.allCases where !isa.isSupported {
      #expect(throws: VectorISAError.self) { try isa.select() }
    }
    #expect(VectorISA.baseline.isSupported)
  }

  /// Bulk blocks against the scalar Philox, also where the counter passes 2³².
  @Test(arguments: [0, 5, 0xffff_fff9, 1 << 63] as [UInt64])
  func bulkBitsArePhiloxBlocks(block: UInt64) {
    let key = RandomKey(low: 0xa409_3822, high: 0x299f_31d0)
    var stream = RandomStream(key: key, block: block)
    var words = [UInt64](repeating: 0, count: 600)
    words.withUnsafeMutableBufferPointer { stream.fillBits($0) }
    for index in 0..<300 {
      let n = block + UInt64(index)
      let x = philox4x32(
        counter: SIMD4(UInt32(truncatingIfNeeded: n), UInt32(n >> 32), 0, 0),
        key: SIMD2(key.low, key.high))
      #expect(words[2 * index] == UInt64(x[0]) | UInt64(x[1]) << 32, "block \(n)")
      #expect(words[2 * index + 1] == UInt64(x[2]) | UInt64(x[3]) << 32, "block \(n)")
    }
  }

  /// Box–Muller in Double within 4 units in the last place of the exact map (50 digits).
  @Test func doubleNormalsAreAccurate() {
    let golden = Golden.shared.box_muller
    let normals = NormalMap.normals(golden.words.compactMap { UInt64($0) })
    #expect(normals.count == golden.normals.count && normals.count > 600)
    var worst = 0.0
    for (value, exact) in zip(normals, golden.normals) {
      worst = max(worst, abs(value - exact) / max(exact.ulp, 0x1p-1000))
    }
    print("Double normals: at most \(worst) ulp from the exact map")
    #expect(worst <= 4)
  }

  /// In Float within 4 units in the last place.
  @Test func floatNormalsAreAccurate() {
    let golden = Golden.shared.box_muller_float
    let normals = NormalMap.normals(golden.words.compactMap { UInt32($0) })
    #expect(normals.count == golden.normals.count && normals.count > 600)
    var worst = 0.0
    for (value, exact) in zip(normals, golden.normals) {
      worst = max(worst, abs(Double(value) - exact) / Double(Float(exact).ulp))
    }
    print("Float normals: at most \(worst) ulp from the exact map")
    #expect(worst <= 4)
  }

  /// −ln u within 2 units in the last place of the C library's logarithm.
  @Test func exponentialsAreAccurate() {
    var stream = RandomStream(key: RandomKey(seed: 9))
    var copy = stream
    var values = [Double](repeating: 0, count: 20_000)
    var words = [UInt64](repeating: 0, count: values.count)
    stream.fillExponentials(&values)
    words.withUnsafeMutableBufferPointer { copy.fillBits($0) }
    var worst = 0.0
    for (value, word) in zip(values, words) {
      let exact = -log(Double((word >> 11) + 1) * 0x1p-53)
      worst = max(worst, abs(value - exact) / exact.ulp)
    }
    #expect(worst <= 2)
    // The scalar draws map the same words by the same formula.
    var scalar = RandomStream(key: RandomKey(seed: 9))
    #expect(values.prefix(1000).allSatisfy { $0 == scalar.exponential() })
  }

  @Test func denormalsAreFlushedOnDemand() {
    #if arch(x86_64)
      let before = VectorISA.flushDenormals(true)
      var flushed = Double.leastNormalMagnitude
      halve(&flushed)
      #expect(VectorISA.flushDenormals(false))
      var kept = Double.leastNormalMagnitude
      halve(&kept)
      #expect(flushed == 0)
      #expect(kept == 0x1p-1023)
      VectorISA.flushDenormals(before)
    #endif
  }
}

/// Not inlined, so that the compiler cannot compute it in another floating-point mode.
@inline(never) private func halve(_ x: inout Double) { x *= 0.5 }
