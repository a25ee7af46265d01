import COneDNN

// Legend: N batch, H W input extents, P Q output extents, C input channels, O output channels,
// U V kernel extents, G groups; activations are [N,H,W,C], weights [O,U,V,C/G].

/// Sums in Double that an operation of oneDNN has to come close to.
struct OneDNNReference {
  /// The exact result, and the sum of the absolute terms of each of its elements: the error of a
  /// float sum grows with it (Higham 2002, section 4.2).
  var values: [Double]
  var magnitudes: [Double]

  /// The first element that is further off than float sums may be, or nil.
  func firstMismatch(_ actual: [Float]) -> String? {
    guard actual.count == values.count else { return "\(actual.count) of \(values.count) elements" }
    for index in values.indices {
      let bound = 3e-6 * magnitudes[index] + 1e-6
      if !(abs(Double(actual[index]) - values[index]) <= bound) {
        return "[\(index)] is \(actual[index]), expected \(values[index]) ± \(bound)"
      }
    }
    return nil
  }

  /// `value` as the precision holds it.
  static func rounded(_ value: Float, to precision: onednn_type) -> Double {
    guard precision == ONEDNN_BF16 else { return Double(value) }
    let bits = value.bitPattern
    return Double(Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000))
  }

  /// `count` numbers in [-1, 1) by xorshift32 (Marsaglia 2003).
  static func numbers(_ count: Int, seed: UInt32) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      return Float(Int32(bitPattern: state)) / 2_147_483_648
    }
  }

  /// The result of a convolution in any direction.
  /// - Parameters: `input` [N,H,W,C], `weights` [O,U,V,C/G], `output` [N,P,Q,O]; the one that is the
  ///   result is not read.
  static func convolution(
    _ c: onednn_convolution, input: [Float], weights: [Float], output: [Float]
  ) -> OneDNNReference {
    let counts = [
      ONEDNN_FORWARD: output.count, ONEDNN_BACKWARD_DATA: input.count,
      ONEDNN_BACKWARD_WEIGHTS: weights.count,
    ]
    let count = counts[c.direction]!
    var reference = OneDNNReference(
      values: Array(repeating: 0, count: count), magnitudes: Array(repeating: 0, count: count))
    let groupInputs = Int(c.input_channels / c.groups)
    let groupOutputs = Int(c.output_channels / c.groups)
    for n in 0..<Int(c.batch) {
      for p in 0..<Int(c.output_height) {
        for q in 0..<Int(c.output_width) {
          for u in 0..<Int(c.kernel_height) {
            let h = p * Int(c.stride_height) - Int(c.padding_top) + u * Int(c.dilation_height)
            guard 0..<Int(c.input_height) ~= h else { continue }
            for v in 0..<Int(c.kernel_width) {
              let w = q * Int(c.stride_width) - Int(c.padding_left) + v * Int(c.dilation_width)
              guard 0..<Int(c.input_width) ~= w else { continue }
              for o in 0..<Int(c.output_channels) {
                let y =
                  ((n * Int(c.output_height) + p) * Int(c.output_width) + q)
                  * Int(c.output_channels) + o
                for i in 0..<groupInputs {
                  let channel = o / groupOutputs * groupInputs + i
                  let x =
                    ((n * Int(c.input_height) + h) * Int(c.input_width) + w) * Int(c.input_channels)
                    + channel
                  let k =
                    ((o * Int(c.kernel_height) + u) * Int(c.kernel_width) + v) * groupInputs + i
                  let term: Double
                  let index: Int
                  switch c.direction {
                  case ONEDNN_FORWARD:
                    term = rounded(input[x], to: c.precision) * rounded(weights[k], to: c.precision)
                    index = y
                  case ONEDNN_BACKWARD_DATA:
                    term =
                      rounded(output[y], to: c.precision) * rounded(weights[k], to: c.precision)
                    index = x
                  default:
                    term = rounded(input[x], to: c.precision) * rounded(output[y], to: c.precision)
                    index = k
                  }
                  reference.values[index] += term
                  reference.magnitudes[index] += abs(term)
                }
              }
            }
          }
        }
      }
    }
    return reference
  }

  /// C = A·B of one matrix each, by the strides of the description, as [M,N].
  static func product(_ p: onednn_product, a: [Float], b: [Float]) -> OneDNNReference {
    var reference = OneDNNReference(values: [], magnitudes: [])
    for i in 0..<Int(p.m) {
      for j in 0..<Int(p.n) {
        var sum = 0.0
        var magnitude = 0.0
        for l in 0..<Int(p.k) {
          let x = rounded(a[i * Int(p.a_row_stride) + l * Int(p.a_column_stride)], to: p.precision)
          let y = rounded(b[l * Int(p.b_row_stride) + j * Int(p.b_column_stride)], to: p.precision)
          sum += x * y
          magnitude += abs(x * y)
        }
        reference.values.append(sum)
        reference.magnitudes.append(magnitude)
      }
    }
    return reference
  }

  /// Adds a bias along the last axis and applies the activation of a description.
  mutating func finish(bias: [Float], activation: onednn_activation, slope: Float) {
    for index in values.indices {
      if !bias.isEmpty { values[index] += Double(bias[index % bias.count]) }
      guard values[index] < 0 else { continue }
      if activation == ONEDNN_RELU { values[index] = 0 }
      if activation == ONEDNN_LEAKY_RELU { values[index] *= Double(slope) }
    }
  }
}
