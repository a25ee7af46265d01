import Loops
import Models
import Options

extension StudyDecoder {
  /// The cells of a study, every one of them checked; what is wrong is added to the mistakes.
  ///
  /// - Parameter settings: what all cells share; `nil` where it holds a mistake, then the cells are
  ///   still checked as far as they can be.
  mutating func cells(
    _ keys: [String: StudyNode], _ root: StudyNode, _ settings: SharedSettings?
  ) -> [CellSpec] {
    let axes = decoder.axes(matrix: keys["matrix"], zip: keys["zip"], in: catalogue)
    let exclusions = decoder.exclusions(keys["exclude"], in: catalogue)
    let count = axes.reduce(1) { min($0 * $1.steps.count, StudyKeys.mostCells + 1) }
    guard count <= StudyKeys.mostCells else {
      let node = keys["matrix"] ?? keys["zip"] ?? root
      decoder.mistakes.add(node.position, "more than \(StudyKeys.mostCells) cells")
      return []
    }
    let entries = ["dataset", "model", "loop"].compactMap { root[$0] }
    let base = StudyNode(content: .map(entries), position: root.position)
    guard exclusions.count * count <= StudyKeys.mostComparisons else {
      decoder.mistakes.add(
        keys["exclude"]?.position ?? root.position,
        "\(exclusions.count) entries of exclude for \(count) cells are too many")
      return []
    }
    var drafts = expand(base, along: axes)
    if !exclusions.isEmpty {
      drafts = decoder.remaining(drafts, after: exclusions, node: keys["exclude"], in: catalogue)
    }
    let checked = drafts.compactMap { draft in
      cell(draft.tree, settings).map { (draft, $0) }
    }
    reportCollisions(checked)
    return checked.map(\.1)
  }

  /// One cell from its tree of `dataset`, `model` and `loop`.
  mutating func cell(_ tree: StudyNode, _ settings: SharedSettings?) -> CellSpec? {
    func part(_ key: String) -> StudyNode? {
      if let entry = tree[key] { return entry.value }
      decoder.mistakes.add(tree.position, "'\(key)' is missing")
      return nil
    }
    let dataset = part("dataset").flatMap { decoder.component($0, .dataset, in: catalogue) }
    let model = part("model").flatMap { decoder.component($0, .model, in: catalogue) }
    let loop = part("loop").flatMap {
      decoder.loop($0, generations: settings?.generations, in: catalogue)
    }
    guard let dataset, let model, let loop, let settings else { return nil }
    checkClock(model, tree, settings)
    return CellSpec(dataset: dataset, model: model, loop: loop, settings: settings)
  }

  /// Fits that end by the clock are refused where the study has to be the same everywhere.
  private mutating func checkClock(
    _ model: ComponentChoice, _ tree: StudyNode, _ settings: SharedSettings
  ) {
    let name = FitLength.mostSeconds.spec.name
    guard settings.resources.isReproducible, case .real(let seconds)? = model.options.values[name],
      seconds > 0
    else { return }
    let node = tree["model"]?.value
    decoder.mistakes.add(
      node?[name]?.value.position ?? node?.position ?? tree.position,
      "'model.\(name)': a fit that ends by the clock gives other results on another machine; expected 0, "
        + "or resources: {reproducible: false} to accept that. steps, epochs and budget limit a fit "
        + "everywhere alike")
  }

  /// Two cells with one canonical form would be one chain run twice.
  private mutating func reportCollisions(_ cells: [(CellDraft, CellSpec)]) {
    var known: [String: (index: Int, draft: CellDraft)] = [:]
    for (index, (draft, cell)) in cells.enumerated() {
      guard let twin = known[cell.id] else {
        known[cell.id] = (index, draft)
        continue
      }
      let differing = zip(draft.assignments, twin.draft.assignments).first {
        $0.value.position != $1.value.position
      }
      let place = (differing?.0 ?? draft.assignments.first)?.value.position ?? draft.tree.position
      decoder.mistakes.add(
        place,
        "cells \(twin.index + 1) (\(excerpt(twin.draft.title))) and \(index + 1) "
          + "(\(excerpt(draft.title))) are the same")
    }
  }
}
