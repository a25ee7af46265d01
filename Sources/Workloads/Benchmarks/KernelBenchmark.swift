import Engine

/// The speed of the kernels behind the programs, on the shapes of the fixed workloads, on one thread.
public enum KernelBenchmark {
  /// One measured kernel.
  public struct Figure: Sendable {
    /// `product`, `convolution`, `elementwise`, `movement`, `optimiser`.
    public let kind: InstructionCost.Kind
    public let name: String
    /// Floating-point operations a second.
    public let operationsPerSecond: Double
    /// Bytes read and written a second.
    public let bytesPerSecond: Double
  }

  static let products: [KernelCase] = [
    // Dense layers: forward, gradients of inputs and of weights.
    .product(128, 784, 400), .product(128, 400, 784, transposed: (false, false)),
    .product(784, 128, 400, transposed: (true, false)),
    .product(64, 512, 512), .product(512, 64, 784, transposed: (true, false)),
    .product(512, 128, 128),
    // Transformers.
    .product(2_048, 192, 768), .product(2_048, 768, 192), .product(2_048, 192, 576),
    .product(768, 2_048, 192, transposed: (true, false)),
    .product(64, 32, 64, batch: 192), .product(64, 64, 32, transposed: (false, false), batch: 192),
    .product(2_048, 128, 8_192), .product(8_192, 2_048, 128, transposed: (true, false)),
    .product(512, 768, 3_072), .product(3_072, 512, 768, transposed: (true, false)),
    // Decoding, and large.
    .product(1, 768, 3_072), .product(32, 192, 768),
    .product(1_024, 1_024, 1_024), .product(2_048, 2_048, 2_048),
  ]

  static let convolutions: [KernelCase] = [
    KernelCase.convolutions([64, 28, 28, 32], to: 32, kernel: 3, stride: 1),
    KernelCase.convolutions([64, 28, 28, 64], to: 32, kernel: 3, stride: 1),
    KernelCase.convolutions([64, 14, 14, 64], to: 64, kernel: 3, stride: 1),
    KernelCase.convolutions([64, 7, 7, 64], to: 64, kernel: 3, stride: 1),
    KernelCase.convolutions([64, 28, 28, 32], to: 32, kernel: 3, stride: 2),
    KernelCase.convolutions([64, 28, 28, 1], to: 64, kernel: 4, stride: 2),
    KernelCase.convolutions([64, 14, 14, 64], to: 128, kernel: 4, stride: 2),
    KernelCase.convolutions([64, 7, 7, 64], to: 192, kernel: 1, stride: 1),
  ].flatMap { $0 }

  static let others: [KernelCase] = [
    .function("multiply_add", 256, 256) { $0 * 2 + 1 },
    .function("multiply_add", 8_192, 4_096) { $0 * 2 + 1 },
    .function("exp", 256, 256) { $0.exp() },
    .function("gelu", 2_048, 768) { $0.gelu() },
    .function("softmax", 2_048, 64) { $0.softmax() },
    .function("layer_norm", 2_048, 192) { x in
      let (mean, variance) = x.moments(along: [-1])
      return (x - mean) * (variance + 1e-5).reciprocalSqrt()
    },
    .function("column_sum", 2_048, 768) { $0.sum(along: [0]) },
    .adam(65_536), .adam(16_777_216), .copy(33_554_432),
  ]

  /// Measures all of them.
  ///
  /// - Parameters:
  ///   - options: precision of the operands of products and convolutions.
  ///   - seconds: spent on each kernel, about.
  public static func run(_ options: ProgramOptions, seconds: Double = 0.05) throws -> [Figure] {
    try (products + convolutions + others).map { item in
      let rates = try item.rates(options, seconds: seconds)
      return Figure(
        kind: item.kind, name: item.name, operationsPerSecond: rates.operations,
        bytesPerSecond: rates.bytes)
    }
  }
}
