import Glibc

/// How the learning rate changes: its factor as a function of the number of steps done, from 0.
public indirect enum Schedule: Sendable, Hashable {
  /// 1.
  case constant
  /// From 1 in a straight line to `floor` at step `steps`, which it keeps (PyTorch's `LinearLR`).
  case linear(floor: Float = 0, steps: Int)
  /// floor + (1 - floor)·(1 + cos(π·s/steps))/2 until step `steps`, then `floor` (Loshchilov &
  /// Hutter 2017, equation 5, without restarts).
  case cosine(floor: Float = 0, steps: Int)
  /// (s + 1)/steps in the first `steps` steps; after them another schedule, which counts from 0
  /// again.
  case warmUp(steps: Int, then: Schedule = .constant)

  /// The factor before step `step`, from 0.
  public func factor(step: Int) -> Double {
    switch self {
    case .constant: return 1
    case .linear(let floor, let steps):
      return 1 + (Double(floor) - 1) * Double(min(step, steps)) / Double(max(steps, 1))
    case .cosine(let floor, let steps):
      let part = Double(min(step, steps)) / Double(max(steps, 1))
      return Double(floor) + (1 - Double(floor)) * (1 + cos(.pi * part)) / 2
    case .warmUp(let steps, let next):
      return step < steps ? Double(step + 1) / Double(steps) : next.factor(step: step - steps)
    }
  }

  /// The same in a graph: `step` is a scalar [], the result too.
  public func factor(step: Tensor) -> Tensor {
    switch self {
    case .constant: return step.filled(1)
    case .linear(let floor, let steps):
      return 1 + step.minimum(Float(steps)) * ((floor - 1) / Float(max(steps, 1)))
    case .cosine(let floor, let steps):
      let angle = step.minimum(Float(steps)) * (Float.pi / Float(max(steps, 1)))
      return floor + (1 + angle.cos()) * ((1 - floor) / 2)
    case .warmUp(let steps, let next):
      let rising = (step + 1) * (1 / Float(max(steps, 1)))
      let later = next.factor(step: (step - Float(steps)).maximum(0))
      return (step .< Float(steps)).select(rising, later)
    }
  }
}
