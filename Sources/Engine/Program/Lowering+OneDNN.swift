import CKernels
import COneDNN

// Descriptions of the engine's kernels in oneDNN's words. nil where oneDNN does not compute it; the
// engine's own kernels then do.

extension Lowering {
  func oneDNN(
    _ product: ouroboros_product_t, hasBias: Bool
  ) throws(ProgramError) -> OneDNNOperation? {
    guard options.library.usesOneDNN(options.precision),
      let batch = Self.oneBatch(product),
      Self.isMatrix(product.a_row, product.a_column, rows: product.m, columns: product.k),
      Self.isMatrix(product.b_row, product.b_column, rows: product.k, columns: product.n)
    else { return nil }
    let precision = options.precision.oneDNN
    return try OneDNNOperation(
      onednn_product(
        batch: Int64(batch.items), m: Int64(product.m), n: Int64(product.n), k: Int64(product.k),
        a_batch_stride: Int64(batch.a), a_row_stride: Int64(product.a_row),
        a_column_stride: Int64(product.a_column), b_batch_stride: Int64(batch.b),
        b_row_stride: Int64(product.b_row), b_column_stride: Int64(product.b_column),
        c_batch_stride: Int64(batch.c), c_row_stride: Int64(product.c_row), precision: precision,
        first_type: ONEDNN_F32, second_type: ONEDNN_F32, packed: 0, bias: hasBias ? 1 : 0,
        accumulate: product.accumulate, activation: Self.activation(product.activation),
        activation_slope: product.slope, preferred: nil))
  }

  /// Whether strides describe a matrix by rows or by columns, without repetition.
  private static func isMatrix(_ row: Int, _ column: Int, rows: Int, columns: Int) -> Bool {
    column == 1 && row >= columns || row == 1 && column >= rows
  }

  func oneDNN(
    _ convolution: ouroboros_convolution_t, _ direction: Convolution.Direction, hasBias: Bool
  ) throws(ProgramError) -> OneDNNOperation? {
    guard options.library.usesOneDNN(options.precision), convolution.accumulate == 0 else { return nil }
    let pass: onednn_direction
    switch direction {
    case .forward: pass = ONEDNN_FORWARD
    case .backwardData: pass = ONEDNN_BACKWARD_DATA
    case .backwardWeights: pass = ONEDNN_BACKWARD_WEIGHTS
    }
    guard pass == ONEDNN_FORWARD || (!hasBias && convolution.activation == OUROBOROS_ACTIVATION_NONE)
    else { return nil }
    /// What the sizes say of the zeros behind the last row or column.
    func padding(_ extent: Int, _ out: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ dilation: Int)
      -> Int64
    {
      Int64((out - 1) * stride + dilation * (kernel - 1) + 1 - extent - before)
    }
    let behind = [
      padding(
        convolution.height, convolution.out_height, convolution.kernel_height,
        convolution.stride_y, convolution.pad_top, convolution.dilation_y),
      padding(
        convolution.width, convolution.out_width, convolution.kernel_width,
        convolution.stride_x, convolution.pad_left, convolution.dilation_x),
    ]
    guard behind.allSatisfy({ $0 >= 0 }) else { return nil }
    return try OneDNNOperation(
      onednn_convolution(
        direction: pass, batch: Int64(convolution.batch), input_height: Int64(convolution.height),
        input_width: Int64(convolution.width), input_channels: Int64(convolution.channels),
        output_height: Int64(convolution.out_height), output_width: Int64(convolution.out_width),
        output_channels: Int64(convolution.out_channels),
        kernel_height: Int64(convolution.kernel_height),
        kernel_width: Int64(convolution.kernel_width), stride_height: Int64(convolution.stride_y),
        stride_width: Int64(convolution.stride_x), dilation_height: Int64(convolution.dilation_y),
        dilation_width: Int64(convolution.dilation_x), padding_top: Int64(convolution.pad_top),
        padding_left: Int64(convolution.pad_left),
        padding_bottom: behind[0], padding_right: behind[1],
        groups: Int64(convolution.groups), precision: options.precision.oneDNN,
        first_type: ONEDNN_F32, second_type: ONEDNN_F32, packed: 0, bias: hasBias ? 1 : 0,
        activation: Self.activation(convolution.activation), activation_slope: convolution.slope,
        preferred: nil))
  }

  /// The two levels of items as one, nil where no single stride leads through them.
  private static func oneBatch(
    _ product: ouroboros_product_t
  ) -> (items: Int, a: Int, b: Int, c: Int)? {
    if product.outer == 1 {
      return (product.inner, product.a_inner, product.b_inner, product.c_inner)
    }
    guard product.a_outer == product.a_inner * product.inner,
      product.b_outer == product.b_inner * product.inner,
      product.c_outer == product.c_inner * product.inner
    else { return nil }
    return (product.outer * product.inner, product.a_inner, product.b_inner, product.c_inner)
  }

  private static func activation(_ code: Int32) -> onednn_activation {
    switch Int(code) {
    case OUROBOROS_ACTIVATION_RELU: ONEDNN_RELU
    case OUROBOROS_ACTIVATION_LEAKY_RELU: ONEDNN_LEAKY_RELU
    default: ONEDNN_IDENTITY
    }
  }
}

extension OperandPrecision {
  fileprivate var oneDNN: onednn_type { self == .bfloat16 ? ONEDNN_BF16 : ONEDNN_F32 }
}
