/// How an optimiser changes a weight w by its gradient g; η is the learning rate, t the number of
/// the step, from 1. All as PyTorch defines them.
public enum OptimiserRule: Sendable, Hashable {
  /// g ← g + decay·w; b ← momentum·b + g (b = g in the first step); w ← w − η·b, or with Nesterov's
  /// rule w ← w − η·(g + momentum·b). State: b, where momentum ≠ 0.
  case sgd(momentum: Float = 0, isNesterov: Bool = false, weightDecay: Float = 0)
  /// s ← α·s + (1 − α)·g²; w ← w − η·g/(√s + ε). State: s.
  case rmsProp(alpha: Float = 0.99, epsilon: Float = 1e-8, weightDecay: Float = 0)
  /// m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
  /// w ← w − η·(m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε) (Kingma & Ba 2015, algorithm 1). State: m, v.
  case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0)
  /// Adam with w ← w·(1 − η·decay) instead of a decay in the gradient (Loshchilov & Hutter 2019).
  case adamW(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0.01)

  /// The names of the tensors it keeps for every weight, as in PyTorch's optimiser state.
  public var stateNames: [String] {
    switch self {
    case .sgd(let momentum, _, _): momentum == 0 ? [] : ["momentum_buffer"]
    case .rmsProp: ["square_avg"]
    case .adam, .adamW: ["exp_avg", "exp_avg_sq"]
    }
  }
}
