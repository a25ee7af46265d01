extension OptimiserRule {
  /// The same rule with a weight decay of 0.
  public var withoutWeightDecay: OptimiserRule {
    switch self {
    case .sgd(let momentum, let isNesterov, _): .sgd(momentum: momentum, isNesterov: isNesterov)
    case .rmsProp(let alpha, let epsilon, _): .rmsProp(alpha: alpha, epsilon: epsilon)
    case .adam(let beta1, let beta2, let epsilon, _):
      .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
    case .adamW(let beta1, let beta2, let epsilon, _):
      .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: 0)
    }
  }
}
