import CKernels

/// A matrix product with bias and activation.
final class ProductInstruction: Instruction {
  private var description: ouroboros_product_t
  private let a: UnsafePointer<Float>
  private let b: UnsafePointer<Float>
  private let c: UnsafeMutablePointer<Float>
  private let bias: UnsafePointer<Float>?
  private let scratch: UnsafeMutableRawPointer

  init(
    _ description: ouroboros_product_t, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?, scratch: UnsafeMutableRawPointer
  ) {
    self.description = description
    self.a = a
    self.b = b
    self.c = c
    self.bias = bias
    self.scratch = scratch
  }

  func run() { ouroboros_product(&description, a, b, c, bias, scratch) }
}

/// A convolution in one of its three directions.
final class ConvolutionInstruction: Instruction {
  private var description: ouroboros_convolution_t
  private let direction: Convolution.Direction
  private let first: UnsafePointer<Float>
  private let second: UnsafePointer<Float>
  private let result: UnsafeMutablePointer<Float>
  private let bias: UnsafePointer<Float>?
  private let scratch: UnsafeMutableRawPointer

  init(
    _ description: ouroboros_convolution_t, _ direction: Convolution.Direction,
    first: UnsafePointer<Float>, second: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?,
    scratch: UnsafeMutableRawPointer
  ) {
    self.description = description
    self.direction = direction
    self.first = first
    self.second = second
    self.result = result
    self.bias = bias
    self.scratch = scratch
  }

  func run() {
    switch direction {
    case .forward:
      ouroboros_convolution_forward(&description, first, second, result, bias, scratch)
    case .backwardData:
      ouroboros_convolution_backward_data(&description, first, second, result, bias, scratch)
    case .backwardWeights:
      ouroboros_convolution_backward_weights(&description, first, second, result, scratch)
    }
  }
}
