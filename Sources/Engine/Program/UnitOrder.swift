/// The order in which units run: every unit after those it waits for; among those that can run, the
/// one whose last node was added to the graph first, so that a value is used soon after it is made,
/// and updates as soon as they can: what only updates wait for is computed before other things. A
/// gradient whose weight is used several times ends in a sum that is a late node of the graph.
struct UnitOrder {
  let order: [Int]

  /// - Parameters:
  ///   - fusion: the units and which nodes they compute.
  ///   - operands: for every unit the nodes it reads from memory, also through views.
  ///   - changedSources: for units that change variables, the nodes that hold those variables' values.
  ///   - waits: further units that a unit waits for.
  /// - Throws: `ProgramError.internalFault` when units wait for each other.
  init(
    units: [Unit], unitOf: [Int], operands: [[Int]], changedSources: [Int: [Int]],
    waits: [Int: [Int]]
  ) throws(ProgramError) {
    var waitsFor = [Set<Int>](repeating: [], count: units.count)
    var readersOfSource: [Int: [Int]] = [:]
    for unit in units.indices {
      for node in operands[unit] {
        if unitOf[node] >= 0, unitOf[node] != unit { waitsFor[unit].insert(unitOf[node]) }
        if unitOf[node] < 0 { readersOfSource[node, default: []].append(unit) }
      }
    }
    for (unit, earlier) in waits { waitsFor[unit].formUnion(earlier) }
    // A variable changes when everybody has read it.
    for (unit, sources) in changedSources {
      for source in sources {
        for reader in readersOfSource[source] ?? [] where reader != unit { waitsFor[unit].insert(reader) }
      }
    }
    var followers = [[Int]](repeating: [], count: units.count)
    var waiting = [Int](repeating: 0, count: units.count)
    for unit in units.indices {
      waiting[unit] = waitsFor[unit].count
      for earlier in waitsFor[unit] { followers[earlier].append(unit) }
    }
    let isUpdate = units.map { if case .update = $0.kind { true } else { false } }
    let isForUpdates = units.indices.map { unit in
      !followers[unit].isEmpty && followers[unit].allSatisfy { isUpdate[$0] }
    }
    func rank(_ unit: Int) -> (Int, Int) {
      if isUpdate[unit] { return (-2, unit) }
      return (isForUpdates[unit] ? -1 : units[unit].nodes.last ?? 0, unit)
    }
    var ready = units.indices.filter { waiting[$0] == 0 }.sorted { rank($0) > rank($1) }
    var order: [Int] = []
    while let next = ready.popLast() {
      order.append(next)
      for follower in followers[next].sorted() {
        waiting[follower] -= 1
        guard waiting[follower] == 0 else { continue }
        let place = ready.partitioningIndex { rank($0) < rank(follower) }
        ready.insert(follower, at: place)
      }
    }
    guard order.count == units.count else {
      throw .internalFault("\(units.count - order.count) units wait for each other")
    }
    self.order = order
  }
}

extension [Int] {
  /// The first index whose element satisfies a condition that holds from some place on.
  fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
