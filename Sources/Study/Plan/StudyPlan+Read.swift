import Loops
import Options

extension StudyPlan {
  /// Reads a frozen plan.
  ///
  /// Every value is checked as in a study file and every cell's id is computed again, so a plan that
  /// was damaged, edited or written by a version with other options is refused.
  ///
  /// - Throws: `StudyError` with exit code 65 for a malformed plan, 66 for a missing one.
  /// - Complexity: O(length of the file).
  public static func read(
    path: String, catalogue: Catalogue = .standard
  ) throws(StudyError) -> StudyPlan {
    let source = try SourceText.read(path: path, limit: YAMLReader.Limits.plan.bytes)
    return try decode(source, catalogue)
  }

  /// Reads a frozen plan from memory, e.g. as received from rank 0.
  ///
  /// - Throws: `StudyError` with exit code 65.
  public static func decode(
    _ json: [UInt8], name: String = "plan.json", catalogue: Catalogue = .standard
  ) throws(StudyError) -> StudyPlan {
    try decode(SourceText(bytes: json[...], origin: .file(name)), catalogue)
  }

  private static func decode(
    _ source: SourceText, _ catalogue: Catalogue
  ) throws(StudyError) -> StudyPlan {
    do throws(StudyError) {
      // JSON is a subset of YAML; unlike Foundation's reader, ours refuses duplicate keys and keeps 1
      // and 1.0 apart, which the ids depend on.
      guard let root = try YAMLReader.read(source, limits: .plan) else {
        throw StudyError(SourcePosition(source.origin, line: 1, column: 1), "the plan is empty")
      }
      var decoder = StudyDecoder(catalogue: catalogue)
      return try decoder.frozen(root)
    } catch {
      throw error.exitCode == 78 ? error.exiting(65) : error
    }
  }
}

extension StudyDecoder {
  /// The plan of a frozen tree.
  fileprivate mutating func frozen(_ root: StudyNode) throws(StudyError) -> StudyPlan {
    let names = [
      "ouroboros_plan", "study", "seed", "directory", "source_sha256", "paper", "notes",
      "generations",
      "seeds", "metrics", "keep", "collapse", "published", "resources", "cells",
    ]
    guard let version = root["ouroboros_plan"]?.value else {
      throw StudyError(root.position, "not a plan: 'ouroboros_plan' is missing")
    }
    guard version.value == .integer(StudyPlan.formatVersion) else {
      throw StudyError(
        version.position,
        "expected plan version \(StudyPlan.formatVersion), found \(version.value.shown)")
    }
    let keys = decoder.mapping(root, keys: names, subject: "plan") ?? [:]
    for name in names where keys[name] == nil {
      decoder.mistakes.add(root.position, "'\(name)' is missing")
    }
    let settings = shared(keys, root)
    let cells = frozenCells(keys["cells"], settings)
    let directory = text("directory", keys)
    let hash = text("source_sha256", keys)
    let study = text("study", keys)
    if !StudyKeys.isStudyName(study), let node = keys["study"] {
      decoder.expected("a study name", node, subject: "'study'")
    }
    let seeds = keys["seeds"].flatMap { SeedRange.decode($0, into: &decoder.mistakes) }
    let seed = decoder.value(StudyKeys.seed, keys["seed"], subject: "'seed'")
    try decoder.mistakes.throwIfAny()
    guard let settings, let seeds, case .integer(let seed)? = seed else {
      preconditionFailure("a key was refused without a mistake")
    }
    return StudyPlan(
      study: study, seed: UInt64(seed), cells: cells, seeds: seeds, settings: settings,
      directory: directory, sourceHash: hash)
  }

  private mutating func text(_ key: String, _ keys: [String: StudyNode]) -> String {
    guard let node = keys[key] else { return "" }
    if let text = node.text { return text }
    decoder.expected("text", node, subject: "'\(key)'")
    return ""
  }

  private mutating func frozenCells(
    _ node: StudyNode?, _ settings: SharedSettings?
  ) -> [CellSpec] {
    guard let node else { return [] }
    guard let nodes = node.list, !nodes.isEmpty, nodes.count <= StudyKeys.mostCells else {
      decoder.expected(
        "a list of 1 to \(StudyKeys.mostCells) cells", node, subject: "'cells'")
      return []
    }
    var cells: [CellSpec] = []
    var known: Set<String> = []
    for child in nodes {
      let keys = ["id", "dataset", "model", "loop"]
      guard decoder.mapping(child, keys: keys, subject: "a cell") != nil,
        let cell = cell(child, settings)
      else { continue }
      if child["id"]?.value.text != cell.id {
        let found = child["id"].map { $0.value.value.shown } ?? "none"
        decoder.mistakes.add(
          child.position,
          "the id of the cell does not fit its contents: expected \(cell.id), found \(found)")
      } else if !known.insert(cell.id).inserted {
        decoder.mistakes.add(child.position, "cell \(cell.id) is given twice")
      } else {
        cells.append(cell)
      }
    }
    return cells
  }
}
