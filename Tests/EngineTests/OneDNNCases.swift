import COneDNN

/// Runs operations of the shim and says what is wrong with them.
enum OneDNNCases {
  /// What the shim reports as failed.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// A description without bias, activation or dilation.
  static func convolution(
    _ direction: onednn_direction,
    input: (batch: Int64, height: Int64, width: Int64, channels: Int64),
    outputs: Int64, kernel: (Int64, Int64), stride: (Int64, Int64) = (1, 1),
    dilation: (Int64, Int64) = (1, 1),
    padding: (top: Int64, left: Int64, bottom: Int64, right: Int64) = (0, 0, 0, 0),
    groups: Int64 = 1
  ) -> onednn_convolution {
    var c = onednn_convolution()
    c.direction = direction
    (c.batch, c.input_height, c.input_width, c.input_channels) = input
    c.output_channels = outputs
    (c.kernel_height, c.kernel_width) = kernel
    (c.stride_height, c.stride_width) = stride
    (c.dilation_height, c.dilation_width) = dilation
    (c.padding_top, c.padding_left, c.padding_bottom, c.padding_right) = padding
    c.groups = groups
    c.output_height =
      (input.height + padding.top + padding.bottom - (kernel.0 - 1) * dilation.0 - 1) / stride.0 + 1
    c.output_width =
      (input.width + padding.left + padding.right - (kernel.1 - 1) * dilation.1 - 1) / stride.1 + 1
    return c
  }

  static func check(_ status: Int32) throws(Failure) {
    guard status == ONEDNN_SUCCESS else {
      throw Failure(description: String(cString: onednn_last_error()))
    }
  }

  /// Packs the second operand when the operation wants it, executes, and returns the result.
  static func run(
    _ operation: OpaquePointer, packed: Bool, first: [Float], second: [Float], bias: inout [Float],
    resultCount: Int
  ) throws(Failure) -> [Float] {
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: onednn_scratch_bytes(operation) + 64, alignment: 64)
    let weights = UnsafeMutableRawPointer.allocate(
      byteCount: onednn_packed_bytes(operation) + 64, alignment: 64)
    defer {
      scratch.deallocate()
      weights.deallocate()
    }
    if packed { try check(onednn_pack(operation, second, weights, scratch)) }
    var result = [Float](repeating: .nan, count: resultCount)
    let hasBias = !bias.isEmpty
    let status = second.withUnsafeBytes { second in
      bias.withUnsafeMutableBufferPointer { bias in
        onednn_execute(
          operation, first, packed ? UnsafeRawPointer(weights) : second.baseAddress!, &result,
          hasBias ? bias.baseAddress! : nil, scratch)
      }
    }
    try check(status)
    return result
  }

  /// Runs a convolution on numbers of its own and returns what differs from the reference, or nil.
  static func mismatch(_ c: onednn_convolution) throws(Failure) -> String? {
    let input = OneDNNReference.numbers(
      Int(c.batch * c.input_height * c.input_width * c.input_channels), seed: 1)
    let weights = OneDNNReference.numbers(
      Int(c.output_channels * c.kernel_height * c.kernel_width * c.input_channels / c.groups),
      seed: 2)
    let output = OneDNNReference.numbers(
      Int(c.batch * c.output_height * c.output_width * c.output_channels), seed: 3)
    var bias = OneDNNReference.numbers(c.bias != 0 ? Int(c.output_channels) : 0, seed: 4)
    let operands: (first: [Float], second: [Float]) =
      switch c.direction {
      case ONEDNN_FORWARD: (input, weights)
      case ONEDNN_BACKWARD_DATA: (output, weights)
      default: (input, output)
      }
    var expected = OneDNNReference.convolution(c, input: input, weights: weights, output: output)
    if c.direction == ONEDNN_FORWARD {
      expected.finish(bias: bias, activation: c.activation, slope: c.activation_slope)
    }
    var description = c
    var operation: OpaquePointer?
    try check(onednn_create_convolution(&description, &operation))
    defer { onednn_destroy(operation) }
    let actual = try run(
      operation!, packed: c.packed != 0, first: operands.first, second: operands.second,
      bias: &bias,
      resultCount: expected.values.count)
    if let difference = expected.firstMismatch(actual) { return difference }
    guard c.direction == ONEDNN_BACKWARD_WEIGHTS, c.bias != 0 else { return nil }
    var sums = OneDNNReference(
      values: bias.map { _ in 0 }, magnitudes: bias.map { _ in Double(output.count / bias.count) })
    for (index, value) in output.enumerated() {
      sums.values[index % bias.count] += OneDNNReference.rounded(value, to: c.precision)
    }
    return sums.firstMismatch(bias).map { "bias " + $0 }
  }

  /// Runs a product of single matrices without gaps and returns what differs, or nil.
  static func mismatch(_ p: onednn_product) throws(Failure) -> String? {
    let a = OneDNNReference.numbers(Int(p.m * p.k), seed: 5)
    let b = OneDNNReference.numbers(Int(p.k * p.n), seed: 6)
    var bias = OneDNNReference.numbers(p.bias != 0 ? Int(p.n) : 0, seed: 7)
    var expected = OneDNNReference.product(p, a: a, b: b)
    expected.finish(bias: bias, activation: p.activation, slope: p.activation_slope)
    var description = p
    var operation: OpaquePointer?
    try check(onednn_create_product(&description, &operation))
    defer { onednn_destroy(operation) }
    let actual = try run(
      operation!, packed: p.packed != 0, first: a, second: b, bias: &bias,
      resultCount: expected.values.count)
    return expected.firstMismatch(actual)
  }

  /// Every shape in every direction, precision and kind of second operand: a line for each that is
  /// wrong.
  static func convolutionMismatches() -> [String] {
    var mismatches: [String] = []
    for direction in [ONEDNN_FORWARD, ONEDNN_BACKWARD_DATA, ONEDNN_BACKWARD_WEIGHTS] {
      let shapes: [(String, onednn_convolution)] = [
        (
          "one channel",
          convolution(
            direction, input: (2, 14, 14, 1), outputs: 64, kernel: (4, 4), stride: (2, 2),
            padding: (1, 1, 1, 1))
        ),
        (
          "strided",
          convolution(
            direction, input: (2, 14, 14, 16), outputs: 32, kernel: (4, 4), stride: (2, 2),
            padding: (1, 1, 1, 1))
        ),
        (
          "plain 3×3",
          convolution(
            direction, input: (2, 9, 9, 32), outputs: 32, kernel: (3, 3), padding: (1, 1, 1, 1))
        ),
        (
          "asymmetric padding",
          convolution(
            direction, input: (2, 11, 8, 5), outputs: 7, kernel: (3, 2), stride: (2, 1),
            padding: (1, 0, 0, 2))
        ),
        (
          "dilated",
          convolution(
            direction, input: (1, 13, 12, 6), outputs: 4, kernel: (3, 3), dilation: (2, 3),
            padding: (2, 0, 1, 3))
        ),
        (
          "grouped",
          convolution(
            direction, input: (2, 10, 9, 8), outputs: 12, kernel: (3, 3), stride: (1, 2),
            padding: (1, 1, 1, 1), groups: 4)
        ),
        (
          "depthwise",
          convolution(
            direction, input: (1, 9, 9, 16), outputs: 16, kernel: (3, 3), padding: (1, 1, 1, 1),
            groups: 16)
        ),
        (
          "all at once",
          convolution(
            direction, input: (1, 9, 7, 6), outputs: 12, kernel: (3, 3), stride: (2, 2),
            dilation: (2, 1), padding: (2, 1, 3, 0), groups: 3)
        ),
      ]
      for (name, shape) in shapes {
        for precision in [ONEDNN_F32, ONEDNN_BF16] {
          for second in [false, true] {  // plain; packed, with bias and activation
            var c = shape
            c.precision = precision
            c.packed = second && direction != ONEDNN_BACKWARD_WEIGHTS ? 1 : 0
            c.bias = second && direction != ONEDNN_BACKWARD_DATA ? 1 : 0
            if second && direction == ONEDNN_FORWARD {
              c.activation = precision == ONEDNN_F32 ? ONEDNN_LEAKY_RELU : ONEDNN_RELU
              c.activation_slope = 0.2
            }
            let label =
              "\(name), direction \(direction.rawValue), precision \(precision.rawValue), packed \(c.packed)"
            do throws(Failure) {
              if let difference = try mismatch(c) { mismatches.append("\(label): \(difference)") }
            } catch {
              mismatches.append("\(label): \(error)")
            }
          }
        }
      }
    }
    return mismatches
  }

  /// The same of products.
  static func productMismatches() -> [String] {
    var mismatches: [String] = []
    let sizes: [(m: Int64, n: Int64, k: Int64)] = [
      (1, 1, 1), (5, 3, 1), (1, 40, 7), (33, 65, 130), (64, 48, 96),
    ]
    for (m, n, k) in sizes {
      for variant in 0..<16 {
        var p = onednn_product()
        (p.batch, p.m, p.n, p.k) = (1, m, n, k)
        let transposedA = variant & 1 != 0
        let transposedB = variant & 2 != 0
        (p.a_row_stride, p.a_column_stride) = transposedA ? (1, m) : (k, 1)
        (p.b_row_stride, p.b_column_stride) = transposedB ? (1, k) : (n, 1)
        p.c_row_stride = n
        p.precision = variant & 4 != 0 ? ONEDNN_BF16 : ONEDNN_F32
        p.packed = variant & 8 != 0 ? 1 : 0
        p.bias = p.packed
        p.activation = variant & 8 != 0 ? ONEDNN_RELU : ONEDNN_IDENTITY
        let label =
          "\(m)×\(n)×\(k), transposed \(transposedA) \(transposedB), precision \(p.precision.rawValue), packed \(p.packed)"
        do throws(Failure) {
          if let difference = try mismatch(p) { mismatches.append("\(label): \(difference)") }
        } catch {
          mismatches.append("\(label): \(error)")
        }
      }
    }
    return mismatches
  }
}
