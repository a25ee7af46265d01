/// How a weight is drawn before training. Fan-in is the number of inputs that one output sums over,
/// fan-out the number of outputs that one input reaches.
public enum Initialisation: Sendable, Hashable {
  case zeros
  case ones
  /// Normal with mean 0.
  case normal(deviation: Float)
  /// Uniform in ±bound.
  case uniform(bound: Float)
  /// Uniform in ±gain·√(6/(fan-in + fan-out)) (Glorot & Bengio 2010, equation 16).
  case glorotUniform(gain: Float = 1)
  /// Normal with the deviation gain·√(2/(fan-in + fan-out)).
  case glorotNormal(gain: Float = 1)
  /// Uniform in ±√(6/((1 + slope²)·fan-in)), for leaky ReLU of this slope (He et al. 2015).
  case heUniform(slope: Float = 0)
  /// Normal with the deviation √(2/((1 + slope²)·fan-in)).
  case heNormal(slope: Float = 0)
  /// gain times a random matrix [first axis, all others] whose rows, or columns if there are fewer,
  /// are orthonormal (Saxe et al. 2014).
  case orthogonal(gain: Float = 1)
  /// Uniform in ±1/√fan-in: what PyTorch does with the weights and biases of linear and
  /// convolution layers, where it is called `kaiming_uniform_(a=√5)`.
  case standard
}

/// The number of inputs of one output and of outputs of one input.
public struct Fan: Sendable, Hashable {
  public var inputs: Int
  public var outputs: Int

  public init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }
}
