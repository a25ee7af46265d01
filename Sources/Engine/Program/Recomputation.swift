/// Which values of tile programs go to memory, and which of them other tile programs compute again
/// instead of reading them.
///
/// A backward pass needs much of what the forward pass has at hand: x − mean, σ(x), the parts of a
/// derivative. Elementwise values are computed faster than they are written and read back as long as
/// what they come from has to be in memory anyway (Chen et al. 2016, "Training Deep Nets with
/// Sublinear Memory Cost", section 3, for the idea).
struct Recomputation {
  /// For every node that joins tile programs whether its value goes to memory.
  private(set) var isStored: [Bool]
  /// For every unit nodes in memory that it reads only to compute values of other units again.
  private(set) var leaves: [[Int]]

  private let use: GraphUse
  private let fusion: Fusion
  /// For every unit the nodes of other units that it computes again.
  private var copies: [Set<Int>]

  /// What computing a value again takes.
  private struct Effort {
    /// Nodes to be computed.
    var nodes: Set<Int> = []
    /// Nodes to be read.
    var leaves: Set<Int> = []
    /// Those of them that are not in memory otherwise.
    var stored: Set<Int> = []
  }

  /// Bytes from which on a value does not stay in the near caches until it is read again.
  private static let largeBytes = 512 * 1024

  init(_ use: GraphUse, _ fusion: Fusion, isFusing: Bool) {
    self.use = use
    self.fusion = fusion
    leaves = fusion.units.map { _ in [] }
    copies = fusion.units.map { _ in [] }
    isStored = use.graph.nodes.map { _ in false }
    for node in isStored.indices where fusion.roles[node] == .fusible && fusion.unitOf[node] >= 0 {
      isStored[node] = isRead(node)
    }
    guard isFusing else { return }
    for node in isStored.indices where isStored[node] { recompute(node) }
  }

  // MARK: What is read

  /// Whether the value of a node is read outside of its unit.
  private func isRead(_ node: Int) -> Bool {
    if use.isRequested[node] { return true }
    let unit = fusion.unitOf[node]
    return use.readers[node].contains { reader in
      fusion.unitOf[reader] >= 0
        ? fusion.unitOf[reader] != unit || fusion.isTerminal(node)
        : viewIsRead(reader, outside: unit, of: node)
    }
  }

  /// The same through a view: repetitions are followed inside the unit, others need memory.
  private func viewIsRead(_ view: Int, outside unit: Int, of node: Int) -> Bool {
    if use.isRequested[view] { return true }
    let isTransparent = use.operation(view).isTransparent
    return use.readers[view].contains { reader in
      guard fusion.unitOf[reader] >= 0 else {
        return isTransparent
          ? viewIsRead(reader, outside: unit, of: node)
          : use.isRequested[reader] || !use.readers[reader].isEmpty
      }
      return !isTransparent || fusion.unitOf[reader] != unit || fusion.isTerminal(node)
    }
  }

  /// The other tile programs that read a node, all of them over its own space; nil where something else
  /// reads it too.
  private func readingUnits(_ node: Int, from first: Int) -> Set<Int>? {
    if use.isRequested[node] { return nil }
    var result: Set<Int> = []
    for reader in use.readers[node] {
      let unit = fusion.unitOf[reader]
      if unit < 0 {
        guard use.operation(reader).isTransparent, let more = readingUnits(reader, from: first) else {
          return nil
        }
        result.formUnion(more)
      } else if unit != fusion.unitOf[first] {
        guard case .tiles(let space) = fusion.units[unit].kind,
          Self.trimmed(space.shape) == Self.trimmed(use.shape(first))
        else { return nil }
        result.insert(unit)
      }
    }
    return result
  }

  // MARK: Decisions

  /// Lets the readers of a node compute it again where that is worth it.
  private mutating func recompute(_ node: Int) {
    guard fusion.roles[node] == .fusible, !(use.operation(node) is Reduce),
      use.graph.nodes[node].type.element == .float32,
      let units = readingUnits(node, from: node), !units.isEmpty
    else { return }
    var efforts: [(unit: Int, effort: Effort)] = []
    for unit in units.sorted() {
      var effort = Effort()
      guard gather(node, unit, &effort, count: count(node)), isWorthIt(effort, unit, node) else { return }
      efforts.append((unit, effort))
    }
    isStored[node] = false
    for (unit, effort) in efforts {
      copies[unit].formUnion(effort.nodes)
      leaves[unit] += effort.leaves.subtracting(leaves[unit]).sorted()
      for leaf in effort.stored { isStored[leaf] = true }
    }
  }

  /// Adds what `unit` has to do for the value of a node of another one.
  ///
  /// - Returns: false where it cannot be done.
  private func gather(_ node: Int, _ unit: Int, _ effort: inout Effort, count whole: Int) -> Bool {
    var node = node
    while use.operation(node).isTransparent { node = use.inputs(node)[0] }
    if use.operation(node) is Fill || effort.nodes.contains(node) { return true }
    let isComputedThere = fusion.unitOf[node] == unit && !fusion.isTerminal(node)
    if isComputedThere || copies[unit].contains(node) { return true }
    switch fusion.roles[node] {
    case .view: return false
    case .source, .single: effort.leaves.insert(node)
    case .fusible:
      let isTile = if case .tiles = fusion.units[fusion.unitOf[node]].kind { true } else { false }
      let isWhole = !(use.operation(node) is Reduce) && count(node) == whole
      if isTile, isWhole, !isStored[node] || effort.nodes.isEmpty {
        effort.nodes.insert(node)
        return use.inputs(node).allSatisfy { gather($0, unit, &effort, count: whole) }
      }
      // Made by a product, in memory anyway, or small enough to be put there.
      effort.leaves.insert(node)
      if isTile, !isStored[node] { effort.stored.insert(node) }
    }
    return true
  }

  private func isWorthIt(_ effort: Effort, _ unit: Int, _ node: Int) -> Bool {
    let large = effort.leaves.filter { count($0) == count(node) }
    let read = Set(fusion.units[unit].nodes.flatMap { use.inputs($0) }).union(leaves[unit])
    let cost = effort.nodes.reduce(0) { $0 + use.operation($1).effort }
    return large.subtracting(read).count <= 1
      && cost <= (4 * count(node) >= Self.largeBytes ? 32 : 3)
      && fusion.units[unit].nodes.count + copies[unit].count + effort.nodes.count <= Fusion.mostNodes
      && leaves[unit].count + effort.leaves.count <= Fusion.mostOperands / 2
  }

  private func count(_ node: Int) -> Int { use.graph.nodes[node].type.count }

  /// Without leading axes of extent 1.
  private static func trimmed(_ shape: [Int]) -> ArraySlice<Int> { shape.drop { $0 == 1 } }
}

extension Operation {
  /// Whether it only repeats its operand.
  var isTransparent: Bool { self is Broadcast || self is StopGradient }

  /// What computing one vector takes, about: 1 for an addition.
  fileprivate var effort: Int {
    switch self {
    case let unary as Unary:
      switch unary.function {
      case .exp, .log, .log1p, .tanh, .sigmoid, .erf, .sin, .cos, .softplus: 10
      case .sqrt, .reciprocalSqrt, .reciprocal: 4
      default: 1
      }
    case let binary as Binary:
      switch binary.function {
      case .power: 30
      case .divide: 4
      default: 1
      }
    default: 1
    }
  }
}
