/// Divides the needed nodes of a graph into units.
///
/// Elementwise nodes join the unit of an operand, and units join one another, as long as they run
/// over one iteration space and no path leaves the unit and comes back. A value that a unit makes and
/// only its own nodes read never reaches memory.
struct Fusion {
  /// Beyond this a tile program gains nothing from growing.
  static let mostNodes = 120
  static let mostOperands = 40

  let use: GraphUse
  let roles: [NodeRole]
  private(set) var units: [Unit] = []
  /// The unit that computes a node; -1 for sources, views and nodes that are not needed.
  private(set) var unitOf: [Int]
  private var visited: [Int]
  private var visit = 0

  init(_ use: GraphUse, isFusing: Bool) {
    self.use = use
    roles = use.graph.nodes.map { NodeRole($0.operation) }
    unitOf = [Int](repeating: -1, count: roles.count)
    visited = []
    for node in roles.indices where use.isNeeded[node] && roles[node] == .single {
      open(.single, [node])
    }
    makeContractions(isFusing: isFusing)
    for node in roles.indices where use.isNeeded[node] && roles[node] == .fusible && unitOf[node] < 0 {
      place(node, isFusing: isFusing)
    }
    if isFusing { joinSiblings() }
    renumber()
  }

  /// A new unit.
  private mutating func open(_ kind: Unit.Kind, _ nodes: [Int]) {
    for node in nodes { unitOf[node] = units.count }
    units.append(Unit(kind, nodes))
    visited.append(0)
  }

  // MARK: Products and what follows them

  /// Products and convolutions; `isFusing` puts the bias, activation and accumulation that follow them
  /// into them.
  private mutating func makeContractions(isFusing: Bool) {
    for unit in units {
      let node = unit.nodes[0]
      guard use.operation(node) is MatrixProduct || use.operation(node) is Convolution else { continue }
      var epilogue = Epilogue(contraction: node, result: node)
      // Without operands there are no sums and no kernel.
      guard isFusing, !use.inputs(node).contains(where: { use.shape($0).contains(0) }) else {
        unit.kind = .contraction(epilogue)
        continue
      }
      if let sum = addition(after: node) {
        let other = use.inputs(sum).first { $0 != node } ?? node
        if let bias = biasVector(other, columns: use.shape(node).last ?? 1) {
          absorb(sum, into: unit, &epilogue)
          epilogue.bias = bias
        } else if canAccumulate(into: other, product: node) {
          absorb(sum, into: unit, &epilogue)
          epilogue.accumulator = other
        }
      }
      if epilogue.accumulator == nil, let next = use.onlyReader(epilogue.result) {
        switch use.operation(next) {
        case let unary as Unary where unary.function == .relu:
          absorb(next, into: unit, &epilogue)
          epilogue.activation = .relu
        case let leaky as LeakyRelu:
          absorb(next, into: unit, &epilogue)
          epilogue.activation = .leakyRelu(leaky.slope)
        default: break
        }
      }
      unit.kind = .contraction(epilogue)
    }
  }

  private mutating func absorb(_ node: Int, into unit: Unit, _ epilogue: inout Epilogue) {
    unit.nodes.append(node)
    unitOf[node] = unitOf[epilogue.contraction]
    epilogue.result = node
  }

  /// The sum that alone reads a node and that has not been taken yet.
  private func addition(after node: Int) -> Int? {
    guard let next = use.onlyReader(node), unitOf[next] < 0,
      (use.operation(next) as? Binary)?.function == .add, use.inputs(next)[0] != use.inputs(next)[1]
    else { return nil }
    return next
  }

  /// The variable [columns] that `node` repeats for every row.
  private func biasVector(_ node: Int, columns: Int) -> Int? {
    guard use.operation(node) is Broadcast else { return nil }
    let vector = use.inputs(node)[0]
    return use.operation(vector) is VariableValue && use.shape(vector) == [columns] ? vector : nil
  }

  /// Whether a product may add its sums to the memory of `other`: the sums of an earlier product, which
  /// nobody else reads.
  private func canAccumulate(into other: Int, product: Int) -> Bool {
    guard other < product, use.onlyReader(other) != nil, unitOf[other] >= 0,
      case .contraction(let earlier) = units[unitOf[other]].kind
    else { return false }
    return earlier.result == other
  }

  /// The earlier product to whose sums a product adds its own, nil for other nodes.
  func accumulator(of node: Int) -> Int? {
    guard unitOf[node] >= 0, case .contraction(let epilogue) = units[unitOf[node]].kind,
      epilogue.result == node
    else { return nil }
    return epilogue.accumulator
  }

  // MARK: Elementwise nodes

  /// The node that gives the values of an operand inside a tile program: through repetitions only.
  private func producer(_ node: Int) -> Int {
    var node = node
    while use.operation(node) is Broadcast || use.operation(node) is StopGradient {
      node = use.inputs(node)[0]
    }
    return node
  }

  func space(of node: Int) -> TileSpace {
    guard let reduce = use.operation(node) as? Reduce else { return TileSpace(shape: use.shape(node)) }
    let shape = use.shape(use.inputs(node)[0])
    var space = TileSpace(shape: shape, hasReductions: true)
    guard let first = reduce.axes.first, let last = reduce.axes.last else { return space }
    let tail = shape[(last + 1)...].reduce(1, *)
    let inside = shape[first...].reduce(1, *)
    if inside == shape.reduce(1, *), tail == 1 { return space }  // everything: no demands
    if tail == 1 { space.rowElements = inside } else { space.tailElements = tail }
    return space
  }

  /// Whether the value of a reduction can be used within the tile program that makes it.
  private func isRowReduction(_ node: Int) -> Bool {
    use.operation(node) is Reduce && space(of: node).rowElements != nil
  }

  private func tileSpace(_ unit: Int) -> TileSpace? {
    if case .tiles(let space) = units[unit].kind { space } else { nil }
  }

  private mutating func place(_ node: Int, isFusing: Bool) {
    var home = -1
    if isFusing {
      for input in use.inputs(node) {
        let made = producer(input)
        let unit = unitOf[made]
        guard unit >= 0, unit != home, tileSpace(unit) != nil else { continue }
        if home < 0 {
          if canJoin(node, unit) { home = unit }
        } else if canJoin(node, unit), canMerge(home, unit) {
          merge(unit, into: home)
        }
      }
    }
    if home < 0 {
      open(.tiles(space(of: node)), [node])
    } else if let joined = Self.unite(tileSpace(home), space(of: node)) {
      units[home].kind = .tiles(joined)
      units[home].nodes.append(node)
      unitOf[node] = home
    }
  }

  /// Whether `node` can be computed in `unit` as far as its operands go.
  private mutating func canJoin(_ node: Int, _ unit: Int) -> Bool {
    guard units[unit].nodes.count < Self.mostNodes,
      Self.unite(tileSpace(unit), space(of: node)) != nil
    else { return false }
    if use.operation(node) is Reduce {
      // A sum over the whole space needs a value that varies over it.
      guard let joined = Self.unite(tileSpace(unit), space(of: node)),
        Self.trimmed(joined.shape) == Self.trimmed(use.shape(use.inputs(node)[0]))
      else { return false }
    }
    visit += 1
    return use.inputs(node).allSatisfy { !leaves(unit, by: $0) }
  }

  /// Whether the value of `input` needs `unit` to be finished first.
  private mutating func leaves(_ unit: Int, by input: Int) -> Bool {
    let made = producer(input)
    if unitOf[made] == unit, !(use.operation(made) is Reduce) || isRowReduction(made) { return false }
    return depends(input, on: unit)
  }

  /// Whether `node` waits for `unit`. Units that were visited in this search are known not to.
  private mutating func depends(_ node: Int, on unit: Int) -> Bool {
    if roles[node] == .source { return false }
    let own = unitOf[node]
    if own == unit { return true }
    if own < 0 { return use.inputs(node).contains { depends($0, on: unit) } }
    if visited[own] == visit { return false }
    visited[own] = visit
    for member in units[own].nodes {
      for input in use.inputs(member) where unitOf[input] != own {
        if depends(input, on: unit) { return true }
      }
    }
    return false
  }

  /// Whether two tile programs can be one.
  private mutating func canMerge(_ a: Int, _ b: Int) -> Bool {
    guard units[a].nodes.count + units[b].nodes.count < Self.mostNodes,
      let joined = Self.unite(tileSpace(a), tileSpace(b))
    else { return false }
    for unit in [a, b] {
      for node in units[unit].nodes where use.operation(node) is Reduce {
        guard Self.trimmed(joined.shape) == Self.trimmed(use.shape(use.inputs(node)[0])) else {
          return false
        }
      }
    }
    for (from, to) in [(a, b), (b, a)] {
      visit += 1
      visited[from] = visit
      for node in units[from].nodes {
        for input in use.inputs(node) where unitOf[producer(input)] != from {
          if leaves(to, by: input) { return false }
        }
      }
    }
    return true
  }

  private mutating func merge(_ other: Int, into home: Int) {
    guard let joined = Self.unite(tileSpace(home), tileSpace(other)) else { return }
    for node in units[other].nodes { unitOf[node] = home }
    units[home].nodes = (units[home].nodes + units[other].nodes).sorted()
    units[home].kind = .tiles(joined)
    units[other].nodes = []
    units[other].kind = .single
  }

  /// Joins tile programs over one space that read the same tensor, so that it is read once.
  private mutating func joinSiblings() {
    for node in roles.indices where use.isNeeded[node] {
      var home = -1
      for unit in tileReaders(of: node) {
        guard home >= 0 else {
          home = unit
          continue
        }
        guard home != unit, let a = tileSpace(home), let b = tileSpace(unit),
          Self.trimmed(a.shape) == Self.trimmed(b.shape),
          a.shape.reduce(1, *) == use.shape(node).reduce(1, *)
        else { continue }
        if canMerge(home, unit) { merge(unit, into: home) }
      }
    }
  }

  /// Tile programs that read a node as it lies, ascending by their first such reader.
  private func tileReaders(of node: Int) -> [Int] {
    var result: [Int] = []
    for reader in use.readers[node] where unitOf[reader] >= 0 && unitOf[reader] != unitOf[node] {
      let unit = unitOf[reader]
      if tileSpace(unit) != nil, !result.contains(unit) { result.append(unit) }
    }
    return result
  }

  /// Drops units that were merged away.
  private mutating func renumber() {
    var number: [Int: Int] = [:]
    var kept: [Unit] = []
    for (index, unit) in units.enumerated() where !unit.nodes.isEmpty {
      number[index] = kept.count
      kept.append(unit)
    }
    for node in unitOf.indices { unitOf[node] = number[unitOf[node]] ?? -1 }
    units = kept
  }

  // MARK: Iteration spaces

  /// Without leading axes of extent 1.
  private static func trimmed(_ shape: [Int]) -> ArraySlice<Int> { shape.drop { $0 == 1 } }

  /// The space of both, nil where one tile program cannot do both.
  private static func unite(_ a: TileSpace?, _ b: TileSpace?) -> TileSpace? {
    guard let a, let b, !a.shape.contains(0), !b.shape.contains(0) else { return nil }
    let rank = max(a.shape.count, b.shape.count)
    func padded(_ shape: [Int]) -> [Int] { Array(repeating: 1, count: rank - shape.count) + shape }
    let (x, y) = (padded(a.shape), padded(b.shape))
    guard zip(x, y).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    let shape = zip(x, y).map { max($0, $1) }
    var parts: [Int] = []
    for (own, space) in [(x, a), (y, b)] {
      let lacking = zip(own, shape).reduce(1) { $1.0 == $1.1 ? $0 : $0 * $1.1 }
      if lacking > 1 { parts.append(lacking) }
      if let part = space.partElements { parts.append(part * lacking) }
    }
    for (own, space) in [(x, a), (y, b)] where own != shape {
      // A part that varies less is computed once a row: it lacks trailing axes only. Its reductions
      // would run over too much.
      let first = shape.indices.first { own[$0] != shape[$0] } ?? 0
      guard !space.hasReductions, own[first...].allSatisfy({ $0 == 1 }), own.contains(where: { $0 > 1 })
      else { return nil }
    }
    var result = TileSpace(shape: shape, hasReductions: a.hasReductions || b.hasReductions)
    for (one, other) in [(a.rowElements, b.rowElements), (a.tailElements, b.tailElements)] {
      if let one, let other, one != other { return nil }
    }
    result.rowElements = a.rowElements ?? b.rowElements
    result.tailElements = a.tailElements ?? b.tailElements
    if let row = result.rowElements, let tail = result.tailElements, row != tail { return nil }
    // The axes of a row, and those behind columns, are one: no part may vary along some of them.
    result.partElements = parts.min()
    if let part = parts.min(), (result.rowElements ?? result.tailElements ?? 1) > part { return nil }
    return result
  }
}
