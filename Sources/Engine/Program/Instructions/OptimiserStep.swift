import CKernels
import Foundation

/// One step of an optimiser on one variable.
final class OptimiserInstruction: Instruction {
  /// Where the scalars of a step stand.
  struct Scalars {
    var rate: UnsafePointer<Float>
    var step: UnsafePointer<Float>
    var scale: UnsafePointer<Float>?
  }

  private let rule: OptimiserRule
  private let variable: UnsafeMutableBufferPointer<Float>
  private let state: [UnsafeMutablePointer<Float>]
  private let gradient: UnsafePointer<Float>
  private let scalars: Scalars
  private let clip: Float?
  private let average: (values: UnsafeMutablePointer<Float>, decay: Float)?
  private let norm: UnsafeMutablePointer<Float>?
  /// Weights that are finished before the next: with all that is kept for them, 64 KiB an array, they
  /// stay in the near caches from one pass to the next. A multiple of the pieces in which squares are
  /// added.
  private static let blockCount = 16_384

  init(
    _ rule: OptimiserRule, variable: UnsafeMutableBufferPointer<Float>,
    state: [UnsafeMutablePointer<Float>], gradient: UnsafePointer<Float>, scalars: Scalars,
    clip: Float?, average: (values: UnsafeMutablePointer<Float>, decay: Float)?,
    norm: UnsafeMutablePointer<Float>?
  ) {
    self.rule = rule
    self.variable = variable
    self.state = state
    self.gradient = gradient
    self.scalars = scalars
    self.clip = clip
    self.average = average
    self.norm = norm
  }

  func run() {
    var squares = 0.0
    var start = 0
    while start < variable.count {
      let count = min(variable.count - start, Self.blockCount)
      if norm != nil { squares += ouroboros_sum_of_squares(gradient + start, count) }
      update(start, count)
      start += count
    }
    norm?.pointee = Float(squares.squareRoot())
  }

  /// The step on `count` weights from number `start` on.
  private func update(_ start: Int, _ count: Int) {
    let (rate, scale) = (scalars.rate.pointee, scalars.scale?.pointee ?? 1)
    let (weights, gradient) = (variable.baseAddress! + start, gradient + start)
    switch rule {
    case .sgd(let momentum, let isNesterov, let decay):
      var options = ouroboros_sgd(
        rate: rate, momentum: momentum, weight_decay: decay, gradient_scale: scale,
        nesterov: isNesterov ? 1 : 0)
      ouroboros_sgd_update(&options, gradient, weights, state.first.map { $0 + start }, count)
    case .rmsProp(let alpha, let epsilon, let decay):
      var options = ouroboros_rmsprop(
        rate: rate, alpha: alpha, epsilon: epsilon, momentum: 0, weight_decay: decay,
        gradient_scale: scale)
      ouroboros_rmsprop_update(&options, gradient, weights, state[0] + start, nil, nil, count)
    case .adam(let beta1, let beta2, let epsilon, let decay):
      let options = adam(rate, scale, beta1, beta2, epsilon, decay, isDecoupled: false)
      updateAdam(options, start, count)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      let options = adam(rate, scale, beta1, beta2, epsilon, decay, isDecoupled: true)
      updateAdam(options, start, count)
    }
    if let clip { ouroboros_clip(-clip, clip, weights, count) }
    if let average {
      ouroboros_moving_average(average.decay, weights, average.values + start, count)
    }
  }

  private func adam(
    _ rate: Float, _ scale: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float,
    _ decay: Float, isDecoupled: Bool
  ) -> ouroboros_adam {
    let step = Double(scalars.step.pointee)
    return ouroboros_adam(
      rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: decay,
      gradient_scale: scale, correction1: Float(1 - pow(Double(beta1), step)),
      correction2: Float(1 - pow(Double(beta2), step)), decoupled: isDecoupled ? 1 : 0)
  }

  private func updateAdam(_ options: ouroboros_adam, _ start: Int, _ count: Int) {
    var options = options
    ouroboros_adam_update(
      &options, gradient + start, variable.baseAddress! + start, state[0] + start,
      state[1] + start, count)
  }
}
