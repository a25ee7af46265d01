import Randomness

/// y = x·Wᵀ + b, PyTorch's `nn.Linear`. This file is the example of how to write a layer.
///
/// **A layer of your own**, for a reader who knows PyTorch:
/// 1. It is a struct that conforms to `Layer`. Each of its parameters is a `Variable`, made in
///    `init` with the name that it has in PyTorch's `state_dict`, so that weights can be exchanged.
///    A buffer (a running mean) is a `Variable` with `isTrainable: false`.
/// 2. `init` takes the name of the layer first (`encoder.fc1`), then its extents, then a
///    `RandomKey`; `Variable.initialise` draws the values. The name of the variable is folded
///    into the key: two layers of a model are given the same key.
/// 3. `variables` lists the parameters, those of inner layers included (`fc1.variables + …`). The
///    optimiser and the weight files work on this list.
/// 4. `callAsFunction` is PyTorch's `forward`. Its operands are symbolic: a `Tensor` has a graph, a
///    type and a shape, but no values. `x.graph.value(of: weight)` is the tensor of a parameter in
///    that graph; operators and methods (`+`, `matmul`, `relu`, `sum(along:)`; all of them
///    in `Operations/`, composed ones in `Layers/Functions/`) add nodes to it. Nothing is computed
///    until a `Program` runs.
/// 5. There is no `backward`: `gradients(of:withRespectTo:)` adds the gradient's nodes to the graph,
///    as often as wanted.
/// 6. A mistake does not throw where it is made. The graph keeps it, `Program.init` throws it with
///    the line that made it. Methods therefore take `file` and `line`, and pass on their
///    caller's, so that a message names the user's line and not one in here.
/// 7. What a run has to change beside the optimiser's work (a running mean) is returned as `Update`s;
///    see `BatchNormalisation`.
///
/// For instance a layer that scales every channel, for x [batch…, channels]:
///
///     struct ChannelScale: Layer {
///       let scale: Variable
///       var variables: [Variable] { [scale] }
///
///       init(_ name: String, channels: Int) {
///         scale = Variable("\(name).scale", [channels])
///         scale.assign([Float](repeating: 1, count: channels))
///       }
///
///       func callAsFunction(_ x: Tensor) -> Tensor { x * x.graph.value(of: scale) }
///     }
///
/// Axes are as in PyTorch except for images, which are channels-last: [n, h, w, c]. Shapes broadcast
/// as in NumPy. Reductions keep their axes with extent 1.
public struct Linear: Layer {
  /// W, [outputs, inputs]: `name.weight`.
  public let weight: Variable
  /// b, [outputs]: `name.bias`; nil without one.
  public let bias: Variable?

  public var variables: [Variable] { [weight] + (bias.map { [$0] } ?? []) }

  /// - Parameters:
  ///   - name: in front of `.weight` and `.bias`, for example `encoder.fc1`.
  ///   - inputs: the extent of the last axis of x.
  ///   - outputs: the extent of the last axis of y.
  ///   - hasBias: whether b is added.
  ///   - initialisation: of the weight; the bias takes the same where it is `.standard`, PyTorch's
  ///     default, and zeros otherwise.
  ///   - inputImage: [h, w, c] where x is a flattened image; PyTorch flattens [c, h, w], so weights in
  ///     a file have their inputs in another order.
  ///   - outputImage: [h, w, c] where y will be seen as an image, in the same way.
  ///   - weightName: `weight`; `weight_orig` for a `SpectralNormalisation`.
  ///   - key: the key of the model.
  public init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true,
    initialisation: Initialisation = .standard, inputImage: [Int]? = nil,
    outputImage: [Int]? = nil, weightName: String = "weight", key: RandomKey
  ) {
    precondition(
      inputImage.map { $0.count == 3 && $0.reduce(1, *) == inputs } ?? true,
      "\(name): \(inputs) inputs are no image \(inputImage ?? [])")
    precondition(
      outputImage.map { $0.count == 3 && $0.reduce(1, *) == outputs } ?? true,
      "\(name): \(outputs) outputs are no image \(outputImage ?? [])")
    let fan = Fan(inputs: inputs, outputs: outputs)
    weight = Variable(
      partName(name, weightName), [outputs, inputs],
      fileLayout: .linear([outputs, inputs], inputImage: inputImage, outputImage: outputImage))
    weight.initialise(initialisation, fan: fan, key: key)
    if hasBias {
      let bias = Variable(
        partName(name, "bias"), [outputs],
        fileLayout: .linear([outputs], inputImage: nil, outputImage: outputImage))
      bias.initialise(initialisation == .standard ? .standard : .zeros, fan: fan, key: key)
      self.bias = bias
    } else {
      bias = nil
    }
  }

  /// x [batch…, inputs] → y [batch…, outputs].
  ///
  /// - Parameter replacement: weights [outputs, inputs] that stand in for the variable's, for
  ///   example the result of `SpectralNormalisation`.
  public func callAsFunction(
    _ x: Tensor, weight replacement: Tensor? = nil, file: StaticString = #fileID,
    line: Int = #line
  ) -> Tensor {
    x.linear(
      weight: replacement ?? x.graph.value(of: weight, file: file, line: line),
      bias: bias.map { x.graph.value(of: $0, file: file, line: line) }, file: file, line: line)
  }
}

extension Tensor {
  /// x·Wᵀ + b for x [batch…, inputs], W [outputs, inputs] and b [outputs]: [batch…, outputs].
  public func linear(
    weight: Tensor, bias: Tensor?, file: StaticString = #fileID, line: Int = #line
  ) -> Tensor {
    guard rank >= 1, weight.rank == 2, weight.shape[1] == shape[rank - 1],
      bias.map({ $0.shape == [weight.shape[0]] }) ?? true
    else {
      let operands = [self, weight] + (bias.map { [$0] } ?? [])
      return graph.fail(
        "linear",
        "x \(type), weight \(weight.type)" + (bias.map { " and bias \($0.type)" } ?? "")
          + " do not fit: [batch…, inputs], [outputs, inputs] and [outputs]", operands,
        Site(file, line), like: TensorType(shape.dropLast() + [weight.shape.first ?? 0]))
    }
    // As one matrix, the bias included: reshapes at the ends only.
    let rows = reshaped([-1, shape[rank - 1]], file: file, line: line)
    var product = rows.matmul(weight.transposed, file: file, line: line)
    if let bias { product = product + bias }
    return product.reshaped(shape.dropLast() + [weight.shape[0]], file: file, line: line)
  }
}
