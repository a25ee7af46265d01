/// What a program changes when it runs. Every node of a graph sees the variables as they were at the
/// start of the run, whatever the order of the updates.
public enum Update {
  /// The variable takes the values of a tensor of its shape.
  case assign(Variable, Tensor)
  /// One step of an optimiser.
  case optimise(OptimiserUpdate)
}

extension [Update] {
  /// The assignments among them as pairs, for `TrainingStep.Content.averaged`.
  public var assignments: [(Variable, Tensor)] {
    compactMap { if case .assign(let variable, let tensor) = $0 { (variable, tensor) } else { nil } }
  }
}

/// One step of an optimiser on one variable, done in one pass over its memory.
public struct OptimiserUpdate {
  public var rule: OptimiserRule
  public var variable: Variable
  /// Variables of the same shape, as `rule.stateNames` lists them; changed as well.
  public var state: [Variable]
  /// dloss/dvariable, of its shape.
  public var gradient: Tensor
  /// A scalar [].
  public var learningRate: Tensor
  /// The number of the step, from 1: a scalar [].
  public var step: Tensor
  /// A scalar [] by which the gradient is multiplied first, for clipping by norm.
  public var gradientScale: Tensor?
  /// The weight is cut off at ± this bound after the step (Arjovsky et al. 2017).
  public var clip: Float?
  /// A moving average of the weight, taken after the step and the cut.
  public var average: Average?
  /// A variable [] that takes the Euclidean norm of the gradient as it is before `gradientScale`.
  public var norm: Variable?

  /// average ← decay·average + (1 − decay)·weight.
  public struct Average {
    /// Of the weight's shape.
    public var variable: Variable
    public var decay: Float

    public init(variable: Variable, decay: Float) {
      self.variable = variable
      self.decay = decay
    }
  }

  public init(
    rule: OptimiserRule, variable: Variable, state: [Variable], gradient: Tensor,
    learningRate: Tensor, step: Tensor, gradientScale: Tensor? = nil, clip: Float? = nil,
    average: Average? = nil, norm: Variable? = nil
  ) {
    self.rule = rule
    self.variable = variable
    self.state = state
    self.gradient = gradient
    self.learningRate = learningRate
    self.step = step
    self.gradientScale = gradientScale
    self.clip = clip
    self.average = average
    self.norm = norm
  }
}
