import Engine
import Loops
import Options

/// How a study relates to the plan of an existing run directory.
public enum PlanRelation: Sendable, Hashable {
  /// The same cells, seeds, generations, metrics and files to keep.
  case identical
  /// Everything that was there, and more: ids of new cells, new seeds.
  case extended(cells: [String], seeds: [Int])
}

/// A run directory that belongs to another study.
public struct PlanConflict: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first difference in words.
  public let difference: String
  /// Invalid for this run directory: the study file must change, or the directory.
  public var exitCode: Int32 { 78 }

  public var description: String {
    "the run directory holds another study: \(difference); only cells and seeds can be added. "
      + "Use another --out, or restore the study file"
  }
}

extension StudyPlan {
  /// What resuming a run with this plan means when the run began with `old`.
  ///
  /// Notes, paper, the study file's directory and its formatting may change: no number depends on
  /// them, save through relative data paths, whose files must then be the same.
  ///
  /// - Throws: `PlanConflict` naming the first difference that is neither a new cell nor a new seed.
  /// - Complexity: O(cells × parameters), and O(cells²) for the message alone.
  public func relation(to old: StudyPlan) throws(PlanConflict) -> PlanRelation {
    func same<Value: Equatable>(
      _ name: String, _ before: Value, _ now: Value, _ shown: (Value) -> String
    ) throws(PlanConflict) {
      if before != now {
        throw PlanConflict(difference: "'\(name)' was \(shown(before)), is \(shown(now))")
      }
    }
    func names(_ choices: [ComponentChoice]) -> String {
      excerpt(choices.map(\.name).joined(separator: ", "), limit: 120)
    }
    try same("study", old.study, study) { $0 }
    try same("seed", old.seed, seed) { "\($0)" }
    try same("generations", old.generations, generations) { "\($0)" }
    if let change = StudyPlan.changedOption(from: old.metrics, to: metrics) {
      throw PlanConflict(difference: change)
    }
    try same("metrics", old.metrics, metrics, names)
    try same("keep.samples", old.keep.samples, keep.samples) { "\($0)" }
    try same("keep.models", old.keep.models, keep.models) { "\($0)" }
    try same("keep.fit", old.keep.fit, keep.fit) { "\($0)" }
    try same("keep.previews", old.previews, previews) { $0.map { "\($0)" } ?? "auto" }
    try same("resources.shards", old.resources.shards, resources.shards) { "\($0)" }
    try same("resources.precision", old.resources.precision, resources.precision) { $0.rawValue }
    let present = Set(seeds)
    if let missing = old.seeds.first(where: { !present.contains($0) }) {
      throw PlanConflict(difference: "seed \(missing) is no longer there")
    }
    let ids = Set(cells.map(\.id))
    if let missing = old.cells.first(where: { !ids.contains($0.id) }) {
      throw PlanConflict(difference: describeLoss(of: missing, from: old))
    }
    let oldIDs = Set(old.cells.map(\.id))
    let oldSeeds = Set(old.seeds)
    let newCells = cells.map(\.id).filter { !oldIDs.contains($0) }
    let newSeeds = seeds.filter { !oldSeeds.contains($0) }
    return newCells.isEmpty && newSeeds.isEmpty
      ? .identical : .extended(cells: newCells, seeds: newSeeds)
  }

  /// The first option that differs between the same metrics; nil where other metrics are measured.
  private static func changedOption(from old: [ComponentChoice], to new: [ComponentChoice]) -> String? {
    guard old.map(\.name) == new.map(\.name) else { return nil }
    for (before, now) in zip(old, new) where before != now {
      let (had, has) = (before.options.values, now.options.values)
      for option in Set(had.keys).union(has.keys).sorted() where had[option] != has[option] {
        return "'\(option)' of metric \(now.name) was \(written(had[option])), is \(written(has[option]))"
      }
    }
    return nil
  }

  /// What became of a cell: a parameter that changed, if a new cell resembles it, or that it is gone.
  private func describeLoss(of cell: CellSpec, from old: StudyPlan) -> String {
    let before = Dictionary(uniqueKeysWithValues: cell.parameters.map { ($0.path, $0.value) })
    let oldIDs = Set(old.cells.map(\.id))
    var closest: [String]?
    var closestCell: [String: OptionValue] = [:]
    for candidate in cells where !oldIDs.contains(candidate.id) {
      let now = Dictionary(uniqueKeysWithValues: candidate.parameters.map { ($0.path, $0.value) })
      let paths = Set(before.keys).union(now.keys).filter { before[$0] != now[$0] }.sorted()
      if closest.map({ paths.count < $0.count }) ?? true { (closest, closestCell) = (paths, now) }
    }
    guard let path = closest?.first, (closest?.count ?? 0) <= 3 else {
      let index = old.cells.firstIndex { $0.id == cell.id } ?? 0
      let title = old.varying[index].map { "\($0.path) = \($0.value.canonicalJSON)" }
      return "cell \(cell.id) (\(excerpt(title.joined(separator: ", ")))) is no longer there"
    }
    return "'\(path)' of cell \(cell.id) was \(Self.written(before[path])), "
      + "is \(Self.written(closestCell[path]))"
  }

  /// A value as in `plan.json`, cut to a length that fits a message.
  private static func written(_ value: OptionValue?) -> String {
    value.map { excerpt($0.canonicalJSON, limit: 60) } ?? "absent"
  }
}
