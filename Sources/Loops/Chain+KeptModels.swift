import Engine
import Models

// The models a chain keeps between its generations, so that an interrupted one goes on without fitting
// them again.
extension Chain {
  func stateName(_ generation: Int) -> String {
    StateStore.model(cell: cell.spec.id, seed: seed, generation: generation)
  }

  /// The generations whose models need not be fitted again: the newest one kept, and before it those
  /// whose samples the next recipes ask for. Begins with 0 where there is none; a chain starts with the
  /// first of them.
  func restorable(committed: Int) throws -> Range<Int> {
    guard Model.isTrained, let states = control.states else { return 0..<0 }
    for newest in stride(from: cell.spec.generations - 1, through: 1, by: -1) {
      guard try states.exists(stateName(newest)) else { continue }
      // What is not committed yet is composed and measured again.
      let next = min(committed, newest + 1)
      var oldest = min(next, newest)
      if next >= 1, next < cell.spec.generations {
        let recipe = nextRecipe(next, key: keys.cell(generation: next).compose)
        oldest = min(oldest, oldestNeeded(by: recipe, for: next))
      }
      if try (max(oldest, 1)...newest).allSatisfy({ try states.exists(stateName($0)) }) {
        return oldest..<newest + 1
      }
    }
    return 0..<0
  }

  /// The first generation whose model the recipe for `generation` or any later one can ask for, or a warm
  /// start. A recipe may leave out by chance what the next one asks for.
  func oldestNeeded(by recipe: Recipe, for generation: Int) -> Int {
    min(recipe.oldestGeneration, generation - min(cell.policy.modelMemory, generation))
  }

  func restoredModel(_ generation: Int) throws -> (Model, FitReport) {
    let name = stateName(generation)
    guard let bytes = try control.states?.load(name) else {
      throw CheckpointError(path: name, reason: "it was there when the chain began and is no more")
    }
    var model = first.blank
    let report = try model.restore(state: bytes)
    return (model, report)
  }

  /// Drops kept models from generation `start` on that no later recipe asks for.
  func forgetStates(_ start: inout Int, before end: Int) throws {
    guard Model.isTrained else { return }
    while start < end {
      try Chain.forget(stateName(start), control)
      start += 1
    }
  }

  /// Drops what a chain has kept that ends before its last generation.
  static func forgetAll(cell: PreparedCell, seed: Int, control: ChainControl) throws {
    guard Model.isTrained else { return }
    try forget(StateStore.first(cell.family, seed: seed), control, isFirst: true)
    for generation in 1..<max(cell.spec.generations, 1) {
      try forget(
        StateStore.model(cell: cell.spec.id, seed: seed, generation: generation), control)
    }
  }

  /// Drops a kept model and what an interrupted fit of it has left; of generation 0, which belongs to
  /// all arms, the latter alone.
  static func forget(
    _ name: String, _ control: ChainControl, isFirst: Bool = false
  ) throws {
    guard let states = control.states, control.training.exchange.rank == 0 else { return }
    if !isFirst { try states.remove(name) }
    try states.remove(StateStore.unfinished(name))
  }
}
