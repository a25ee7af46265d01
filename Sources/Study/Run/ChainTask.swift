import Loops

/// One unit of dispatch: the chains of arms that share real data and generation 0, for one seed. Kept
/// together so that the worker fits generation 0 once.
struct ChainTask: Sendable {
  struct Chain: Sendable {
    let cell: Int
    let seed: Int
    /// Generations already committed.
    let committed: Int
  }

  let chains: [Chain]
  /// Expected cost in the units of the cost model.
  let cost: Double

  /// The tasks of a plan, the same on every rank. A chain with `committed` −1 is finished.
  ///
  /// - Parameters:
  ///   - committed: [cells × seeds], row-major.
  ///   - costs: of a chain of each cell; only the coordinator needs them.
  static func tasks(of plan: StudyPlan, committed: [Int32], costs: [Double]?) -> [ChainTask] {
    var tasks: [ChainTask] = []
    for family in plan.families {
      for (index, seed) in plan.seeds.enumerated() {
        let chains = family.compactMap { cell -> Chain? in
          let done = committed[cell * plan.seeds.count + index]
          return done < 0 ? nil : Chain(cell: cell, seed: seed, committed: Int(done))
        }
        guard !chains.isEmpty else { continue }
        tasks.append(ChainTask(chains: chains, cost: chains.reduce(0) { $0 + (costs?[$1.cell] ?? 0) }))
      }
    }
    return tasks
  }
}
