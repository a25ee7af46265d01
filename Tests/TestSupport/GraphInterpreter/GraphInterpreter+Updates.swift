import Engine
import Foundation

extension GraphInterpreter {
  /// What the variables hold after `updates`, those that change; every formula sees the values at
  /// the start.
  public func variables(after updates: [Update]) throws -> [Variable: [Bounded]] {
    let tensors = updates.flatMap { update -> [Tensor] in
      switch update {
      case .assign(_, let tensor): [tensor]
      case .optimise(let step):
        [step.gradient, step.learningRate, step.step] + (step.gradientScale.map { [$0] } ?? [])
      }
    }
    var results = try evaluate(tensors)[...]
    var changed: [Variable: [Bounded]] = [:]
    for update in updates {
      switch update {
      case .assign(let variable, _): changed[variable] = results.removeFirst()
      case .optimise(let step):
        let gradient = results.removeFirst()
        let rate = results.removeFirst()[0]
        let number = results.removeFirst()[0].value
        let scale = step.gradientScale == nil ? nil : results.removeFirst()[0]
        var weights = values(of: step.variable)
        var state = step.state.map { values(of: $0) }
        if let norm = step.norm {
          changed[norm] = [gradient.reduce(Bounded(0)) { $0 + $1 * $1 }.squareRoot]
        }
        for index in weights.indices {
          var g = gradient[index]
          if let scale { g = scale * g }
          var kept = state.map { $0[index] }
          var w = Self.optimise(step.rule, weights[index], &kept, g, rate: rate, step: number)
          if let clip = step.clip {
            let bound = Bounded(Double(clip))
            w = Self.extreme(Self.extreme(w, -bound, >), bound, <)
          }
          weights[index] = w
          for part in kept.indices { state[part][index] = kept[part] }
        }
        changed[step.variable] = weights
        if let average = step.average {
          let share = Bounded(1 - Double(average.decay))
          changed[average.variable] = zip(values(of: average.variable), weights).map {
            $0 + share * ($1 - $0)
          }
        }
        for (variable, values) in zip(step.state, state) { changed[variable] = values }
        if let average = step.average {
          let share = Bounded(1 - Double(average.decay)).rounded
          changed[average.variable] = zip(self.values(of: average.variable), weights).map {
            $0 + share * ($1 - $0)
          }
        }
      }
    }
    return changed
  }

  /// One step on one weight, in PyTorch's formulas.
  private static func optimise(
    _ rule: OptimiserRule, _ w: Bounded, _ state: inout [Bounded], _ g: Bounded, rate: Bounded,
    step: Double
  ) -> Bounded {
    func number(_ x: Float) -> Bounded { Bounded(Double(x)) }
    switch rule {
    case .sgd(let momentum, let isNesterov, let decay):
      let g = g + number(decay) * w
      guard momentum != 0 else { return w - rate * g }
      state[0] = number(momentum) * state[0] + g
      return w - rate * (isNesterov ? g + number(momentum) * state[0] : state[0])
    case .rmsProp(let alpha, let epsilon, let decay):
      let g = g + number(decay) * w
      state[0] = number(alpha) * state[0] + Bounded(1 - Double(alpha)) * (g * g)
      return w - rate * g / (state[0].squareRoot + number(epsilon))
    case .adam(let beta1, let beta2, let epsilon, let decay):
      let g = g + number(decay) * w
      return w - adamStep(&state, g, beta1, beta2, epsilon, rate, step)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      let kept = w * (Bounded(1) - rate * number(decay))
      return kept - adamStep(&state, g, beta1, beta2, epsilon, rate, step)
    }
  }

  private static func adamStep(
    _ state: inout [Bounded], _ g: Bounded, _ beta1: Float, _ beta2: Float, _ epsilon: Float,
    _ rate: Bounded, _ step: Double
  ) -> Bounded {
    let (b1, b2) = (Double(beta1), Double(beta2))
    state[0] = state[0] + Bounded(1 - b1) * (g - state[0])
    state[1] = Bounded(b2) * state[1] + Bounded(1 - b2) * (g * g)
    // The corrections are made in Double and rounded once.
    let first = Bounded(1 - pow(b1, step)).rounded
    let second = Bounded((1 - pow(b2, step)).squareRoot()).rounded
    return rate / first * state[0] / (state[1].squareRoot / second + Bounded(Double(epsilon)))
  }
}
