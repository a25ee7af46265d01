import Randomness

/// Divides a layer's weights by their largest singular value, PyTorch's `nn.utils.spectral_norm`
/// (Miyato et al. 2018). Its names are those of the weights `x.weight_orig`, with `_u` and `_v`:
///
///     let linear = Linear("fc", inputs: 64, outputs: 1, weightName: "weight_orig", key: key)
///     let spectral = SpectralNormalisation(linear.weight, key: key)
///     let (weight, updates) = spectral.training(in: graph)
///     let y = linear(x, weight: weight)
public struct SpectralNormalisation: Layer {
  /// The weights [out, …] of a layer, whose variable it stays.
  public let weight: Variable
  /// [out], a unit vector: `x.weight_u`.
  public let u: Variable
  /// [in], a unit vector: `x.weight_v`.
  public let v: Variable
  /// Steps of the power iteration in a step of the training.
  public let iterations: Int

  /// u and v; the weights are listed by their layer.
  public var variables: [Variable] { [u, v] }

  /// - Parameters:
  ///   - weight: of a linear or a convolution layer.
  ///   - iterations: of the power iteration, in each step of the training: `n_power_iterations`.
  ///   - key: the key of the model.
  public init(_ weight: Variable, iterations: Int = 1, key: RandomKey) {
    let suffix = "_orig"
    let base = weight.name.hasSuffix(suffix) ? String(weight.name.dropLast(suffix.count)) : weight.name
    let outputs = weight.shape[0]
    let inputs = weight.count / max(outputs, 1)
    self.weight = weight
    self.iterations = iterations
    u = Variable("\(base)_u", [outputs], isTrainable: false)
    // A file counts the inputs of a convolution channels first.
    var layout = FileLayout.same
    if weight.shape.count == 4 {
      layout = .permuted(
        shape: Array(weight.shape[1...]), axes: [2, 0, 1], fileShape: [inputs])
    }
    v = Variable("\(base)_v", [inputs], isTrainable: false, fileLayout: layout)
    for vector in [u, v] {
      let fan = Fan(inputs: vector.count, outputs: vector.count)
      vector.initialise(.normal(deviation: 1), fan: fan, key: key)
      let norm = vector.values.reduce(Double(0)) { $0 + Double($1) * Double($1) }.squareRoot()
      for index in vector.values.indices { vector.values[index] /= Float(norm) }
    }
  }

  /// The divided weights after the steps of the power iteration, and the updates that keep them.
  public func training(
    in graph: Graph, file: StaticString = #fileID, line: Int = #line
  ) -> (weight: Tensor, updates: [Update]) {
    let result = graph.value(of: weight, file: file, line: line).spectrallyNormalised(
      u: graph.value(of: u, file: file, line: line), iterations: iterations, file: file, line: line)
    return (result.weights, [.assign(u, result.u), .assign(v, result.v)])
  }

  /// The divided weights of a trained model.
  public func callAsFunction(
    in graph: Graph, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    graph.value(of: weight, file: file, line: line).spectrallyNormalised(
      u: graph.value(of: u, file: file, line: line), v: graph.value(of: v, file: file, line: line),
      file: file, line: line)
  }
}
