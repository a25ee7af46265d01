/// A computation as a list of nodes, each after its inputs. Shapes are known and checked when a node
/// is added.
///
/// Adding a node cannot throw, so that formulas read as formulas: a call with operands that do not
/// fit is kept in `errors` and gives a tensor of a plausible shape to go on with, and
/// `Program.init` throws the first of them.
public final class Graph {
  /// One operation applied to earlier nodes.
  public struct Node {
    public let operation: any Operation
    /// Indices of the operands in `nodes`.
    public let inputs: [Int]
    public let type: TensorType
    /// The line of source that made it.
    public let site: Site?
  }

  private struct Key: Hashable {
    let operation: AnyHashable
    let inputs: [Int]
  }

  public private(set) var nodes: [Node] = []
  /// Mistakes so far, in the order in which they were made.
  public private(set) var errors: [GraphError] = []
  private var known: [Key: Int] = [:]
  private var randomCount = 0
  /// Set while the rules of a node add theirs: the line that made the node.
  var rulesSite: Site?

  public init() {}

  /// Adds `operation` on `inputs`, or finds the node that is already there.
  public func add(_ operation: some Operation, _ inputs: [Tensor] = [], at site: Site?) -> Tensor {
    for input in inputs where input.graph !== self {
      return fail(
        operation.name, "the operands belong to different graphs", inputs, site,
        like: TensorType([]))
    }
    let type: TensorType
    do {
      type = try operation.resultType(of: inputs.map(\.type))
    } catch {
      let types = inputs.map { "\($0.type)" }.joined(separator: " and ")
      return fail(
        operation.name, inputs.isEmpty ? error.problem : "\(error.problem); operands \(types)",
        inputs, site, like: inputs.first?.type ?? TensorType([]))
    }
    let key = Key(operation: AnyHashable(operation), inputs: inputs.map(\.node))
    if let node = known[key] { return Tensor(graph: self, node: node) }
    let place = rulesSite ?? site ?? inputs.lazy.compactMap(\.site).first
    let node = append(Node(operation: operation, inputs: key.inputs, type: type, site: place))
    known[key] = node
    return Tensor(graph: self, node: node)
  }

  /// A number that no other random operation of this graph has.
  func nextRandomNumber() -> Int {
    randomCount += 1
    return randomCount - 1
  }

  /// Keeps a mistake and gives a tensor to go on with.
  func fail(
    _ operation: String, _ problem: String, _ inputs: [Tensor], _ site: Site?, like type: TensorType
  ) -> Tensor {
    let place =
      site?.description
      ?? Self.unique(inputs.compactMap { $0.site?.description }).joined(separator: " and ")
    errors.append(GraphError(operation: operation, problem: problem, site: place))
    return Tensor(
      graph: self,
      node: append(Node(operation: Failed(number: errors.count), inputs: [], type: type, site: site ?? inputs.lazy.compactMap(\.site).first)))
  }

  private func append(_ node: Node) -> Int {
    nodes.append(node)
    return nodes.count - 1
  }

  private static func unique(_ sites: [String]) -> [String] {
    var seen: [String] = []
    for site in sites where !seen.contains(site) { seen.append(site) }
    return seen
  }
}

/// Stands for the result of a call that failed.
private struct Failed: Operation {
  let number: Int
  var name: String { "failed" }
  func resultType(of inputs: [TensorType]) -> TensorType { TensorType([]) }
}
