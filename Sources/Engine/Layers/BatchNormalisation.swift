/// Normalises every channel over the batch, then scales and shifts it; PyTorch's `nn.BatchNorm1d` for
/// [n, c] and `nn.BatchNorm2d` for [n, h, w, c].
public struct BatchNormalisation: Layer {
  /// [channels], at first ones: `name.weight`.
  public let scale: Variable
  /// [channels], at first zeros: `name.bias`.
  public let shift: Variable
  /// [channels], at first zeros: `name.running_mean`.
  public let runningMean: Variable
  /// [channels], at first ones, divided by the count less one: `name.running_var`.
  public let runningVariance: Variable
  /// [], the number of batches in the running values: `name.num_batches_tracked`.
  public let batches: Variable
  /// The share of the newest batch in the running values.
  public let momentum: Float
  /// Added to the variance.
  public let epsilon: Float

  public var variables: [Variable] { [scale, shift, runningMean, runningVariance, batches] }

  public init(_ name: String, channels: Int, momentum: Float = 0.1, epsilon: Float = 1e-5) {
    scale = Variable(partName(name, "weight"), [channels])
    scale.values.update(repeating: 1)
    shift = Variable(partName(name, "bias"), [channels])
    runningMean = Variable(partName(name, "running_mean"), [channels], isTrainable: false)
    runningVariance = Variable(partName(name, "running_var"), [channels], isTrainable: false)
    runningVariance.values.update(repeating: 1)
    batches = Variable(partName(name, "num_batches_tracked"), [], isTrainable: false)
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// x [n, …, channels] → the same shape, normalised by the running mean and variance: the layer of
  /// a trained model.
  public func callAsFunction(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    normalised(
      x, x.graph.value(of: runningMean, file: file, line: line),
      x.graph.value(of: runningVariance, file: file, line: line), file, line)
  }

  /// x [n, …, channels] → the same shape, normalised by the batch's own mean and variance; and the
  /// updates of the running ones, which the training program has to make:
  /// r ← (1 - momentum)·r + momentum·batch.
  public func training(
    _ x: Tensor, file: StaticString = #fileID, line: Int = #line
  ) -> (result: Tensor, updates: [Update]) {
    let graph = x.graph
    guard fits(x) else { return (normalised(x, x, x, file, line), []) }
    let (mean, variance) = x.moments(
      along: Array(x.shape.indices.dropLast()), file: file, line: line)
    let count = x.count / max(scale.count, 1)
    let unbiased = Float(count) / Float(max(count - 1, 1))
    func mixed(_ running: Variable, _ newest: Tensor) -> Update {
      let old = graph.value(of: running, file: file, line: line)
      let new = newest.reshaped(running.shape, file: file, line: line)
      return .assign(running, old * (1 - momentum) + new * momentum)
    }
    return (
      normalised(x, mean, variance, file, line),
      [
        mixed(runningMean, mean), mixed(runningVariance, variance * unbiased),
        .assign(batches, graph.value(of: batches, file: file, line: line) + 1),
      ]
    )
  }

  private func fits(_ x: Tensor) -> Bool { x.rank >= 2 && x.shape.last == scale.count }

  private func normalised(
    _ x: Tensor, _ mean: Tensor, _ variance: Tensor, _ file: StaticString, _ line: Int
  ) -> Tensor {
    guard fits(x) else {
      return x.graph.fail(
        "batchNormalised", "\(scale.name) has \(scale.count) channels, x \(x.type)", [x],
        Site(file, line), like: x.type)
    }
    return x.batchNormalised(
      mean: mean, variance: variance, scale: x.graph.value(of: scale, file: file, line: line),
      shift: x.graph.value(of: shift, file: file, line: line), epsilon: epsilon, file: file,
      line: line)
  }
}
