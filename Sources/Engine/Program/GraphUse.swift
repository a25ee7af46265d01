/// Which nodes of a graph a program needs, and who reads them.
struct GraphUse {
  let graph: Graph
  /// Nodes that an output or an update depends on.
  private(set) var isNeeded: [Bool]
  /// Needed nodes that read a node directly, ascending.
  private(set) var readers: [[Int]]
  /// Nodes that are results by themselves: outputs and what updates read.
  private(set) var isRequested: [Bool]

  init(_ graph: Graph, requested: [Tensor]) {
    self.graph = graph
    isNeeded = [Bool](repeating: false, count: graph.nodes.count)
    isRequested = isNeeded
    readers = [[Int]](repeating: [], count: graph.nodes.count)
    for tensor in requested {
      isNeeded[tensor.node] = true
      isRequested[tensor.node] = true
    }
    for node in graph.nodes.indices.reversed() where isNeeded[node] {
      for input in graph.nodes[node].inputs { isNeeded[input] = true }
    }
    for node in graph.nodes.indices where isNeeded[node] {
      for input in graph.nodes[node].inputs where readers[input].last != node {
        readers[input].append(node)
      }
    }
  }

  func operation(_ node: Int) -> any Operation { graph.nodes[node].operation }
  func inputs(_ node: Int) -> [Int] { graph.nodes[node].inputs }
  func shape(_ node: Int) -> [Int] { graph.nodes[node].type.shape }

  /// The one reader of a node that nobody else wants, else nil.
  func onlyReader(_ node: Int) -> Int? {
    !isRequested[node] && readers[node].count == 1 ? readers[node][0] : nil
  }
}

/// What a node is to the planner.
enum NodeRole {
  /// Has its values before the run.
  case source
  /// Another look at its operand's memory.
  case view
  /// Can join a tile program.
  case fusible
  /// Computed by an instruction of its own.
  case single

  init(_ operation: any Operation) {
    switch operation {
    case is Input, is VariableValue, is Constant, is Fill, is Iota: self = .source
    case is Reshape, is Permute, is Broadcast, is Slice, is StopGradient: self = .view
    case is Unary, is LeakyRelu, is Binary, is Select, is Cast, is Reduce: self = .fusible
    default: self = .single
    }
  }
}
