/// A part of a model: variables, and functions that apply them to tensors. `Linear` is the example
/// of how to write one.
///
/// There is no common function: a layer is applied by `callAsFunction` with the operands that it
/// needs. Building a graph calls it once; the program then runs any number of times.
public protocol Layer {
  /// All its variables, those of its parts included, in the order in which PyTorch lists them.
  var variables: [Variable] { get }
}

extension Sequence where Element == any Layer {
  /// The variables of all layers, in order.
  public var variables: [Variable] { flatMap(\.variables) }
}

/// The name of a part within a layer: `fc1` and `weight` give `fc1.weight`; nothing and `weight`
/// give `weight`.
func partName(_ layer: String, _ part: String) -> String {
  layer.isEmpty ? part : "\(layer).\(part)"
}
