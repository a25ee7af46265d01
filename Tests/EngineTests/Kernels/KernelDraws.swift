import Randomness

/// Random sizes and numbers of a fixed key for the tests of kernels.
struct KernelDraws {
  private var stream: RandomStream

  init(seed: UInt64) { stream = RandomStream(key: RandomKey(seed: seed)) }

  mutating func below(_ bound: Int) -> Int { stream.integer(below: bound) }

  mutating func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// Small whole numbers: products and sums of them are exact in Float and in bfloat16 operands, in
  /// whatever order, so results are compared by equality.
  mutating func wholeNumbers(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(below(9) - 4) }
  }
}

/// What every kernel may do to a sum.
struct KernelEpilogue {
  var alpha: Float = 1
  var accumulate = false
  var activation = 0
  let slope: Float = 0.25

  func finished(_ sum: Double, old: Float, bias: Float) -> Float {
    let value = (accumulate ? Double(old) : 0) + Double(alpha) * sum + Double(bias)
    switch activation {
    case 1: return Float(max(value, 0))
    case 2: return Float(value > 0 ? value : value * Double(slope))
    default: return Float(value)
    }
  }
}

/// Scratch of exactly `bytes`, filled with NaN before and checked for writes beyond its end after `body`.
func withScratch(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) -> Bool {
  let guardBytes = 256
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + guardBytes, alignment: 64)
  defer { scratch.deallocate() }
  for i in 0..<bytes { scratch[i] = 0xff }
  for i in bytes..<bytes + guardBytes { scratch[i] = 0x5a }
  body(scratch.baseAddress!)
  return scratch[bytes...].allSatisfy { $0 == 0x5a }
}
