/// Nodes that one instruction computes.
final class Unit {
  enum Kind {
    /// Elementwise operations and reductions over one iteration space, run as a tile program.
    case tiles(TileSpace)
    /// A matrix product or convolution with what is done to its sums.
    case contraction(Epilogue)
    /// Any other operation by itself.
    case single
    /// An update of a variable.
    case update(Update)
    /// A view of a variable that an update reads, copied before any update changes the variable.
    case copy(node: Int)
    /// A result that is a look at memory not its own: copied when the values are there.
    case output(node: Int, label: String)
  }

  var kind: Kind
  /// Ascending, so each after its operands.
  var nodes: [Int]

  init(_ kind: Kind, _ nodes: [Int]) {
    self.kind = kind
    self.nodes = nodes
  }
}

/// What follows a product or a convolution in the same pass.
struct Epilogue {
  /// The product or convolution itself.
  var contraction: Int
  /// The node of a vector added to every row.
  var bias: Int?
  /// A tensor of the result's shape that the sums are added to, in its memory.
  var accumulator: Int?
  var activation: Activation = .none
  /// The last node, whose value is stored.
  var result: Int

  enum Activation: Equatable { case none, relu, leakyRelu(Float) }
}

/// The iteration space of a tile program and what its reductions demand of it.
struct TileSpace {
  /// Axes are compared from the back.
  var shape: [Int]
  /// Elements of the trailing axes that reductions along rows run over.
  var rowElements: Int?
  /// Elements of the axes behind those that reductions along columns run over.
  var tailElements: Int?
  /// Elements of the trailing axes along which the part that varies least among those that lack some
  /// does not vary, at least.
  var partElements: Int?
  var hasReductions = false
}
