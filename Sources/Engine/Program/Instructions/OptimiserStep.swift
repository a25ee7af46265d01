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

  init(
    _ rule: OptimiserRule, variable: UnsafeMutableBufferPointer<Float>,
    state: [UnsafeMutablePointer<Float>], gradient: UnsafePointer<Float>, scalars: Scalars,
    clip: Float?, average: (values: UnsafeMutablePointer<Float>, decay: Float)?
  ) {
    self.rule = rule
    self.variable = variable
    self.state = state
    self.gradient = gradient
    self.scalars = scalars
    self.clip = clip
    self.average = average
  }

  func run() {
    let (rate, scale) = (scalars.rate.pointee, scalars.scale?.pointee ?? 1)
    let (weights, count) = (variable.baseAddress, variable.count)
    switch rule {
    case .sgd(let momentum, let isNesterov, let decay):
      var options = ouroboros_sgd(
        rate: rate, momentum: momentum, weight_decay: decay, gradient_scale: scale,
        nesterov: isNesterov ? 1 : 0)
      ouroboros_sgd_update(&options, gradient, weights, state.first, count)
    case .rmsProp(let alpha, let epsilon, let decay):
      var options = ouroboros_rmsprop(
        rate: rate, alpha: alpha, epsilon: epsilon, momentum: 0, weight_decay: decay,
        gradient_scale: scale)
      ouroboros_rmsprop_update(&options, gradient, weights, state[0], nil, nil, count)
    case .adam(let beta1, let beta2, let epsilon, let decay):
      adam(rate, scale, beta1, beta2, epsilon, decay, isDecoupled: false)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      adam(rate, scale, beta1, beta2, epsilon, decay, isDecoupled: true)
    }
    if let clip { ouroboros_clip(-clip, clip, weights, count) }
    if let average { ouroboros_moving_average(average.decay, weights, average.values, count) }
  }

  private func adam(
    _ rate: Float, _ scale: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float,
    _ decay: Float, isDecoupled: Bool
  ) {
    let step = Double(scalars.step.pointee)
    var options = ouroboros_adam(
      rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: decay,
      gradient_scale: scale, correction1: Float(1 - pow(Double(beta1), step)),
      correction2: Float(1 - pow(Double(beta2), step)), decoupled: isDecoupled ? 1 : 0)
    ouroboros_adam_update(
      &options, gradient, variable.baseAddress, state[0], state[1], variable.count)
  }
}
