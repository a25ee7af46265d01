import Study
import Testing

/// Which ranks train chains together.
@Suite struct GroupLayoutTests {
  @Test func everyWorkerAloneByDefault() {
    let layout = GroupLayout(nodes: [0, 0, 0], ranksPerChain: 1)
    #expect(layout.groups == [[1], [2], [3]])
  }

  /// Groups stay on a node where it has enough ranks; what is left over makes groups across nodes.
  @Test func groupsStayOnTheirNode() {
    // Ranks 1, 2, 3 on node 0; 4, 5, 6, 7, 8 on node 4.
    let nodes = [0, 0, 0, 4, 4, 4, 4, 4]
    #expect(GroupLayout(nodes: nodes, ranksPerChain: 2).groups == [[1, 2], [3, 8], [4, 5], [6, 7]])
    #expect(GroupLayout(nodes: nodes, ranksPerChain: 3).groups == [[1, 2, 3], [4, 5, 6]])
    #expect(GroupLayout(nodes: nodes, ranksPerChain: 5).groups == [[4, 5, 6, 7, 8]])
  }

  /// Ranks dealt to the nodes in turn still find their neighbours.
  @Test func nodesInTurn() {
    let layout = GroupLayout(nodes: [0, 2, 0, 2], ranksPerChain: 2)
    #expect(layout.groups == [[1, 3], [2, 4]])
    #expect(layout.place(of: 4)?.group == 1 && layout.place(of: 4)?.place == 1)
    #expect(layout.place(of: 0) == nil)
  }

  @Test(arguments: 1...9, 1...5)
  func nobodyIsInTwoGroups(workers: Int, ranksPerChain: Int) {
    let nodes = (0..<workers).map { $0 * 7 % 3 }
    let layout = GroupLayout(nodes: nodes, ranksPerChain: ranksPerChain)
    let all = layout.groups.flatMap { $0 }
    #expect(Set(all).count == all.count && all.allSatisfy { (1...workers).contains($0) })
    #expect(layout.groups.count == workers / ranksPerChain)
    #expect(layout.groups.allSatisfy { $0.count == ranksPerChain && $0 == $0.sorted() })
  }
}
