/// Makes the updates of a training program: an optimiser's rule on a list of variables, with its
/// learning rate, clipping and averages.
///
///     let optimiser = Optimiser(rule: .adam(), variables: model.variables, learningRate: 1e-3)
///     let program = try Program(…, updates: optimiser.updates(minimising: loss))
///
/// The number of steps done is a variable that the program counts up itself, and the schedule is part
/// of the graph: a run needs nothing from outside. A checkpoint of `state` restores everything.
/// The count is a float32, which stops at 2²⁴ ≈ 16.8 million steps: what depends on it (Adam's
/// corrections, schedules) has long stopped changing by then, unless a schedule is longer.
public struct Optimiser {
  public let rule: OptimiserRule
  /// What it changes: the trainable ones of the variables that it was given.
  public let variables: [Variable]
  public let learningRate: Float
  public let schedule: Schedule
  /// Gradients are scaled down to this norm, taken over all of them together.
  public let gradientNorm: Float?
  /// Weights are cut off at ± this bound after every step.
  public let weightBound: Float?
  /// The share that the moving average of the weights keeps in every step.
  public let averageDecay: Float?

  /// The number of steps done, []: `name.step`.
  public let steps: Variable
  /// For every variable what the rule keeps, in the order of `rule.stateNames`:
  /// `name.variable.exp_avg`.
  public let moments: [[Variable]]
  /// For every variable its average, `name.variable.average`; empty without `averageDecay`.
  public let averages: [Variable]
  private let hasDecay: [Bool]

  /// Everything that a checkpoint has to hold beside the variables themselves.
  public var state: [Variable] { [steps] + moments.flatMap { $0 } + averages }

  /// - Parameters:
  ///   - name: in front of the names of its state; distinct for the optimisers of one model.
  ///   - rule: as in PyTorch.
  ///   - variables: of the model; those that are not trainable are left alone.
  ///   - learningRate: multiplied by the factor of `schedule`.
  ///   - gradientNorm: the largest norm of all gradients together (PyTorch's
  ///     `clip_grad_norm_`); nil for no clipping.
  ///   - weightBound: for the WGAN's critic; nil for no clipping.
  ///   - averageDecay: d in average ← d·average + (1 - d)·weight after every step; nil for no
  ///     average. It begins as a copy of the weights.
  ///   - hasDecay: which variables the rule's weight decay applies to; all by default. Often
  ///     matrices only: `{ $0.shape.count >= 2 }`.
  public init(
    _ name: String = "optimiser", rule: OptimiserRule, variables: [Variable], learningRate: Float,
    schedule: Schedule = .constant, gradientNorm: Float? = nil, weightBound: Float? = nil,
    averageDecay: Float? = nil, hasDecay: (Variable) -> Bool = { _ in true }
  ) {
    let trainable = variables.filter(\.isTrainable)
    func kept(_ variable: Variable, _ part: String) -> Variable {
      Variable(
        "\(name).\(variable.name).\(part)", variable.shape, isTrainable: false,
        fileLayout: variable.fileLayout)
    }
    self.rule = rule
    self.variables = trainable
    self.learningRate = learningRate
    self.schedule = schedule
    self.gradientNorm = gradientNorm
    self.weightBound = weightBound
    self.averageDecay = averageDecay
    self.hasDecay = trainable.map(hasDecay)
    steps = Variable("\(name).step", [], isTrainable: false)
    moments = trainable.map { variable in rule.stateNames.map { kept(variable, $0) } }
    averages = averageDecay == nil ? [] : trainable.map { kept($0, "average") }
    reset()
  }

  /// Back to before the first step: no steps, no moments, averages as the weights are now.
  public func reset() {
    for variable in state { variable.values.update(repeating: 0) }
    for (average, variable) in zip(averages, variables) { average.assign(variable.values) }
  }

  /// The updates of one step that makes `loss`, a scalar [], smaller.
  ///
  /// - Parameter norms: as in `updates(gradients:…)`.
  public func updates(
    minimising loss: Tensor, norms: [Variable] = [], file: StaticString = #fileID, line: Int = #line
  ) -> [Update] {
    let values = variables.map { loss.graph.value(of: $0, file: file, line: line) }
    guard loss.count == 1 else {
      _ = loss.graph.fail(
        "optimiser", "the loss \(loss.type) is no scalar", [loss], Site(file, line), like: loss.type)
      return []
    }
    return updates(
      gradients: Engine.gradients(of: loss, withRespectTo: values), norms: norms, in: loss.graph,
      file: file, line: line)
  }

  /// The updates of one step with one gradient for each of `variables`, in their order.
  ///
  /// - Parameters:
  ///   - gradients: of the shapes of the variables.
  ///   - count: the gradients are sums of so many, whose mean is meant.
  ///   - norms: for each of `variables` one [] that takes the norm of its gradient as given, before
  ///     the division and the clipping; empty for none.
  public func updates(
    gradients: [Tensor], dividedBy count: Int = 1, norms: [Variable] = [], in graph: Graph,
    file: StaticString = #fileID, line: Int = #line
  ) -> [Update] {
    precondition(
      norms.isEmpty || norms.count == variables.count,
      "\(norms.count) norms for \(variables.count) variables")
    for (variable, gradient) in zip(variables, gradients) where gradient.shape != variable.shape {
      _ = graph.fail(
        "optimiser", "\(variable.name) \(variable.shape) has a gradient \(gradient.type)", [gradient],
        Site(file, line), like: gradient.type)
    }
    guard gradients.count == variables.count else {
      _ = graph.fail(
        "optimiser", "\(gradients.count) gradients for \(variables.count) variables", [],
        Site(file, line), like: TensorType([]))
      return []
    }
    let done = graph.value(of: steps, file: file, line: line)
    let rate = schedule.factor(step: done) * learningRate
    let scale = scale(gradients, dividedBy: count, in: graph)
    let steps = variables.indices.map { index in
      OptimiserUpdate(
        rule: hasDecay[index] ? rule : rule.withoutWeightDecay, variable: variables[index],
        state: moments[index], gradient: gradients[index], learningRate: rate, step: done + 1,
        gradientScale: scale, clip: weightBound,
        average: averageDecay.map { OptimiserUpdate.Average(variable: averages[index], decay: $0) },
        norm: norms.isEmpty ? nil : norms[index])
    }
    return steps.map(Update.optimise) + [.assign(self.steps, done + 1)]
  }

  /// What gradients that are sums of `count` are multiplied by: 1/count, and where they are clipped
  /// also min(1, largest/(norm + 1e-6)) with the norm of all means together, as PyTorch has it. nil
  /// for 1.
  private func scale(_ gradients: [Tensor], dividedBy count: Int, in graph: Graph) -> Tensor? {
    let share = 1 / Float(count)
    guard let largest = gradientNorm else { return count == 1 ? nil : graph.fill(share) }
    let squares = gradients.map { $0.square().total() }
    let sum = squares.dropFirst().reduce(squares.first ?? graph.fill(0)) { $0 + $1 }
    let norm = count == 1 ? sum.sqrt() : sum.sqrt() * share
    let scale = (largest / (norm + 1e-6)).minimum(1)
    return count == 1 ? scale : scale * share
  }
}
