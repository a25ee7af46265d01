/// What stands between a graph and a program: units, their order, their instructions.
struct ProgramPlan {
  let lowering: Lowering
  /// Variables whose memory the instructions use.
  let variables: [Variable]
  /// For every variable that is changed the last instruction that writes it.
  let finishing: [Variable: Int]

  init(
    _ graph: Graph, outputs: [String: Tensor], updates: [Update], options: ProgramOptions
  ) throws(ProgramError) {
    try Self.check(graph, outputs, updates)
    let outputs = outputs.sorted { $0.key < $1.key }
    let use = GraphUse(graph, requested: outputs.map(\.value) + updates.flatMap(\.operands))
    let fusion = Fusion(use, isFusing: options.isFusing)
    let recomputation = Recomputation(use, fusion, isFusing: options.isFusing)

    // Outputs of computed values stay where they are made; others are copied.
    var units = fusion.units
    var published: [Int: [(label: String, node: Int)]] = [:]
    let outputRoots = Self.roots(of: outputs.map(\.value.node), use, fusion)
    for ((label, tensor), root) in zip(outputs, outputRoots) {
      let unit = fusion.unitOf[root]
      if unit >= 0 {
        published[unit, default: []].append((label, tensor.node))
      } else {
        units.append(Unit(.output(node: tensor.node, label: label), []))
      }
    }
    // Updates may read variables that other updates change, in a circle too.
    let copies = Self.copies(for: updates, use, fusion)
    let copyUnits = Dictionary(uniqueKeysWithValues: zip(copies, units.count...))
    units += copies.map { Unit(.copy(node: $0), []) }
    var waits: [Int: [Int]] = [:]
    for (number, update) in updates.enumerated() {
      waits[units.count + number] = update.operands.compactMap { copyUnits[$0.node] }
    }
    units += updates.map { Unit(.update($0), []) }

    let operands = units.enumerated().map { number, unit in
      let again = number < fusion.units.count ? recomputation.leaves[number] : []
      let nodes = Self.operands(of: unit, use) + again
      guard case .update = unit.kind else { return Self.roots(of: nodes, use, fusion) }
      return Self.roots(of: nodes.filter { copyUnits[$0] == nil }, use, fusion)
    }
    let order = try UnitOrder(
      units: units, unitOf: fusion.unitOf, operands: operands,
      changedSources: Self.changedSources(units, use), waits: waits
    ).order

    var lastReader: [Int: Int] = [:]
    for (position, unit) in order.enumerated() {
      for node in operands[unit] { lastReader[node] = position }
    }
    for root in outputRoots { lastReader[root] = Int.max }
    var lowering = Lowering(
      use, fusion, recomputation, options, lastReader: lastReader,
      assignments: Self.assignments(updates, use, fusion, lastReader))
    var finishing: [Variable: Int] = [:]
    var lastInstruction = units.map { _ in 0 }
    for (position, unit) in order.enumerated() {
      let count = lowering.drafts.count
      try lowering.lower(units[unit], position: position)
      lastInstruction[unit] = max(lowering.drafts.count - 1, 0)
      if case .update(let update) = units[unit].kind {
        var last = lastInstruction[unit]
        // Nothing was left to do: the values were computed in the memory of the variable.
        if lowering.drafts.count == count, case .assign(_, let tensor) = update,
          fusion.unitOf[tensor.node] >= 0
        {
          last = lastInstruction[fusion.unitOf[tensor.node]]
        }
        for variable in update.changedVariables { finishing[variable] = last }
      }
      for (label, node) in published[unit] ?? [] { try lowering.publish(node, as: label) }
    }
    self.lowering = lowering
    self.finishing = finishing
    variables = updates.flatMap(\.changedVariables) + graph.nodes.indices.compactMap {
      use.isNeeded[$0] ? (graph.nodes[$0].operation as? VariableValue)?.variable : nil
    }
  }

  private static func check(
    _ graph: Graph, _ outputs: [String: Tensor], _ updates: [Update]
  ) throws(ProgramError) {
    for tensor in outputs.map(\.value) + updates.flatMap(\.operands) where tensor.graph !== graph {
      throw .request("\(tensor) belongs to another graph")
    }
    var changed: Set<Variable> = []
    for update in updates {
      for variable in update.changedVariables where !changed.insert(variable).inserted {
        throw .request("\(variable.name) is updated twice")
      }
      switch update {
      case .assign(let variable, let tensor):
        guard tensor.shape == variable.shape, tensor.type.element == .float32 else {
          throw .request("\(variable.name) \(variable.shape) cannot be assigned \(tensor.type)")
        }
      case .optimise(let step):
        guard step.gradient.shape == step.variable.shape else {
          throw .request(
            "\(step.variable.name) \(step.variable.shape) has a gradient \(step.gradient.type)")
        }
        guard step.state.map(\.shape) == step.rule.stateNames.map({ _ in step.variable.shape }) else {
          throw .request(
            "\(step.rule.name) needs \(step.rule.stateNames) of shape \(step.variable.shape) for \(step.variable.name)")
        }
        guard step.average.map({ $0.variable.shape == step.variable.shape }) ?? true else {
          throw .request("the average of \(step.variable.name) has another shape")
        }
        guard step.norm.map({ $0.count == 1 }) ?? true else {
          throw .request("the norm of the gradient of \(step.variable.name) is no scalar")
        }
        for scalar in [step.learningRate, step.step] + (step.gradientScale.map { [$0] } ?? [])
        where scalar.count != 1 {
          throw .request("\(step.variable.name): \(scalar.type) where a scalar is expected")
        }
      }
    }
  }

  /// Nodes that a unit takes from elsewhere.
  private static func operands(of unit: Unit, _ use: GraphUse) -> [Int] {
    switch unit.kind {
    case .update(let update): update.operands.map(\.node)
    case .output(let node, _), .copy(let node): [node]
    default: unit.nodes.flatMap { use.inputs($0) }
    }
  }

  /// Nodes that updates read and that show variables which updates change.
  private static func copies(for updates: [Update], _ use: GraphUse, _ fusion: Fusion) -> [Int] {
    let changed = Set(updates.flatMap(\.changedVariables))
    let nodes = Set(updates.flatMap(\.operands).map(\.node)).sorted()
    return zip(nodes, roots(of: nodes, use, fusion)).compactMap { node, root in
      guard let value = use.operation(root) as? VariableValue else { return nil }
      return changed.contains(value.variable) ? node : nil
    }
  }

  /// Nodes with memory of their own that these nodes show.
  private static func roots(of nodes: [Int], _ use: GraphUse, _ fusion: Fusion) -> [Int] {
    nodes.map { node in
      var node = node
      while fusion.roles[node] == .view { node = use.inputs(node)[0] }
      return node
    }
  }

  /// Computed nodes that one variable is assigned and that nothing else reads: the node, the variable
  /// and the last place where the variable's old value is read.
  private static func assignments(
    _ updates: [Update], _ use: GraphUse, _ fusion: Fusion, _ lastReader: [Int: Int]
  ) -> [Int: (variable: Variable, lastRead: Int)] {
    let nodes = variableNodes(use)
    var result: [Int: (variable: Variable, lastRead: Int)] = [:]
    var times: [Int: Int] = [:]
    for tensor in updates.flatMap(\.operands) { times[tensor.node, default: 0] += 1 }
    for update in updates {
      guard case .assign(let variable, let tensor) = update, fusion.unitOf[tensor.node] >= 0,
        times[tensor.node] == 1, lastReader[tensor.node] != Int.max
      else { continue }
      let read = nodes[variable].flatMap { lastReader[$0] } ?? -1
      // Products that are added to one another are all made there.
      var made: Int? = tensor.node
      while let node = made {
        result[node] = (variable, read)
        made = fusion.accumulator(of: node)
      }
    }
    return result
  }

  /// The nodes that show the values of variables.
  private static func variableNodes(_ use: GraphUse) -> [Variable: Int] {
    var nodes: [Variable: Int] = [:]
    for node in use.graph.nodes.indices where use.isNeeded[node] {
      if let value = use.operation(node) as? VariableValue { nodes[value.variable] = node }
    }
    return nodes
  }

  /// For every unit that changes variables the nodes that show their values.
  private static func changedSources(_ units: [Unit], _ use: GraphUse) -> [Int: [Int]] {
    let nodes = variableNodes(use)
    var result: [Int: [Int]] = [:]
    for (index, unit) in units.enumerated() {
      if case .update(let update) = unit.kind {
        result[index] = update.changedVariables.compactMap { nodes[$0] }
      }
    }
    return result
  }
}

extension Update {
  /// Tensors that it reads.
  var operands: [Tensor] {
    switch self {
    case .assign(_, let tensor): [tensor]
    case .optimise(let step):
      [step.gradient, step.learningRate, step.step] + (step.gradientScale.map { [$0] } ?? [])
    }
  }

  var changedVariables: [Variable] {
    switch self {
    case .assign(let variable, _): [variable]
    case .optimise(let step):
      [step.variable] + step.state + (step.average.map { [$0.variable] } ?? [])
        + (step.norm.map { [$0] } ?? [])
    }
  }
}
