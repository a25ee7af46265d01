import Loops
import Models

/// One unit of dispatch. Arms that share real data and generation 0 are kept together for one seed, so
/// that the worker fits generation 0 once. Where a fit takes long (neural models) generation 0 is a task
/// of its own, for whoever comes first, and the arms are tasks that wait for it.
struct ChainTask: Sendable {
  struct Chain: Sendable {
    let cell: Int
    let seed: Int
    /// Generations already committed.
    let committed: Int
  }

  let chains: [Chain]
  /// Whether only generation 0 of the first chain is fitted and kept.
  var isFirstGeneration = false
  /// Whether the model is trained in many steps, by all ranks of a group.
  var isTrained = false
  /// The task that has to be finished before.
  var after: Int?
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
        func cost(_ chain: Chain) -> Double { costs?[chain.cell] ?? 0 }
        let isTrained = plan.cells[family[0]].isTrained
        guard chains.count > 1, isTrained else {
          tasks.append(
            ChainTask(
              chains: chains, isTrained: isTrained, cost: chains.reduce(0) { $0 + cost($1) }))
          continue
        }
        let first = tasks.count
        let share = 1 / Double(plan.generations)
        tasks.append(
          ChainTask(
            chains: [chains[0]], isFirstGeneration: true, isTrained: true,
            cost: cost(chains[0]) * share))
        for chain in chains {
          tasks.append(
            ChainTask(
              chains: [chain], isTrained: true, after: first, cost: cost(chain) * (1 - share)))
        }
      }
    }
    return tasks
  }
}

extension CellSpec {
  /// Whether the cell's model is trained in many steps.
  fileprivate var isTrained: Bool { ModelRegistry.named(model.name)?.isTrained ?? false }
}

extension Schedule {
  /// The schedule of a study's tasks.
  init(_ tasks: [ChainTask], workers: Int) {
    self.init(costs: tasks.map(\.cost), after: tasks.map(\.after), workers: workers)
  }
}
