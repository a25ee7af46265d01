/// A symbolic tensor: a handle to a node of a graph. It has a shape but no values; `Program`
/// computes them.
public struct Tensor {
  public let graph: Graph
  /// Its index in `graph.nodes`.
  public let node: Int

  public var type: TensorType { graph.nodes[node].type }
  public var shape: [Int] { type.shape }
  public var rank: Int { type.rank }
  public var count: Int { type.count }
  var operation: any Operation { graph.nodes[node].operation }
  var site: Site? { graph.nodes[node].site }
  /// The operands of the node.
  var inputs: [Tensor] { graph.nodes[node].inputs.map { Tensor(graph: graph, node: $0) } }

  /// The axis counted from the front: -1 is the last.
  func axis(_ axis: Int) -> Int { axis < 0 ? axis + rank : axis }
}

extension Tensor: Equatable {
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.graph === right.graph && left.node == right.node
  }
}

extension Tensor: CustomStringConvertible {
  public var description: String { "\(operation.name)#\(node)\(type)" }
}
