/// Which ranks train chains together. Groups are made of ranks of one node as far as they go; what is
/// left over on the nodes forms groups across them, and ranks beyond the last whole group have no work.
package struct GroupLayout: Sendable, Hashable {
  /// The world ranks of each group, its leader first.
  package let groups: [[Int]]

  /// - Parameters:
  ///   - nodes: the node of each worker; worker i is world rank i + 1.
  ///   - ranksPerChain: ranks of a group, at least 1.
  package init(nodes: [Int], ranksPerChain: Int) {
    precondition(ranksPerChain >= 1, "\(ranksPerChain) ranks a chain")
    var groups: [[Int]] = []
    var rest: [Int] = []
    for node in Set(nodes).sorted() {
      let ranks = nodes.indices.filter { nodes[$0] == node }.map { $0 + 1 }
      let whole = ranks.count / ranksPerChain * ranksPerChain
      for start in stride(from: 0, to: whole, by: ranksPerChain) {
        groups.append(Array(ranks[start..<start + ranksPerChain]))
      }
      rest += ranks[whole...]
    }
    for start in stride(from: 0, to: rest.count / ranksPerChain * ranksPerChain, by: ranksPerChain) {
      groups.append(rest[start..<start + ranksPerChain].sorted())
    }
    self.groups = groups.sorted { $0[0] < $1[0] }
  }

  /// Group and place in it of a world rank; nil where it has none.
  package func place(of rank: Int) -> (group: Int, place: Int)? {
    for (group, ranks) in groups.enumerated() {
      if let place = ranks.firstIndex(of: rank) { return (group, place) }
    }
    return nil
  }
}
